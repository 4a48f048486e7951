"""What one installation has used and booked of GitHub's limits: values and pure functions.

A `RateLimitState` is kept by a limiter, for the threads of a process or for many processes. Times
are aware and of one clock; a place is told in seconds from now, so whoever books needs no clock.

The numbers are those of `pacing`, and of GitHub's page "Rate limits for the REST API" these: 900
points a minute, of which a read costs one and a write five; and so many requests an hour, of which
each answer tells how many are left.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.github.problems import LimitReachedError
from bot.github.retry import HOUR, MINUTE, Pause, Rates, backoff

# A second. With BURST, and with writes that are sent up to 20 seconds after they were booked, that
# stays below 900 in any minute.
POINTS = 11.0
BURST = timedelta(seconds=5)  # so many seconds' points may be spent at once
WRITE = 5  # points
RESERVE = 0.1  # of the hour's requests: left to people, who wait before a page
LEARNED_FOR = timedelta(days=1)
_MOST_STRIKES = 6
_LONGEST = 3_600.0  # seconds to leave it alone, when GitHub does not say for how long
FOR_PEOPLE = "what is left of this hour's requests is kept for people"


class Reservation(NamedTuple):
    """The next free place for a request, `seconds` from now; it is ours only when `taken`."""

    seconds: float
    why: str
    taken: bool


class Quota(NamedTuple):
    """What an answer tells of the hour: of `limit` requests so many `remaining`, new in seconds."""

    limit: int
    remaining: int
    reset_in: float

    @property
    def low(self) -> bool:
        """Whether the rest should be kept for people."""
        return self.remaining <= self.limit * RESERVE


@dataclass(frozen=True)
class RateLimitState:
    """Places taken and rests ordered; some lie ahead.

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
    learned: Rates | None = None
    refused_at: datetime | None = None
    strikes: int = 0
    seen: datetime | None = None

    def write(
        self, now: datetime, rates: Rates, *, creations: int, at_most: float, people: bool = False
    ) -> "tuple[Reservation, RateLimitState]":
        """The place for a write that makes so many new things, and the book afterwards.

        A place more than `at_most` seconds away is not taken, and nothing changes.
        """
        book = self._at(now)
        pace = book.rates(now, rates)
        due, why = max([*_closings(book, now, people=people), *_spacings(book, pace, creations)])
        place = _place(due, now, why, at_most)
        if not place.taken:
            return place, self
        made = (*book.created, *[due] * creations)
        kept = tuple(at for at in made if at > now - HOUR)[-max(rates.per_hour, creations) :]
        busy = _paid(book, now, WRITE, rates)
        return place, replace(book, last=due, created=kept, busy=busy)

    def read(
        self, now: datetime, rates: Rates, *, at_most: float, people: bool = False
    ) -> "tuple[Reservation, RateLimitState]":
        """The place for a request that changes nothing, and the book afterwards."""
        book = self._at(now)
        rules = list(_closings(book, now, people=people))
        if book.busy is not None:
            rules.append((book.busy - BURST, "GitHub allows 900 points a minute"))
        due, why = max(rules)
        place = _place(due, now, why, at_most)
        if not place.taken:
            return place, self
        return place, replace(book, busy=_paid(book, due, 1, rates))

    def close(self, now: datetime, seconds: float, why: str) -> "RateLimitState":
        """Nobody sends anything for so long. A longer closing holds against a shorter one."""
        book, until = self._at(now), now + timedelta(seconds=seconds)
        if book.shut is not None and book.shut >= until:
            return book
        return replace(book, shut=until, why=why)

    def refused(
        self, now: datetime, rates: Rates, limit: LimitReachedError, *, wrote: bool
    ) -> "RateLimitState":
        """GitHub refused a request: rest as long as it wants, and learn from it.

        What was under way when the first one was refused, and is refused as well, teaches nothing.
        """
        book = self._at(now)
        again = book.shut is not None and book.shut > now
        if again and not _said(limit):
            return book
        strikes = book.strikes if book.shut is not None and book.shut > now - HOUR else 0
        wait = backoff(limit, strikes)
        seconds = wait if _said(limit) else min(wait, _LONGEST)
        closed = book.close(now, seconds, f"GitHub's {limit}")
        if again or not limit.secondary:
            return closed
        learned = book.rates(now, rates)
        if wrote:
            minute = sum(now - MINUTE < at <= now for at in book.created)
            hour = sum(now - HOUR < at <= now for at in book.created)
            learned = learned.refused(minute, hour)
        strikes = min(strikes + 1, _MOST_STRIKES)
        return replace(closed, learned=learned, refused_at=now, strikes=strikes)

    def heard(self, now: datetime, left: Quota) -> "RateLimitState":
        """What an answer tells of the hour's requests."""
        book = self._at(now)
        if not left.low:
            return replace(book, spare=None)
        # It is not told when in that second the hour begins anew.
        return replace(book, spare=now + timedelta(seconds=left.reset_in + 1))

    def closed(self, now: datetime, *, people: bool = False) -> Pause:
        """How long nothing may be sent; 0 seconds when it may."""
        due, why = max(_closings(self._at(now), now, people=people))
        return Pause((due - now).total_seconds(), why)

    def ahead(self, now: datetime) -> int:
        """How many places for new things lie ahead."""
        return sum(at > now for at in self._at(now).created)

    def rates(self, now: datetime, given: Rates) -> Rates:
        """The given ones, or slower ones that were learned lately."""
        learned, at = self.learned, self.refused_at
        if learned is None or at is None or at < now - LEARNED_FOR:
            return given
        return Rates(
            max(given.interval, learned.interval),
            min(given.per_minute, learned.per_minute),
            min(given.per_hour, learned.per_hour),
        )

    def rests(self, now: datetime) -> bool:
        """Whether nothing in it matters any more."""
        known = (self.last, self.shut, self.busy, self.spare)
        past = all(at < now - HOUR for at in known if at is not None)
        return past and (self.refused_at is None or self.refused_at < now - LEARNED_FOR)

    def _at(self, now: datetime) -> "RateLimitState":
        """When the clock was set back, all times are taken along instead of waiting for it."""
        back = self.seen - now if self.seen is not None else timedelta()
        if back <= timedelta():
            return replace(self, seen=now)

        def moved(at: datetime | None) -> datetime | None:
            return at - back if at is not None else None

        return replace(
            self,
            last=moved(self.last),
            created=tuple(at - back for at in self.created),
            busy=moved(self.busy),
            shut=moved(self.shut),
            spare=moved(self.spare),
            refused_at=moved(self.refused_at),
            seen=now,
        )


def _place(due: datetime, now: datetime, why: str, at_most: float) -> Reservation:
    seconds = max(0.0, (due - now).total_seconds())
    return Reservation(seconds, why, taken=seconds <= at_most)


def _said(limit: LimitReachedError) -> bool:
    """Whether GitHub said how long to wait."""
    return limit.after is not None or limit.reset_in is not None


def _closings(
    book: RateLimitState, now: datetime, *, people: bool
) -> Iterator[tuple[datetime, str]]:
    yield now, ""
    if book.shut is not None and book.shut > now:
        yield book.shut, book.why
    if book.spare is not None and book.spare > now and not people:
        yield book.spare, FOR_PEOPLE


def _spacings(book: RateLimitState, pace: Rates, creations: int) -> Iterator[tuple[datetime, str]]:
    """From when on each of the rules for writes allows one."""
    if not pace.interval:
        return
    if book.last is not None:
        spaced = book.last + timedelta(seconds=pace.interval)
        yield spaced, "one write after the other"
    if not creations:
        return
    for most, span, word in (
        (pace.per_minute, MINUTE, "a minute"),
        (pace.per_hour, HOUR, "an hour"),
    ):
        if len(book.created) >= most:
            yield book.created[-most] + span, f"GitHub allows {most} new things {word}"


def _paid(book: RateLimitState, at: datetime, points: int, rates: Rates) -> datetime:
    """Until when they are paid for; where writes may be closer, this GitHub allows more of all."""
    seconds = points / POINTS * min(rates.interval, 1.0)
    return max(book.busy or at, at) + timedelta(seconds=seconds)
