"""Structured logs: one JSON object a line on standard error, with the ids that belong together.

Nothing secret is ever handed to a logger. All the same what this server's own secrets are is cut
out, and what looks like a token of GitHub's, a key, or the code of a sign-in. Only the address at
which an App is registered is logged with its code: to read the log is what proves who may do it.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

FIELDS = (
    "deliveries",
    "event",
    "subject",
    "result",
    "tries",
    "method",
    "route",
    "status",
    "seconds",
    "count",
)
SHORTEST = 8  # characters; what is shorter is no secret, and stands in many words
CUT = "***"
# After GitHub's "About authentication to GitHub"; installation tokens have no fixed length.
_SECRETS = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9._-]{16,}|github_pat_\w{20,}|eyJ[\w-]+\.[\w.-]+)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=\")|\Z)"
    r"|(?<=[?&\s])(?<!/register\?)(?:code|state|client_secret|code_verifier|access_token|refresh_token)=[^&\s\"'\\]+"
)

# Without one of these there is none of those, and to look for them is ten times as quick.
_MARKS = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "eyJ", "PRIVATE KEY", "=")


class JsonLines(logging.Formatter):
    """A record as one line."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden: frozenset[str] = frozenset()

    def hide(self, secrets: Iterable[str]) -> None:
        """Cut these out of all that follows, too."""
        written = (json.dumps(s, ensure_ascii=False)[1:-1] for s in secrets if len(s) >= SHORTEST)
        self._hidden |= frozenset(written)

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, where it comes from, what is entry, and the ids."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": record.getMessage(),
        }
        entry |= {
            name: value for name in FIELDS if (value := getattr(record, name, None)) is not None
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        line = json.dumps(entry, ensure_ascii=False, default=str)
        for secret in self._hidden:
            line = line.replace(secret, CUT)
        return _SECRETS.sub(CUT, line) if any(mark in line for mark in _MARKS) else line


def set_up(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Have everything that is logged go to `stream` (standard error) like this."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Each request to GitHub is logged at this level, with its address.
    for chatty in ("httpx2", "httpcore2", "alembic", "github"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def hide(secrets: Iterable[str]) -> None:
    """Cut these out of what is logged from now on, where `set_up` was called."""
    known = tuple(secrets)
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, JsonLines):
            handler.formatter.hide(known)
