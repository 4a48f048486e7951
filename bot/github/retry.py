"""How fast to write and how long to wait: decisions over a clock and a sleep that are passed in.

Limits after GitHub's pages "Rate limits for the REST API" and "Best practices for using the REST
API": one write a second; at most 80 content-creating requests a minute and 500 an hour; after a
refusal wait for Retry-After, else for x-ratelimit-reset, else a minute and then ever longer.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import UnavailableError, UncertainWriteError
from bot.github.problems import ADDRESS, AnswerLostError, LimitReachedError, NeverSentError

T = TypeVar("T")
Clock = Callable[[], datetime]
Sleep = Callable[[float], None]
OnWait = Callable[[float, str], None]
OnLimit = Callable[[LimitReachedError], None]

TRIES = 3
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
_TOLD_ABOVE = 2.0  # seconds; shorter waits are not worth a line on the screen
_SLOWEST = 16.0  # seconds between writes, however often we were refused
_FEWEST = 10  # creations a minute, however often we were refused
_FEWEST_AN_HOUR = 100
_REFUSALS = 10
_SLOWEST_ASKED = 3600.0
_LONGEST = 86_400.0


class Pacing(BaseModel):
    """How fast this run may write. Times in seconds; an `interval` of 0 lifts all three limits."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    interval: float = Field(default=1.0, ge=0, le=_SLOWEST_ASKED)
    per_minute: int = Field(default=80, ge=1)
    per_hour: int = Field(default=500, ge=1)
    max_wait: float = Field(default=900.0, ge=0, le=_LONGEST)


class Pause(NamedTuple):
    """A wait before a write: seconds, and the reason in words."""

    seconds: float
    why: str


class Rates(NamedTuple):
    """How fast writes may go: seconds from one to the next, and new things a minute and an hour."""

    interval: float
    per_minute: int
    per_hour: int

    @classmethod
    def of(cls, pacing: Pacing) -> "Rates":
        """Those that the pacing begins with."""
        return cls(pacing.interval, pacing.per_minute, pacing.per_hour)

    def refused(self, minute: int, hour: int) -> "Rates":
        """Those to go on with after a secondary limit was met; never faster ones.

        `minute` and `hour` are how many new things were made in each. Where the last minute saw too
        few to be the reason, the hour is taken for it.
        """
        slower = min(max(2 * self.interval, 1.0), _SLOWEST)
        per_minute, per_hour = self.per_minute, self.per_hour
        if minute > _FEWEST:
            per_minute = min(per_minute, max(_FEWEST, minute * 3 // 4))
        elif hour > _FEWEST_AN_HOUR:
            per_hour = min(per_hour, max(_FEWEST_AN_HOUR, hour * 9 // 10))
        return Rates(max(self.interval, slower), per_minute, per_hour)


class Pace:
    """Spaces the writes of one run and learns from refusals.

    Times are of finished requests, so that the gaps also hold on the server's side.
    """

    def __init__(self, pacing: Pacing) -> None:
        self.rates = Rates.of(pacing)
        self._written: datetime | None = None
        self._created: deque[datetime] = deque(maxlen=pacing.per_hour)

    @property
    def interval(self) -> timedelta:
        """The least time from one write to the next."""
        return timedelta(seconds=self.rates.interval)

    def spacing(self, now: datetime) -> Pause:
        """The wait that keeps the interval since the last write."""
        self._follow(now)
        if self._written is None:
            return Pause(0.0, "")
        return Pause(_until(self._written + self.interval, now), "one write after the other")

    def allowance(self, now: datetime) -> Pause:
        """The wait until one more creation fits into the minute's and the hour's allowance."""
        self._follow(now)
        if not self.interval:
            return Pause(0.0, "")
        minute = self._room(self.rates.per_minute, MINUTE, now)
        hour = self._room(self.rates.per_hour, HOUR, now)
        if hour > minute:
            return Pause(hour, f"GitHub allows {self.rates.per_hour} new things an hour")
        return Pause(minute, f"GitHub allows {self.rates.per_minute} new things a minute")

    def finished(self, now: datetime, *, creates: bool) -> None:
        """Take note of a write, answered or not."""
        self._written = now
        if creates:
            self._created.append(now)

    def refused(self, now: datetime) -> None:
        """A secondary limit was met: go slower from here on than we went up to it."""
        minute = sum(at > now - MINUTE for at in self._created)
        hour = sum(at > now - HOUR for at in self._created)
        self.rates = self.rates.refused(minute, hour)

    def _room(self, limit: int, span: timedelta, now: datetime) -> float:
        if len(self._created) < limit:
            return 0.0
        return _until(self._created[-limit] + span, now)

    def _follow(self, now: datetime) -> None:
        """When the clock was set back, carry the past along instead of waiting for it."""
        if self._written is not None and now < self._written:
            back = self._written - now
            self._written -= back
            self._created = deque((at - back for at in self._created), self._created.maxlen)


def _until(due: datetime, now: datetime) -> float:
    return max(0.0, (due - now).total_seconds())


def utc_now() -> datetime:
    """The machine's clock, aware, UTC."""
    return datetime.now(UTC)


def say_nothing(_seconds: float, _why: str) -> None:
    """For callers with nobody to tell."""


def ignore(_limit: LimitReachedError) -> None:
    """For callers who share their limits with nobody."""


class Waiter:
    """Does the waiting of one run, and ends it when that would exceed `max_wait` seconds in all."""

    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        on_wait: OnWait = say_nothing,
        max_wait: float = 900.0,
    ) -> None:
        self.clock = clock
        self._sleep = sleep
        self._on_wait = on_wait
        self._left = max_wait

    def rest(self, pause: Pause) -> None:
        """Wait without a charge: ordinary spacing."""
        if pause.seconds <= 0:
            return
        if pause.seconds > _TOLD_ABOVE:
            self._on_wait(pause.seconds, pause.why)
        self._sleep(pause.seconds)

    def wait(self, pause: Pause) -> None:
        """Wait, charged to the run. Raises UnavailableError when that would be too long."""
        if pause.seconds > self._left:
            until = self.clock() + timedelta(seconds=pause.seconds)
            minutes = ceil(pause.seconds / 60)
            raise UnavailableError(
                f"GitHub wants us to wait until {until.astimezone(UTC):%H:%M} UTC, "
                f"{minutes} minute{'s' if minutes > 1 else ''} from now ({pause.why}).",
                hint="Run the same command again then: it goes on where it stopped.",
            )
        self._left -= pause.seconds
        self.rest(pause)


def backoff(limit: LimitReachedError, refusals: int) -> float:
    """Seconds to wait after the refusal number `refusals` (from 0) in a row."""
    if limit.after is not None:
        return max(1.0, limit.after)
    if limit.reset_in is not None:
        return limit.reset_in + 1.0  # it is not told when in that second the budget is new
    return float(MINUTE.total_seconds() * 2**refusals)


def retry(
    send: Callable[[bool], T],
    *,
    waiter: Waiter,
    repeatable: bool,
    reads: bool = False,
    on_limit: Callable[[LimitReachedError], None] | None = None,
) -> T:
    """Call `send` until it gets through, as often as is safe.

    `send` is told whether an earlier try may have happened. A limit's refusal and a request that
    never left are sent again; one whose answer was lost only if `repeatable`. Raises
    UncertainWriteError when a write's outcome stays unknown, UnavailableError when GitHub cannot be
    reached or wants too long a wait, and whatever else `send` raises.
    """
    failures = refusals = 0
    again = False
    while True:
        try:
            return send(again)
        except LimitReachedError as limit:
            if on_limit is not None:
                on_limit(limit)
            if refusals >= _REFUSALS:
                raise UnavailableError(
                    f"GitHub refused {refusals} times in a row ({limit}).",
                    hint="Run the same command again in an hour: it goes on where it stopped.",
                ) from None
            waiter.wait(Pause(backoff(limit, refusals), f"GitHub's {limit}"))
            refusals += 1
            continue
        except NeverSentError as broken:
            reason = str(broken)
        except AnswerLostError as broken:
            again = not reads
            reason = str(broken)
            if not repeatable:
                raise _uncertain(reason) from None
        failures += 1
        if failures >= TRIES:
            raise (_uncertain(reason) if again else _gave_up(reason)) from None
        waiter.wait(Pause(0.5 * 2 ** (failures - 1), reason))


def _gave_up(why: str) -> UnavailableError:
    return UnavailableError(f"GitHub cannot be reached: {why}.", hint=f"Try later. {ADDRESS}")


def _uncertain(why: str) -> UncertainWriteError:
    return UncertainWriteError(
        f"A write was sent, but its answer was lost: {why}.",
        hint="Run the same command again: it looks at what is there before it writes.",
    )
