"""Computes what one installation has used and reserved of GitHub's limits. Pure.

A `RateLimitState` is stored by a limiter, for the threads of a process or for many processes. Times
are aware and of one clock; a place is in seconds from now, so whoever reserves needs no clock.

Numbers after GitHub's pages "Rate limits for the REST API" and "Best practices for using the REST
API": one write a second; at most 80 content-creating requests a minute and 500 an hour; 900 points
a minute, of which a read costs one and a write five; and so many requests an hour, of which each
answer tells how many are left.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from bot.github.answer import LimitReachedError
from bot.github.retry import RetryPause, backoff

RequestKind = Literal["read", "write", "create"]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

# A second. With BURST, and with writes that are sent up to 20 seconds after they were booked, that
# stays below 900 in any minute.
POINTS = 11.0
BURST = timedelta(seconds=5)  # so many seconds' points may be spent at once
READ, WRITE = 1, 5  # points
RESERVE = 0.1  # of the hour's requests: left to people, who wait before a page
LEARNED_FOR = timedelta(days=1)
_SLOWEST = 16.0  # seconds between writes, however often we were refused
_FEWEST = 10  # creations a minute, however often we were refused
_FEWEST_AN_HOUR = 100
_MOST_STRIKES = 6
_LONGEST = 3_600.0  # seconds to leave it alone, when GitHub does not say for how long
FOR_PEOPLE = "what is left of this hour's requests is kept for people"


class WriteRates(NamedTuple):
    """Say how fast writes may go: seconds between them, new things a minute and an hour.

    An `interval` of 0 lifts all limits.
    """

    interval: float = 1.0
    per_minute: int = 80
    per_hour: int = 500

    def slower(self, minute: int, hour: int) -> "WriteRates":
        """Return those to go on with after a secondary limit was met; never faster ones.

        `minute` and `hour` are how many new things were made in each. Where the last minute saw too
        few to be the reason, the hour is taken for it.
        """
        interval = min(max(2 * self.interval, 1.0), _SLOWEST)
        per_minute, per_hour = self.per_minute, self.per_hour
        if minute > _FEWEST:
            per_minute = min(per_minute, max(_FEWEST, minute * 3 // 4))
        elif hour > _FEWEST_AN_HOUR:
            per_hour = min(per_hour, max(_FEWEST_AN_HOUR, hour * 9 // 10))
        return WriteRates(max(self.interval, interval), per_minute, per_hour)


class Reservation(NamedTuple):
    """Name the next free place for a request, `seconds` from now; ours only when `granted`."""

    seconds: float
    why: str
    granted: bool


class Quota(NamedTuple):
    """Count the hour by an answer: of `limit` requests so many `remaining`, new in seconds."""

    limit: int
    remaining: int
    reset_in: float

    @property
    def low(self) -> bool:
        """Return whether the rest should be kept for people."""
        return self.remaining <= self.limit * RESERVE


@dataclass(frozen=True)
class RateLimitState:
    """Hold places taken and rests ordered; some lie ahead.

    `last` is the newest place of a write, `created` are the places of new things, oldest first, of
    the last hour. Requests are paid for until `busy`. Nobody may send anything before `shut`, for
    the reason `why`; runs that nobody waits for also not before `spare`. `learned` holds for a day
    after `refused_at`; `strikes` counts refusals that came soon after each other.
    """

    last: datetime | None = None
    created: tuple[datetime, ...] = ()
    busy: datetime | None = None
    shut: datetime | None = None
    why: str = ""
    spare: datetime | None = None
    learned: WriteRates | None = None
    refused_at: datetime | None = None
    strikes: int = 0
    seen: datetime | None = None

    def reserve(
        self,
        now: datetime,
        rates: WriteRates,
        kind: RequestKind,
        *,
        at_most: float,
        people: bool = False,
    ) -> "tuple[Reservation, RateLimitState]":
        """Return the place for a request, and the state afterwards.

        A place more than `at_most` seconds away is not taken, and nothing changes.
        """
        state = self._at(now)
        rules = [*_closings(state, now, people=people)]
        if kind != "read":
            rules += _spacings(state, state.rates(now, rates), kind)
        elif state.busy is not None:
            rules.append((state.busy - BURST, "GitHub allows 900 points a minute"))
        due, why = max(rules)
        seconds = max(0.0, (due - now).total_seconds())
        if seconds > at_most:
            return Reservation(seconds, why, granted=False), self
        granted = Reservation(seconds, why, granted=True)
        if kind == "read":
            return granted, replace(state, busy=_paid(state, due, READ, rates))
        made = (*state.created, due) if kind == "create" else state.created
        stored = tuple(at for at in made if at > now - HOUR)[-rates.per_hour :]
        busy = _paid(state, now, WRITE, rates)
        return granted, replace(state, last=due, created=stored, busy=busy)

    def block(self, now: datetime, seconds: float, why: str) -> "RateLimitState":
        """Let nobody send anything for so long. A longer block holds against a shorter one."""
        state, until = self._at(now), now + timedelta(seconds=seconds)
        if state.shut is not None and state.shut >= until:
            return state
        return replace(state, shut=until, why=why)

    def rejected(
        self, now: datetime, rates: WriteRates, limit: LimitReachedError, *, wrote: bool
    ) -> "RateLimitState":
        """Rest as long as GitHub wants after it refused a request, and learn from it.

        What was under way when the first one was refused, and is refused as well, teaches nothing.
        """
        state = self._at(now)
        again = state.shut is not None and state.shut > now
        if again and not _is_timed(limit):
            return state
        strikes = state.strikes if state.shut is not None and state.shut > now - HOUR else 0
        wait = backoff(limit, strikes)
        seconds = wait if _is_timed(limit) else min(wait, _LONGEST)
        closed = state.block(now, seconds, f"GitHub's {limit}")
        if again or not limit.secondary:
            return closed
        learned = state.rates(now, rates)
        if wrote:
            minute = sum(now - MINUTE < at <= now for at in state.created)
            hour = sum(now - HOUR < at <= now for at in state.created)
            learned = learned.slower(minute, hour)
        strikes = min(strikes + 1, _MOST_STRIKES)
        return replace(closed, learned=learned, refused_at=now, strikes=strikes)

    def observe(self, now: datetime, quota: Quota) -> "RateLimitState":
        """Note what an answer tells of the hour's requests."""
        state = self._at(now)
        if not quota.low:
            return replace(state, spare=None)
        # It is not told when in that second the hour begins anew.
        return replace(state, spare=now + timedelta(seconds=quota.reset_in + 1))

    def blocked(self, now: datetime, *, people: bool = False) -> RetryPause:
        """Return how long nothing may be sent; 0 seconds when it may."""
        due, why = max(_closings(self._at(now), now, people=people))
        return RetryPause((due - now).total_seconds(), why)

    def scheduled(self, now: datetime) -> int:
        """Return how many places for new things lie ahead."""
        return sum(at > now for at in self._at(now).created)

    def rates(self, now: datetime, given: WriteRates) -> WriteRates:
        """Return the given ones, or slower ones that were learned lately."""
        learned, at = self.learned, self.refused_at
        if learned is None or at is None or at < now - LEARNED_FOR:
            return given
        return WriteRates(
            max(given.interval, learned.interval),
            min(given.per_minute, learned.per_minute),
            min(given.per_hour, learned.per_hour),
        )

    def idle(self, now: datetime) -> bool:
        """Return whether nothing in it matters any more."""
        known = (self.last, self.shut, self.busy, self.spare)
        past = all(at < now - HOUR for at in known if at is not None)
        return past and (self.refused_at is None or self.refused_at < now - LEARNED_FOR)

    def _at(self, now: datetime) -> "RateLimitState":
        """Move all times along when the clock was set back, instead of waiting for it."""
        back = self.seen - now if self.seen is not None else timedelta()
        if back <= timedelta():
            return replace(self, seen=now)
        moved: dict[str, Any] = {
            name: at - back for name, at in vars(self).items() if isinstance(at, datetime)
        }
        return replace(self, **moved | {"created": tuple(at - back for at in self.created)})


def _is_timed(limit: LimitReachedError) -> bool:
    """Return whether GitHub stated how long to wait."""
    return limit.after is not None or limit.reset_in is not None


def _closings(
    state: RateLimitState, now: datetime, *, people: bool
) -> Iterator[tuple[datetime, str]]:
    yield now, ""
    if state.shut is not None and state.shut > now:
        yield state.shut, state.why
    if state.spare is not None and state.spare > now and not people:
        yield state.spare, FOR_PEOPLE


def _spacings(
    state: RateLimitState, pace: WriteRates, kind: RequestKind
) -> Iterator[tuple[datetime, str]]:
    """Yield from when on each of the rules for writes allows one."""
    if not pace.interval:
        return
    if state.last is not None:
        spaced = state.last + timedelta(seconds=pace.interval)
        yield spaced, "one write after the other"
    if kind != "create":
        return
    for most, span, word in (
        (pace.per_minute, MINUTE, "a minute"),
        (pace.per_hour, HOUR, "an hour"),
    ):
        if len(state.created) >= most:
            yield state.created[-most] + span, f"GitHub allows {most} new things {word}"


def _paid(state: RateLimitState, at: datetime, points: int, rates: WriteRates) -> datetime:
    """Return until when they are paid for; where writes may be closer, more of all is."""
    seconds = points / POINTS * min(rates.interval, 1.0)
    return max(state.busy or at, at) + timedelta(seconds=seconds)
