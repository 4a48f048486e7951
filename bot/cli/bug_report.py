"""The report of a mistake in Milepost itself: a file with the traceback, without tokens."""

import os
from pathlib import Path


def write_bug_report(error: Exception) -> str:
    """Write the traceback without tokens to a file; return the sentence that names it."""
    import secrets
    import traceback

    from platformdirs import user_log_path

    name = secrets.token_hex(4)
    text = "".join(traceback.format_exception(error))
    for variable in ("GITHUB_TOKEN", "GH_TOKEN"):
        secret = os.environ.get(variable, "").strip()
        text = text.replace(secret, "***") if secret else text
    folder: Path = user_log_path("milepost", appauthor=False, ensure_exists=True)
    file = folder / f"bug-{name}.txt"
    file.write_text(text, encoding="utf-8")
    return (
        f"This is a mistake in Milepost, not yours ({type(error).__name__}, id {name}). "
        f"What was written before stays. The details are in {file}; "
        "please send that file with a report."
    )
