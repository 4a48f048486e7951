"""Shares what GitHub allows one installation among all that works for it at the same time.

GitHub counts for an installation as a whole, however many runs, threads and machines there are.
`RateLimiter` is what they share, all of it but where its states are; `InMemoryRateLimiter` has them
in the memory of one process.
"""

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.clock import Clock, utc_now
from bot.github.answer import LimitReachedError
from bot.github.rate_limit_state import Quota, RateLimitState, RequestKind, Reservation, WriteRates
from bot.github.retry import RetryPause

_MANY = 1_000  # installations; beyond, those that rest are forgotten


class LimiterStatus(NamedTuple):
    """Count how all installations stand, for metrics.

    `blocked` of them GitHub wants left alone; in `spared` the rest of the hour is kept for people.
    `scheduled` places for new things are not due yet; `longest` is the longest time that a run
    would have to wait now, in seconds. `remaining` is the smallest share of an hour's requests that
    is left anywhere, from 0 to 1, as this process observed; None when it observed none.
    """

    blocked: int
    spared: int
    scheduled: int
    longest: float
    remaining: float | None


@dataclass
class OpenState:
    """Hold a state that nobody else has open, and its time; `state` is stored afterwards."""

    state: RateLimitState
    now: datetime


class RateLimiter(ABC):
    """Reserve places for requests of installations, and answer which of them must wait.

    What is for `people`, who wait for it, also gets what is reserved for them. Where the states are
    is for the classes below to decide.
    """

    def __init__(self, rates: WriteRates | None = None) -> None:
        self._rates = rates or WriteRates()
        self._quotas: OrderedDict[int, Quota] = OrderedDict()
        self._observing = threading.Lock()

    @abstractmethod
    def _open(self, installation: int) -> AbstractContextManager[OpenState]:
        """Open the state of an installation to change it."""

    @abstractmethod
    def _read(self, installation: int) -> OpenState:
        """Return the state of an installation, which stays as it is."""

    @abstractmethod
    def _all(self) -> tuple[list[RateLimitState], datetime]:
        """Return all states in which something lies ahead, and the time."""

    def reserve(
        self, installation: int, kind: RequestKind, *, at_most: float, people: bool = False
    ) -> Reservation:
        """Take the next place for one request, unless it is more than `at_most` seconds away."""
        with self._open(installation) as at:
            reserved, at.state = at.state.reserve(
                at.now, self._rates, kind, at_most=at_most, people=people
            )
        return reserved

    def block(self, installation: int, seconds: float, why: str) -> None:
        """Let nobody send anything for so many seconds. A longer block holds against a shorter."""
        with self._open(installation) as at:
            at.state = at.state.block(at.now, seconds, why)

    def rejected(self, installation: int, limit: LimitReachedError, *, wrote: bool) -> None:
        """Let all learn from a request that GitHub refused."""
        with self._open(installation) as at:
            at.state = at.state.rejected(at.now, self._rates, limit, wrote=wrote)

    def observe(self, installation: int, quota: Quota) -> None:
        """Note what an answer tells of the hour. Each process observes for itself; what changes
        something is shared."""
        with self._observing:
            before = self._quotas.pop(installation, None)
            self._quotas[installation] = quota
            if len(self._quotas) > _MANY:
                self._quotas.popitem(last=False)
        if quota.low or (before is not None and before.low):
            with self._open(installation) as at:
                at.state = at.state.observe(at.now, quota)

    def blocked(self, installation: int, *, people: bool = False) -> RetryPause:
        """Return how long nothing may be sent; 0 seconds when it may."""
        at = self._read(installation)
        return at.state.blocked(at.now, people=people)

    def status(self) -> LimiterStatus:
        """Return how all of them stand. Asks nobody but the states."""
        states, now = self._all()
        for_people = [state.blocked(now, people=True).seconds for state in states]
        waits = [state.blocked(now).seconds for state in states]
        booked = [(state.last - now).total_seconds() for state in states if state.last is not None]
        with self._observing:
            shares = [quota.remaining / max(quota.limit, 1) for quota in self._quotas.values()]
        return LimiterStatus(
            blocked=sum(seconds > 0 for seconds in for_people),
            spared=sum(a > 0 and not b > 0 for a, b in zip(waits, for_people, strict=True)),
            scheduled=sum(state.scheduled(now) for state in states),
            longest=max([0.0, *waits, *booked]),
            remaining=min(shares, default=None),
        )


class InMemoryRateLimiter(RateLimiter):
    """Limit the threads of one process; the clock is aware."""

    def __init__(self, rates: WriteRates | None = None, *, clock: Clock = utc_now) -> None:
        super().__init__(rates)
        self._clock = clock
        self._lock = threading.Lock()
        self._states: dict[int, RateLimitState] = {}

    @contextmanager
    def _open(self, installation: int) -> Iterator[OpenState]:
        with self._lock:
            now = self._clock()
            if installation not in self._states and len(self._states) >= _MANY:
                self._states = {k: b for k, b in self._states.items() if not b.idle(now)}
            at = OpenState(self._states.get(installation, RateLimitState()), now)
            yield at
            self._states[installation] = at.state

    def _read(self, installation: int) -> OpenState:
        with self._lock:
            return OpenState(self._states.get(installation, RateLimitState()), self._clock())

    def _all(self) -> tuple[list[RateLimitState], datetime]:
        with self._lock:
            return list(self._states.values()), self._clock()
