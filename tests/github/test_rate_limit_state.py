"""What one installation has used and booked: rules over times, held against GitHub's own words."""

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.problems import LimitReachedError
from bot.github.rate_limit_state import FOR_PEOPLE, Quota, RateLimitState, Reservation
from bot.github.retry import HOUR, MINUTE, Pacing, Rates

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
USUAL = Rates.of(Pacing())
LIFTED = Rates.of(Pacing(interval=0))
SECONDARY = LimitReachedError(secondary=True, after=None, reset_in=None)
FOREVER = 1e9


class Desk:
    """A book, and a clock that is set by hand."""

    def __init__(self, rates: Rates = USUAL) -> None:
        self.book = RateLimitState()
        self.now = NOON
        self.given = rates

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def write(
        self, creations: int = 1, *, at_most: float = FOREVER, people: bool = False
    ) -> Reservation:
        place, self.book = self.book.write(
            self.now, self.given, creations=creations, at_most=at_most, people=people
        )
        return place

    def read(self, *, at_most: float = FOREVER, people: bool = False) -> Reservation:
        place, self.book = self.book.read(self.now, self.given, at_most=at_most, people=people)
        return place

    def refused(self, limit: LimitReachedError = SECONDARY, *, wrote: bool = True) -> float:
        self.book = self.book.refused(self.now, self.given, limit, wrote=wrote)
        return self.book.closed(self.now).seconds

    def heard(self, remaining: int, reset_in: float = 600) -> None:
        self.book = self.book.heard(self.now, Quota(5_000, remaining, reset_in))

    @property
    def rates(self) -> Rates:
        return self.book.rates(self.now, self.given)


class TestReading:
    @given(st.lists(st.tuples(st.floats(0, 4), st.booleans()), min_size=1, max_size=1_500))
    def test_900_points_a_minute_are_never_exceeded(self, wishes: list[tuple[float, bool]]) -> None:
        desk = Desk()
        sent: deque[tuple[datetime, int]] = deque()
        points = 0
        for pause, writes in wishes:
            # Most come at once, for that is what a limit is about.
            desk.wait(pause if pause > 3.5 else 0)
            place = desk.write(0, at_most=20) if writes else desk.read(at_most=20)
            if not place.taken:
                continue
            sent.append((desk.now + timedelta(seconds=place.seconds), 5 if writes else 1))
        for at, _ in sorted(sent):
            points = sum(cost for other, cost in sent if at <= other < at + MINUTE)
            assert points <= 900

    def test_a_run_is_not_held_up(self) -> None:
        desk = Desk()
        assert [desk.read().seconds for _ in range(50)] == [0] * 50

    def test_a_crowd_is_spread(self) -> None:
        desk = Desk()
        last = max(desk.read().seconds for _ in range(1_000))
        assert last == pytest.approx(1_000 / 11 - 5, abs=0.2)
        assert desk.read(at_most=20).why == "GitHub allows 900 points a minute"

    def test_where_limits_are_lifted_nobody_waits(self) -> None:
        desk = Desk(LIFTED)
        assert {desk.read().seconds for _ in range(2_000)} == {0}


class TestThePeoplesShare:
    def test_runs_rest_when_little_is_left_of_the_hour(self) -> None:
        desk = Desk()
        desk.heard(501)
        assert desk.read().seconds == 0
        desk.heard(500, reset_in=600)
        assert desk.read(at_most=20) == (601, FOR_PEOPLE, False)
        assert desk.write(at_most=20) == (601, FOR_PEOPLE, False)
        assert desk.read(people=True).seconds == 0
        assert desk.write(people=True).seconds == 0
        assert desk.book.closed(desk.now) == (601, FOR_PEOPLE)
        assert desk.book.closed(desk.now, people=True).seconds == 0

    def test_a_new_hour_ends_it(self) -> None:
        desk = Desk()
        desk.heard(10, reset_in=600)
        desk.wait(602)
        assert desk.read().seconds == 0
        desk.heard(10, reset_in=3_600)
        desk.heard(4_999)
        assert desk.read().seconds == 0

    def test_people_wait_as_well_when_github_has_refused(self) -> None:
        desk = Desk()
        desk.refused(LimitReachedError(secondary=False, after=None, reset_in=40), wrote=False)
        assert desk.read(people=True).seconds == 41


class TestRefusals:
    def test_retry_after_is_kept_to_the_second(self) -> None:
        assert Desk().refused(LimitReachedError(secondary=True, after=37, reset_in=None)) == 37

    def test_without_a_word_they_last_ever_longer_up_to_an_hour(self) -> None:
        desk = Desk()
        waits = []
        for _ in range(8):
            waits.append(desk.refused())
            desk.wait(waits[-1])
        assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]

    def test_after_a_quiet_hour_they_begin_anew(self) -> None:
        desk = Desk()
        desk.refused()
        desk.wait(120)
        assert desk.refused() == 120
        desk.wait(3_721)
        assert desk.refused() == 60

    def test_those_of_one_moment_are_one(self) -> None:
        desk = Desk()
        for _ in range(8):
            assert desk.refused() == 60
        assert desk.rates.interval == 2

    def test_what_is_learned_is_kept_for_a_day(self) -> None:
        desk = Desk(Rates.of(Pacing(interval=0.1)))
        for _ in range(40):
            desk.wait(desk.write().seconds)
        desk.refused()
        assert desk.rates == Rates(1, 30, 500)
        desk.wait(23 * 3600)
        assert desk.rates == Rates(1, 30, 500)
        desk.wait(3601)
        assert desk.rates == Rates(0.1, 80, 500)

    def test_a_refused_read_does_not_slow_writes_down(self) -> None:
        desk = Desk()
        desk.refused(wrote=False)
        assert desk.rates == USUAL

    def test_an_empty_hour_teaches_nothing(self) -> None:
        desk = Desk()
        desk.refused(LimitReachedError(secondary=False, after=None, reset_in=900))
        assert desk.rates == USUAL

    def test_20_a_minute_and_150_an_hour_are_found_out_and_kept_to(self) -> None:
        """As somebody met them: a whole path is written all the same, with few refusals."""
        desk = Desk()
        made: deque[datetime] = deque()
        refusals = 0
        while len(made) < 400:
            desk.wait(desk.write().seconds)
            lately = sum(at > desk.now - MINUTE for at in made)
            if lately >= 20 or sum(at > desk.now - HOUR for at in made) >= 150:
                refusals += 1
                desk.refused()
                continue
            made.append(desk.now)
        assert refusals <= 8
        assert desk.now - NOON < 5 * HOUR


def test_a_clock_that_was_set_back_holds_nobody_up() -> None:
    desk = Desk()
    desk.heard(1, reset_in=10)
    desk.refused(LimitReachedError(secondary=True, after=5, reset_in=None))
    desk.wait(-3600)
    assert desk.book.closed(desk.now, people=True).seconds == 5
    assert desk.book.closed(desk.now).seconds == 11
    assert desk.read(people=True).seconds == 5
