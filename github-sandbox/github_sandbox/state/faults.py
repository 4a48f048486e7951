"""Faults: which request fails, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Kind = Literal[
    "500",  # before the write
    "502",  # before the write
    "502-after",  # the write is done, the answer is lost
    "timeout",  # no answer: hold, then drop; nothing is written
    "timeout-after",  # the same, with the write done
    "reset",  # the connection breaks, nothing is written
    "reset-after",  # the connection breaks, the write is done
    "secondary-403",
    "secondary-429",
    "secondary-graphql",  # GraphQL's form: 200 and an error in the body
    "expired",  # 401, as with a token that ran out
    "stale",  # lists miss what was made lately
    "archived",  # the repository is archived right before the request
    "renamed",  # the repository gets another name right before the request
    "kill",  # the write is done and answered, then `pid` gets SIGKILL
    "call",  # the write is done, `call` runs before the answer leaves (Python only)
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass
class Fault:
    """Fire on matching requests number `nth` to `nth + times - 1`, counted from 1.

    `method` is a method, "WRITE" (any that changes) or "*"; `path` a shell pattern over the path
    below the API root, e.g. "/repos/*/issues". `retry_after` (seconds) goes with the secondary
    limits, None leaves the header out; `hold` (seconds) with the time-outs; `requests` and
    `seconds` say how far back a stale list is; `pid` goes with "kill"; `name` is what a repository
    is renamed to. `times` 0 means always.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    nth: int = 1
    times: int = 1
    retry_after: int | None = None
    hold: float = 30.0
    requests: int = 0
    seconds: float = 0.0
    pid: int | None = None
    name: str = "renamed"
    call: Callable[[], Any] | None = None
    seen: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}; there are {', '.join(KINDS)}")
        self.method = self.method.upper()

    def matches(self, method: str, path: str, is_write: bool) -> bool:
        fits = self.method in {"*", method} or (self.method == "WRITE" and is_write)
        return fits and fnmatchcase(path, self.path)

    def fires(self) -> bool:
        """Count one matching request and return whether the fault fires on it."""
        self.seen += 1
        last = self.nth + self.times - 1 if self.times else self.seen
        return self.nth <= self.seen <= last

    @property
    def replaces_the_answer(self) -> bool:
        """Whether nothing is asked of the state: the fault itself is the answer."""
        return not self.comes_after_the_write and self.kind not in {"stale", "archived", "renamed"}

    @property
    def comes_after_the_write(self) -> bool:
        return self.kind.endswith("-after") or self.kind in {"kill", "call"}


class Faults:
    """The active faults, in the order in which they were added."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, kind: str, **how: Any) -> Fault:
        """Add a fault and return it; the keywords are the fields of `Fault`.

        Raises ValueError for an unknown kind.
        """
        fault = Fault(kind, **how)
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        self.waiting.clear()

    def next(self, method: str, path: str, is_write: bool) -> Fault | None:
        """Count the request with every matching fault and return the one that fires, if any."""
        firing = [f for f in self.waiting if f.matches(method, path, is_write) and f.fires()]
        return firing[0] if firing else None
