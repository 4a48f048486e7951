"""Structured logs: one JSON object a line on standard error, with the ids that belong together.

Nothing secret is ever handed to a logger; what GitHub's tokens look like is cut out all the same.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime

FIELDS = (
    "delivery",
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
# After GitHub's "About authentication to GitHub"; installation tokens have no fixed length.
_TOKENS = re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9._-]{20,}|github_pat_\w{20,}|eyJ[\w-]+\.[\w.-]+)")


class JsonLines(logging.Formatter):
    """A record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, where it comes from, what is said, and the ids."""
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": record.getMessage(),
        }
        said |= {
            name: value for name in FIELDS if (value := getattr(record, name, None)) is not None
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return _TOKENS.sub("***", json.dumps(said, ensure_ascii=False, default=str))


def set_up(level: int = logging.INFO) -> None:
    """Have everything that is logged go to standard error like this."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Each request to GitHub is told at this level, with its address.
    for chatty in ("httpx", "httpcore", "alembic", "github"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
