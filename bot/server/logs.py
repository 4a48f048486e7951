"""Writes structured logs: one JSON object a line on standard error.

No secret is given to a logger. All the same this server's own secrets are cut out, and whatever
looks like a token of GitHub, a key, or the code of a sign-in. Only the URL that registers an App is
logged with its code: who can read the log may register it.
"""

import json
import logging
import math
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
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
SAMPLE_EVERY = 60.0  # seconds between two lines of like events
SHORTEST = 8  # characters; shorter ones are no secrets, and parts of many words
CUT = "***"
# After GitHub's "About authentication to GitHub"; installation tokens have no fixed length.
_SECRETS = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9._-]{16,}|github_pat_\w{20,}|eyJ[\w-]+\.[\w.-]+)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=\")|\Z)"
    r"|(?<=[?&\s])(?<!/register\?)(?:code|state|client_secret|code_verifier|access_token|refresh_token)=[^&\s\"'\\]+"
)

# A line without any of these has no match, which is ten times as quick to find out.
_MARKS = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "eyJ", "PRIVATE KEY", "=")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden: frozenset[str] = frozenset()

    def hide(self, secrets: Iterable[str]) -> None:
        """Cut these secrets out of all further lines."""
        written = (json.dumps(s, ensure_ascii=False)[1:-1] for s in secrets if len(s) >= SHORTEST)
        self._hidden |= frozenset(written)

    def format(self, record: logging.LogRecord) -> str:
        """Return time (UTC), level, logger, message and the fields of a record."""
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


class LogSampler:
    """Lets the first of like events into the log, and one in a minute after that. For any thread.

    Keys are few: routes and status codes, nothing that a caller chooses.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._logged: dict[tuple[object, ...], tuple[float, int]] = {}  # when, and how many since

    def count(self, *key: object) -> int:
        """Return how many there were since the last one logged, with this one; 0 to log none."""
        with self._lock:
            at, waiting = self._logged.get(key, (-math.inf, 0))
            now, waiting = self._clock(), waiting + 1
            due = now - at >= SAMPLE_EVERY
            self._logged[key] = (now, 0) if due else (at, waiting)
        return waiting if due else 0


def set_up(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send all logs to `stream` (standard error) as JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # They log each request to GitHub at level INFO, with its URL.
    for chatty in ("httpx2", "httpcore2", "urllib3", "alembic", "github"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def hide(secrets: Iterable[str]) -> None:
    """Cut these secrets out of all further logs, where `set_up` was called."""
    known = tuple(secrets)
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, JsonLines):
            handler.formatter.hide(known)
