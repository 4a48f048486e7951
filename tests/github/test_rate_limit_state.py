"""What one installation has used and booked: rules over times, held against GitHub's own words."""

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.answer import LimitReachedError
from bot.github.rate_limit_state import (
    FOR_PEOPLE,
    Quota,
    RateLimitState,
    RequestKind,
    Reservation,
    WriteRates,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
USUAL = WriteRates()
LIFTED = WriteRates(interval=0)
SECONDARY = LimitReachedError(secondary=True, after=None, reset_in=None)
FOREVER = 1e9


class Limits:
    """A state, and a clock that is set by hand."""

    def __init__(self, rates: WriteRates = USUAL) -> None:
        self.state = RateLimitState()
        self.now = NOON
        self.given = rates

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def reserve(
        self, kind: RequestKind, *, at_most: float = FOREVER, people: bool = False
    ) -> Reservation:
        reserved, self.state = self.state.reserve(
            self.now, self.given, kind, at_most=at_most, people=people
        )
        return reserved

    def rejected(self, limit: LimitReachedError = SECONDARY, *, wrote: bool = True) -> float:
        self.state = self.state.rejected(self.now, self.given, limit, wrote=wrote)
        return self.state.blocked(self.now).seconds

    def observe(self, remaining: int, reset_in: float = 600) -> None:
        self.state = self.state.observe(self.now, Quota(5_000, remaining, reset_in))

    @property
    def rates(self) -> WriteRates:
        return self.state.rates(self.now, self.given)


def most_within(moments: list[datetime], span: timedelta) -> int:
    """Return the largest number of moments in any window of that span."""
    return max(sum(at <= other < at + span for other in moments) for at in moments)


class TestGithubsNumbers:
    """As "Rate limits for the REST API" has them, written out: 80 content-generating requests a
    minute and 500 an hour, 900 points a minute, one for a GET and five for a write."""

    def test_80_new_things_a_minute_and_500_an_hour(self) -> None:
        limits = Limits(WriteRates(interval=0.1))
        made = []
        for _ in range(1_200):
            limits.wait(limits.reserve("create").seconds)
            made.append(limits.now)
        assert most_within(made, MINUTE) == 80
        assert most_within(made, HOUR) == 500

    def test_other_writes_are_not_counted_among_them(self) -> None:
        limits = Limits(WriteRates(interval=0.1))
        waits = [limits.reserve("write").seconds for _ in range(200)]
        assert waits[-1] == pytest.approx(19.9)

    def test_one_write_a_second(self) -> None:
        limits = Limits()
        assert [limits.reserve("write").seconds for _ in range(4)] == [0, 1, 2, 3]

    def test_a_write_costs_as_much_as_five_reads(self) -> None:
        def reads_at_once(before: list[RequestKind]) -> int:
            limits = Limits()
            for kind in before:
                limits.reserve(kind)
            return sum(limits.reserve("read", at_most=0).granted for _ in range(100))

        usual = reads_at_once([])
        assert usual - reads_at_once(["read"] * 10) == 10
        assert usual - reads_at_once(["write"] * 4) == 20
        assert usual - reads_at_once(["create"] * 4) == 20


class TestReading:
    @given(st.lists(st.tuples(st.floats(0, 4), st.booleans()), min_size=1, max_size=1_500))
    def test_900_points_a_minute_are_never_exceeded(
        self, due_jobs: list[tuple[float, bool]]
    ) -> None:
        limits = Limits()
        sent: deque[tuple[datetime, int]] = deque()
        points = 0
        for pause, writes in due_jobs:
            # Most come at once, for that is what a limit is about.
            limits.wait(pause if pause > 3.5 else 0)
            place = limits.reserve("write" if writes else "read", at_most=20)
            if not place.granted:
                continue
            sent.append((limits.now + timedelta(seconds=place.seconds), 5 if writes else 1))
        for at, _ in sorted(sent):
            points = sum(cost for other, cost in sent if at <= other < at + MINUTE)
            assert points <= 900

    def test_a_run_is_not_held_up(self) -> None:
        limits = Limits()
        assert [limits.reserve("read").seconds for _ in range(50)] == [0] * 50

    def test_a_crowd_is_spread(self) -> None:
        limits = Limits()
        last = max(limits.reserve("read").seconds for _ in range(1_000))
        assert last == pytest.approx(1_000 / 11 - 5, abs=0.2)
        assert limits.reserve("read", at_most=20).why == "GitHub allows 900 points a minute"

    def test_where_limits_are_lifted_nobody_waits(self) -> None:
        limits = Limits(LIFTED)
        assert {limits.reserve("read").seconds for _ in range(2_000)} == {0}


class TestThePeoplesShare:
    def test_runs_rest_when_little_is_left_of_the_hour(self) -> None:
        limits = Limits()
        limits.observe(501)
        assert limits.reserve("read").seconds == 0
        limits.observe(500, reset_in=600)
        assert limits.reserve("read", at_most=20) == (601, FOR_PEOPLE, False)
        assert limits.reserve("create", at_most=20) == (601, FOR_PEOPLE, False)
        assert limits.reserve("read", people=True).seconds == 0
        assert limits.reserve("create", people=True).seconds == 0
        assert limits.state.blocked(limits.now) == (601, FOR_PEOPLE)
        assert limits.state.blocked(limits.now, people=True).seconds == 0

    def test_a_new_hour_ends_it(self) -> None:
        limits = Limits()
        limits.observe(10, reset_in=600)
        limits.wait(602)
        assert limits.reserve("read").seconds == 0
        limits.observe(10, reset_in=3_600)
        limits.observe(4_999)
        assert limits.reserve("read").seconds == 0

    def test_people_wait_as_well_when_github_has_refused(self) -> None:
        limits = Limits()
        limits.rejected(LimitReachedError(secondary=False, after=None, reset_in=40), wrote=False)
        assert limits.reserve("read", people=True).seconds == 41


class TestRefusals:
    def test_retry_after_is_kept_to_the_second(self) -> None:
        assert Limits().rejected(LimitReachedError(secondary=True, after=37, reset_in=None)) == 37

    def test_without_a_word_they_last_ever_longer_up_to_an_hour(self) -> None:
        limits = Limits()
        waits = []
        for _ in range(8):
            waits.append(limits.rejected())
            limits.wait(waits[-1])
        assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]

    def test_after_a_quiet_hour_they_begin_anew(self) -> None:
        limits = Limits()
        limits.rejected()
        limits.wait(120)
        assert limits.rejected() == 120
        limits.wait(3_721)
        assert limits.rejected() == 60

    def test_those_of_one_moment_are_one(self) -> None:
        limits = Limits()
        for _ in range(8):
            assert limits.rejected() == 60
        assert limits.rates.interval == 2

    def test_what_is_learned_is_kept_for_a_day(self) -> None:
        limits = Limits(WriteRates(interval=0.1))
        for _ in range(40):
            limits.wait(limits.reserve("create").seconds)
        limits.rejected()
        assert limits.rates == WriteRates(1, 30, 500)
        limits.wait(23 * 3600)
        assert limits.rates == WriteRates(1, 30, 500)
        limits.wait(3601)
        assert limits.rates == WriteRates(0.1, 80, 500)

    @pytest.mark.parametrize(
        ("before", "made", "after"),
        [
            (WriteRates(1), (0, 0), (2, 80, 500)),
            (WriteRates(0), (0, 0), (1, 80, 500)),
            (WriteRates(16), (0, 0), (16, 80, 500)),
            (WriteRates(60), (0, 0), (60, 80, 500)),
            (WriteRates(1), (40, 40), (2, 30, 500)),
            (WriteRates(1), (11, 11), (2, 10, 500)),
            (WriteRates(1), (0, 200), (2, 80, 180)),
            (WriteRates(1), (0, 101), (2, 80, 100)),
        ],
    )
    def test_a_refusal_slows_down_what_led_to_it(
        self, before: WriteRates, made: tuple[int, int], after: tuple[float, int, int]
    ) -> None:
        assert before.slower(*made) == after

    @given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 600)), max_size=30))
    def test_refusals_never_speed_up_and_never_stop(self, made: list[tuple[int, int]]) -> None:
        rates = WriteRates()
        for minute, hour in made:
            slower = rates.slower(minute, hour)
            assert rates.interval <= slower.interval <= 16
            assert 10 <= slower.per_minute <= rates.per_minute
            assert 100 <= slower.per_hour <= rates.per_hour
            rates = slower

    def test_a_refused_read_does_not_slow_writes_down(self) -> None:
        limits = Limits()
        limits.rejected(wrote=False)
        assert limits.rates == USUAL

    def test_an_empty_hour_teaches_nothing(self) -> None:
        limits = Limits()
        limits.rejected(LimitReachedError(secondary=False, after=None, reset_in=900))
        assert limits.rates == USUAL

    def test_20_a_minute_and_150_an_hour_are_found_out_and_kept_to(self) -> None:
        """As somebody met them: a whole path is written all the same, with few refusals."""
        limits = Limits()
        made: deque[datetime] = deque()
        refusals = 0
        while len(made) < 400:
            limits.wait(limits.reserve("create").seconds)
            lately = sum(at > limits.now - MINUTE for at in made)
            if lately >= 20 or sum(at > limits.now - HOUR for at in made) >= 150:
                refusals += 1
                limits.rejected()
                continue
            made.append(limits.now)
        assert refusals <= 8
        assert limits.now - NOON < 5 * HOUR


def test_a_clock_that_was_set_back_holds_nobody_up() -> None:
    limits = Limits()
    limits.observe(1, reset_in=10)
    limits.rejected(LimitReachedError(secondary=True, after=5, reset_in=None))
    limits.wait(-3600)
    assert limits.state.blocked(limits.now, people=True).seconds == 5
    assert limits.state.blocked(limits.now).seconds == 11
    assert limits.reserve("read", people=True).seconds == 5
