"""What GitHub allows one installation, shared by everything that works for it at the same time.

The numbers are those of `pacing`; GitHub counts them for an installation as a whole, however many
runs, threads and machines there are. `Budget` is what they share; `InProcess` is one for the
threads of a process. A `Lane` is one run's way through it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from bot.errors import UnavailableError
from bot.github import problems
from bot.github.app_calls import session
from bot.github.pacing import (
    HOUR,
    MINUTE,
    Clock,
    OnWait,
    Pacing,
    Pause,
    Sleep,
    patience,
    say_nothing,
    utc_now,
)
from bot.github.problems import Answer
from bot.planning.ports import Gateway

if TYPE_CHECKING:
    import httpx

_REFUSED = 60.0  # seconds to leave an installation alone when nothing better is known
_MANY = 1_000  # installations; beyond, those that rest are forgotten
# How many new things each write of the gateway makes: what GitHub counts apart from other writes.
CREATIONS = {
    "create_label": 1,
    "update_label": 0,
    "delete_label": 0,
    "create_milestone": 1,
    "update_milestone": 0,
    "delete_milestone": 0,
    "create_issue": 1,
    "update_issue": 0,
    "create_comment": 1,
    "update_comment": 0,
    "delete_comment": 0,
    "add_sub_issue": 1,
    "react": 1,
    "pin_issue": 0,
    "commit_files": 1,
    "put_file": 1,
    "open_pull_request": 1,
}


class Place(NamedTuple):
    """The next free place for a write, `seconds` from now; it is ours only when `taken`."""

    seconds: float
    why: str
    taken: bool


class Budget(Protocol):
    """Books writes of installations, and knows which of them GitHub wants left alone."""

    def reserve(self, installation: int, *, creations: int, at_most: float) -> Place:
        """Take the next place for one write, unless it is more than `at_most` seconds away."""
        ...

    def close(self, installation: int, seconds: float, why: str) -> None:
        """Nobody is to send anything for so long: GitHub has refused."""
        ...

    def closed(self, installation: int) -> Pause:
        """How long nothing may be sent; 0 seconds when it may."""
        ...


class _Book:
    """The places taken of one installation; some lie ahead."""

    def __init__(self, pacing: Pacing, now: datetime) -> None:
        self.created: deque[datetime] = deque(maxlen=pacing.per_hour)
        self.last: datetime | None = None
        self.shut: datetime | None = None
        self.why = ""
        self._seen = now

    def follow(self, now: datetime) -> None:
        """When the clock was set back, take all times along instead of waiting for it."""
        back = max(self._seen - now, timedelta())
        if back:
            self.created = deque((at - back for at in self.created), self.created.maxlen)
            self.last = self.last and self.last - back
            self.shut = self.shut and self.shut - back
        self._seen = now

    def rests(self, now: datetime) -> bool:
        """Whether nothing in it matters any more."""
        lately = [at for at in (self.last, self.shut) if at is not None]
        return all(at < now - HOUR for at in lately)


class InProcess:
    """A budget for the threads of one process; the clock is aware."""

    def __init__(self, pacing: Pacing | None = None, *, clock: Clock = utc_now) -> None:
        self._pacing = pacing or Pacing()
        self._clock = clock
        self._lock = threading.Lock()
        self._books: dict[int, _Book] = {}

    def reserve(self, installation: int, *, creations: int, at_most: float) -> Place:
        """See `Budget`."""
        with self._lock:
            now = self._clock()
            book = self._book(installation, now)
            due, why = max(self._rules(book, creations, now))
            seconds = (due - now).total_seconds()
            if seconds > at_most:
                return Place(seconds, why, taken=False)
            book.last = due
            book.created.extend([due] * creations)
            return Place(seconds, why, taken=True)

    def close(self, installation: int, seconds: float, why: str) -> None:
        """See `Budget`. A longer closing holds against a shorter one."""
        with self._lock:
            now = self._clock()
            book = self._book(installation, now)
            until = now + timedelta(seconds=seconds)
            if book.shut is None or until > book.shut:
                book.shut, book.why = until, why

    def closed(self, installation: int) -> Pause:
        """See `Budget`."""
        with self._lock:
            now = self._clock()
            book = self._book(installation, now)
            if book.shut is None:
                return Pause(0.0, "")
            return Pause(max(0.0, (book.shut - now).total_seconds()), book.why)

    def _rules(self, book: _Book, creations: int, now: datetime) -> list[tuple[datetime, str]]:
        """From when on each of the rules allows the write."""
        rules = [(now, "")]
        if book.shut is not None:
            rules.append((book.shut, book.why))
        pacing = self._pacing
        if not pacing.interval:
            return rules
        if book.last is not None:
            spaced = book.last + timedelta(seconds=pacing.interval)
            rules.append((spaced, "one write after the other"))
        if creations:
            for most, span, word in (
                (pacing.per_minute, MINUTE, "minute"),
                (pacing.per_hour, HOUR, "hour"),
            ):
                if len(book.created) >= most:
                    why = f"GitHub allows {most} new things a{'n' * (span == HOUR)} {word}"
                    rules.append((book.created[-most] + span, why))
        return rules

    def _book(self, installation: int, now: datetime) -> _Book:
        if installation not in self._books:
            if len(self._books) >= _MANY:
                self._books = {k: b for k, b in self._books.items() if not b.rests(now)}
            self._books[installation] = _Book(self._pacing, now)
        book = self._books[installation]
        book.follow(now)
        return book


class Lane:
    """One run's way through the budget of its installation; it waits here, in its own thread.

    `max_wait` is the longest single wait in seconds; what would take longer raises
    UnavailableError, and `Budget.closed` says when to come back.
    """

    def __init__(
        self,
        budget: Budget,
        installation: int,
        *,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        on_wait: OnWait = say_nothing,
        max_wait: float = 60.0,
    ) -> None:
        self.budget = budget
        self.installation = installation
        self._clock = clock
        self._sleep = sleep
        self._on_wait = on_wait
        self._max_wait = max_wait

    def wait_to_write(self, creations: int) -> None:
        """Take a place, and sleep until it comes."""
        place = self.budget.reserve(self.installation, creations=creations, at_most=self._max_wait)
        if not place.taken:
            raise _later(place.seconds, place.why)
        self._rest(place.seconds, place.why)

    def wait_to_read(self) -> None:
        """Sleep while GitHub wants the installation left alone."""
        seconds, why = self.budget.closed(self.installation)
        if seconds > self._max_wait:
            raise _later(seconds, why)
        self._rest(seconds, why)

    def refused(self, seconds: float, why: str) -> None:
        """Tell all others to wait as well. Fits as a gateway's `on_wait`."""
        self.budget.close(self.installation, seconds, why)
        self._on_wait(seconds, why)

    def http(self, api_url: str) -> "httpx.Client":
        """Connections for a reader, which keep to the budget and note GitHub's refusals."""
        client = session(api_url)
        client.event_hooks = {"request": [self._asks], "response": [self._answered]}
        return client

    def gateway(self, gateway: Gateway) -> Gateway:
        """The gateway, each write of which takes its place first.

        It should not pace itself (`Pacing(interval=0)`), and have `refused` as its `on_wait`.
        """
        return cast("Gateway", _Paced(gateway, self))

    def _asks(self, _request: "httpx.Request") -> None:
        self.wait_to_read()

    def _answered(self, response: "httpx.Response") -> None:
        if response.status_code not in {403, 429}:
            return
        response.read()
        answer = Answer(
            response.request.method,
            response.request.url.path,
            response.status_code,
            response.headers,
            response.text,
        )
        limit = problems.limit_of(answer, self._clock())
        if limit is not None:
            self.budget.close(self.installation, patience(limit, 0), f"GitHub's {limit}")

    def _rest(self, seconds: float, why: str) -> None:
        if seconds > 0:
            self._on_wait(seconds, why)
            self._sleep(seconds)


class _Paced:
    """A gateway behind a lane: the same methods, each waiting for its place."""

    def __init__(self, gateway: Gateway, lane: Lane) -> None:
        self._gateway = gateway
        self._lane = lane

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in CREATIONS:
            raise AttributeError(name)
        write = getattr(self._gateway, name)

        @wraps(write)
        def paced(*args: Any, **fields: Any) -> Any:
            self._lane.wait_to_write(CREATIONS[name])
            try:
                return write(*args, **fields)
            except UnavailableError as refused:
                self._lane.budget.close(self._lane.installation, _REFUSED, refused.what)
                raise

        return paced


def _later(seconds: float, why: str) -> UnavailableError:
    minutes = ceil(seconds / 60)
    return UnavailableError(
        f"This installation has to wait {minutes} minute{'s' if minutes > 1 else ''} ({why}).",
        hint="What is left is done then: nothing is lost.",
    )
