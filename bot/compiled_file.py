"""Keeps what was made of a file where Python keeps compiled modules, and by the same rules.

It lies in `__pycache__` beside its source or under PYTHONPYCACHEPREFIX, nothing is kept under
PYTHONDONTWRITEBYTECODE or where it cannot be written, and it is trusted as a `.pyc` beside it is.
"""

import os
import sys
import tempfile
from pathlib import Path


def read_compiled(place: str, checksum: str) -> bytes | None:
    """Return what is kept at `place`; None when there is nothing, or of another checksum."""
    try:
        made_of, _, content = Path(place).read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if made_of == checksum.encode() else None


def write_compiled(place: str, checksum: str, content: bytes) -> None:
    """Keep `content`, if that is possible. Another process never sees half a file."""
    if sys.dont_write_bytecode:
        return
    file = Path(place)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as written:
            written.write(checksum.encode() + b"\n" + content)
        Path(part).chmod(0o644)  # whoever may read the source, as with a .pyc
        Path(part).replace(file)
    except OSError:
        return  # a place that cannot be written to costs time, nothing else
