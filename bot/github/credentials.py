"""Keeps an App's credentials in a file that only its owner can read, replaced whole."""

import json
import os
import stat
import tempfile
from pathlib import Path

from pydantic import SecretStr

from bot.errors import ConfigError, RefusedError
from bot.github.registration import Registered, from_data

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def save(path: Path, app: Registered, *, replace: bool = False) -> None:
    """Write the file, mode 0600, in a folder that is made if need be.

    Raises RefusedError when there is one already and `replace` is not said: its key may be the
    only copy. Raises ConfigError when it cannot be written.
    """
    if path.exists() and not replace:
        raise RefusedError(
            "There are credentials of an App already.",
            where=str(path),
            hint="Move the file away to register another App.",
        )
    content = json.dumps(_opened(app), indent=2).encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, content)
    except OSError as broken:
        raise ConfigError(
            f"The App's credentials cannot be kept: {broken.strerror}.", where=str(path)
        ) from None


def load(path: Path) -> Registered | None:
    """What the file holds; None when there is none.

    Raises ConfigError for one that others can read, or that is damaged.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise ConfigError("The App's credentials cannot be read.", where=str(path)) from None
    if os.name == "posix" and mode & _OTHERS:
        raise ConfigError(
            "Others on this machine can read the App's key.",
            where=str(path),
            hint=f"Run `chmod 600 {path}`; if they may have read it, make a new key on GitHub.",
        )
    try:
        data = json.loads(text)
    except ValueError:
        raise ConfigError("The App's credentials are damaged.", where=str(path)) from None
    return from_data(data, where=str(path))


def _opened(app: Registered) -> dict[str, object]:
    """The fields with the secrets in the clear: for the file, and for nothing else."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in app
    }


def _write(path: Path, content: bytes) -> None:
    # mkstemp makes the file readable by its owner only, whatever the umask.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
