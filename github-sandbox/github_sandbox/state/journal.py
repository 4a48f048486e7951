"""The request log: what came in over the API and what was answered."""

from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

KEPT = 20_000
WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})


@dataclass(frozen=True)
class Entry:
    """One request. `status` is 0 when the connection was dropped instead of an answer.

    `is_write` says whether it asked for a change: of GraphQL's POSTs only mutations did. `route` is
    the path template of GitHub's description; bodies are kept only when asked for.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    status: int
    is_write: bool
    conditional: bool
    sent: int
    received: int
    milliseconds: float
    login: str
    user_agent: str
    route: str | None
    fault: str | None
    request: Any = None
    response: Any = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class Journal:
    """The last requests, oldest first. `received` counts all of them since the start."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.received = 0
        self.record_bodies = False

    def clear(self) -> None:
        """Forget the entries; the count of requests and the switch go back to the start too."""
        self.entries.clear()
        self.received = 0
        self.record_bodies = False

    def forget(self) -> None:
        """Drop the entries and keep counting: for a benchmark's second leg."""
        self.entries.clear()

    def select(
        self, *, method: str | None = None, path: str | None = None, status: int | None = None
    ) -> list[Entry]:
        """Entries of a method, with a text in their path, of a status."""
        return [
            entry
            for entry in self.entries
            if (method is None or entry.method == method.upper())
            and (path is None or path in entry.path)
            and (status is None or entry.status == status)
        ]

    @property
    def writes(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_write]

    @property
    def not_modified(self) -> list[Entry]:
        return self.select(status=304)

    def summary(self) -> dict[str, Any]:
        """Counts by method and by status, of conditional requests and of bytes."""
        return {
            "total": len(self.entries),
            "by_method": dict(Counter(entry.method for entry in self.entries)),
            "by_status": dict(Counter(str(entry.status) for entry in self.entries)),
            "conditional": sum(entry.conditional for entry in self.entries),
            "not_modified": len(self.not_modified),
            "writes": len(self.writes),
            "bytes_sent": sum(entry.sent for entry in self.entries),
        }
