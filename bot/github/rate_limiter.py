"""What GitHub allows one installation, shared by everything that works for it at the same time.

GitHub counts for an installation as a whole, however many runs, threads and machines there are.
`RateLimiter` is what they share, `StatefulRateLimiter` all of it but where its states are, and
`InMemoryRateLimiter` keeps them in the memory of one process.
"""

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.github.problems import LimitReachedError
from bot.github.rate_limit_state import Quota, RateLimitState, Reservation
from bot.github.retry import Clock, Pacing, Pause, Rates, utc_now

_MANY = 1_000  # installations; beyond, those that rest are forgotten


class LimiterStatus(NamedTuple):
    """How all installations stand, for whoever watches.

    `closed` of them GitHub wants left alone; in `spared` the rest of the hour is kept for people.
    `ahead` places for new things are booked and not due yet; `longest` is the longest time that a
    run would have to wait now, in seconds. `left` is the smallest share of an hour's requests that
    is left anywhere, from 0 to 1, as this process heard; None when it heard of none.
    """

    closed: int
    spared: int
    ahead: int
    longest: float
    left: float | None


class RateLimiter(Protocol):
    """Books requests of installations, and knows which of them are to be left alone.

    What is for `people`, who wait before a page, also gets what is kept for them.
    """

    def reserve(
        self, installation: int, *, creations: int, at_most: float, people: bool = False
    ) -> Reservation:
        """Take the next place for one write, unless it is more than `at_most` seconds away."""
        ...

    def ask(self, installation: int, *, at_most: float, people: bool = False) -> Reservation:
        """The same for a request that changes nothing."""
        ...

    def close(self, installation: int, seconds: float, why: str) -> None:
        """Nobody is to send anything for so long."""
        ...

    def refused(self, installation: int, limit: LimitReachedError, *, wrote: bool) -> None:
        """GitHub refused a request; all learn from it."""
        ...

    def heard(self, installation: int, left: Quota) -> None:
        """What an answer tells of the hour."""
        ...

    def closed(self, installation: int, *, people: bool = False) -> Pause:
        """How long nothing may be sent; 0 seconds when it may."""
        ...

    def standing(self) -> LimiterStatus:
        """How all of them stand. Asks nobody but the books."""
        ...


@dataclass
class Opened:
    """A book that nobody else has open, and the time by its clock. What is in `book` is kept."""

    book: RateLimitState
    now: datetime


class StatefulRateLimiter(ABC):
    """A budget, but for where its books are."""

    def __init__(self, pacing: Pacing | None = None) -> None:
        self._rates = Rates.of(pacing or Pacing())
        self._heard: OrderedDict[int, Quota] = OrderedDict()
        self._hearing = threading.Lock()

    @abstractmethod
    def _open(self, installation: int) -> AbstractContextManager[Opened]:
        """The book of an installation, for a moment."""

    @abstractmethod
    def _look(self, installation: int) -> Opened:
        """The same to look at only."""

    @abstractmethod
    def _all(self) -> tuple[list[RateLimitState], datetime]:
        """All books in which something lies ahead, and the time."""

    def reserve(
        self, installation: int, *, creations: int, at_most: float, people: bool = False
    ) -> Reservation:
        """See `RateLimiter`."""
        with self._open(installation) as at:
            place, at.book = at.book.write(
                at.now, self._rates, creations=creations, at_most=at_most, people=people
            )
        return place

    def ask(self, installation: int, *, at_most: float, people: bool = False) -> Reservation:
        """See `RateLimiter`."""
        with self._open(installation) as at:
            place, at.book = at.book.read(at.now, self._rates, at_most=at_most, people=people)
        return place

    def close(self, installation: int, seconds: float, why: str) -> None:
        """See `RateLimiter`. A longer closing holds against a shorter one."""
        with self._open(installation) as at:
            at.book = at.book.close(at.now, seconds, why)

    def refused(self, installation: int, limit: LimitReachedError, *, wrote: bool) -> None:
        """See `RateLimiter`."""
        with self._open(installation) as at:
            at.book = at.book.refused(at.now, self._rates, limit, wrote=wrote)

    def heard(self, installation: int, left: Quota) -> None:
        """See `RateLimiter`. Every process hears for itself; what changes something is shared."""
        with self._hearing:
            before = self._heard.pop(installation, None)
            self._heard[installation] = left
            if len(self._heard) > _MANY:
                self._heard.popitem(last=False)
        if left.low or (before is not None and before.low):
            with self._open(installation) as at:
                at.book = at.book.heard(at.now, left)

    def closed(self, installation: int, *, people: bool = False) -> Pause:
        """See `RateLimiter`."""
        at = self._look(installation)
        return at.book.closed(at.now, people=people)

    def standing(self) -> LimiterStatus:
        """See `RateLimiter`."""
        books, now = self._all()
        for_people = [book.closed(now, people=True).seconds for book in books]
        waits = [book.closed(now).seconds for book in books]
        booked = [(book.last - now).total_seconds() for book in books if book.last is not None]
        with self._hearing:
            shares = [left.remaining / max(left.limit, 1) for left in self._heard.values()]
        return LimiterStatus(
            closed=sum(seconds > 0 for seconds in for_people),
            spared=sum(a > 0 and not b > 0 for a, b in zip(waits, for_people, strict=True)),
            ahead=sum(book.ahead(now) for book in books),
            longest=max([0.0, *waits, *booked]),
            left=min(shares, default=None),
        )


class InMemoryRateLimiter(StatefulRateLimiter):
    """A budget for the threads of one process; the clock is aware."""

    def __init__(self, pacing: Pacing | None = None, *, clock: Clock = utc_now) -> None:
        super().__init__(pacing)
        self._clock = clock
        self._lock = threading.Lock()
        self._books: dict[int, RateLimitState] = {}

    @contextmanager
    def _open(self, installation: int) -> Iterator[Opened]:
        with self._lock:
            now = self._clock()
            if installation not in self._books and len(self._books) >= _MANY:
                self._books = {k: b for k, b in self._books.items() if not b.rests(now)}
            at = Opened(self._books.get(installation, RateLimitState()), now)
            yield at
            self._books[installation] = at.book

    def _look(self, installation: int) -> Opened:
        with self._lock:
            return Opened(self._books.get(installation, RateLimitState()), self._clock())

    def _all(self) -> tuple[list[RateLimitState], datetime]:
        with self._lock:
            return list(self._books.values()), self._clock()
