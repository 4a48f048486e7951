"""How fast to write and how long to wait, on a clock of numbers."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UnavailableError, UncertainWriteError
from bot.github.problems import AnswerLostError, LimitReachedError, NeverSentError
from bot.github.retry import Pace, Pacing, Pause, Waiter, backoff, retry

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECONDARY = LimitReachedError(secondary=True, after=None, reset_in=None)


class Watch:
    """A clock for a run of writes: each takes a moment, and waits pass at once."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []
        self.told: list[tuple[float, str]] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def waiter(self, max_wait: float = 900.0) -> Waiter:
        return Waiter(
            clock=lambda: self.now,
            sleep=self.sleep,
            on_wait=lambda seconds, why: self.told.append((seconds, why)),
            max_wait=max_wait,
        )

    def write(self, pace: Pace, *, took: float = 0.0, creates: bool = True) -> datetime:
        """The moment at which one write leaves."""
        if creates:
            self.sleep(pace.allowance(self.now).seconds)
        self.sleep(pace.spacing(self.now).seconds)
        left = self.now
        self.now += timedelta(seconds=took)
        pace.finished(self.now, creates=creates)
        return left


def most_within(moments: list[datetime], span: timedelta) -> int:
    """The largest number of moments in any window of that span."""
    return max((sum(at <= other < at + span for other in moments) for at in moments), default=0)


writes = st.lists(
    st.tuples(
        st.floats(0, 20, allow_nan=False),  # seconds until the next one is wanted
        st.floats(0, 5, allow_nan=False),  # seconds it takes
        st.booleans(),  # whether it creates
    ),
    max_size=40,
)


@given(
    writes=writes,
    interval=st.floats(0.01, 10),
    per_minute=st.integers(1, 6),
    per_hour=st.integers(1, 12),
)
def test_writes_keep_their_distance_and_their_number(
    writes: list[tuple[float, float, bool]], interval: float, per_minute: int, per_hour: int
) -> None:
    pace = Pace(Pacing(interval=interval, per_minute=per_minute, per_hour=per_hour))
    watch = Watch()
    every: list[datetime] = []
    created: list[datetime] = []
    for gap, took, creates in writes:
        watch.now += timedelta(seconds=gap)
        left = watch.write(pace, took=took, creates=creates)
        every.append(left)
        if creates:
            created.append(left)
    # The clock counts in microseconds, an interval may be finer than that.
    least = timedelta(seconds=interval) - timedelta(microseconds=1)
    assert all(later - earlier >= least for earlier, later in pairwise(every))
    assert most_within(created, timedelta(minutes=1)) <= per_minute
    assert most_within(created, timedelta(hours=1)) <= per_hour


def test_the_usual_limits_hold_over_hours() -> None:
    pace, watch = Pace(Pacing(interval=0.1)), Watch()
    created = [watch.write(pace, took=0.05) for _ in range(1_200)]
    assert most_within(created, timedelta(minutes=1)) == 80
    assert most_within(created, timedelta(hours=1)) == 500


def test_no_interval_means_no_wait() -> None:
    pace, watch = Pace(Pacing(interval=0)), Watch()
    for _ in range(600):
        watch.write(pace)
    assert sum(watch.slept) == 0


def test_other_writes_do_not_use_up_the_allowance_for_creating() -> None:
    pace, watch = Pace(Pacing(interval=0.1, per_minute=3)), Watch()
    for _ in range(20):
        watch.write(pace, creates=False)
    assert max(watch.slept) < 1


def test_a_clock_that_was_set_back_costs_no_more_than_the_interval() -> None:
    pace, watch = Pace(Pacing(interval=1)), Watch()
    watch.write(pace)
    watch.now -= timedelta(hours=5)
    watch.write(pace)
    assert watch.slept[-1] == 1.0


class TestLearning:
    def test_a_refusal_doubles_the_distance(self) -> None:
        pace = Pace(Pacing(interval=1))
        pace.refused(START)
        assert pace.interval == timedelta(seconds=2)

    def test_even_a_run_without_pauses_begins_to_pause(self) -> None:
        pace = Pace(Pacing(interval=0))
        pace.refused(START)
        assert pace.interval == timedelta(seconds=1)

    def test_the_distance_grows_no_further_than_sixteen_seconds(self) -> None:
        pace = Pace(Pacing(interval=1))
        for _ in range(20):
            pace.refused(START)
        assert pace.interval == timedelta(seconds=16)

    def test_a_slower_setting_stays_as_it_is(self) -> None:
        pace = Pace(Pacing(interval=60))
        pace.refused(START)
        assert pace.interval == timedelta(seconds=60)

    def test_a_refusal_after_40_in_a_minute_means_30_from_now_on(self) -> None:
        pace, watch = Pace(Pacing(interval=0.1)), Watch()
        for _ in range(40):
            watch.write(pace)
        pace.refused(watch.now)
        later = [watch.write(pace) for _ in range(100)]
        assert most_within(later, timedelta(minutes=1)) <= 30

    @given(st.lists(st.integers(0, 120), max_size=8))
    def test_refusals_never_speed_up_and_never_stop(self, bursts: list[int]) -> None:
        pace, watch = Pace(Pacing(interval=0.01)), Watch()
        before = pace.rates
        for burst in bursts:
            for _ in range(burst):
                watch.write(pace)
            pace.refused(watch.now)
            assert pace.rates.interval >= before.interval
            assert 10 <= pace.rates.per_minute <= before.per_minute
            assert 100 <= pace.rates.per_hour <= before.per_hour
            before = pace.rates

    def test_a_refusal_after_a_quiet_minute_is_put_down_to_the_hour(self) -> None:
        pace, watch = Pace(Pacing(interval=0.1)), Watch()
        for _ in range(200):
            watch.write(pace)
        watch.now += timedelta(minutes=2)
        pace.refused(watch.now)
        assert (pace.rates.per_minute, pace.rates.per_hour) == (80, 180)
        assert pace.allowance(watch.now).why == "GitHub allows 180 new things an hour"


class TestPatience:
    def test_retry_after_is_obeyed_to_the_second(self) -> None:
        limit = LimitReachedError(secondary=True, after=37.0, reset_in=3_000.0)
        assert backoff(limit, 0) == 37.0

    def test_else_the_reset_of_the_budget(self) -> None:
        limit = LimitReachedError(secondary=False, after=None, reset_in=120.0)
        assert backoff(limit, 0) == 121.0

    def test_else_a_minute_and_then_ever_longer(self) -> None:
        assert [backoff(SECONDARY, n) for n in range(4)] == [60, 120, 240, 480]


class TestWaiter:
    def test_a_long_wait_is_told_before_it_begins(self) -> None:
        watch = Watch()
        watch.waiter().wait(Pause(5, "so"))
        watch.waiter().wait(Pause(2, "short"))
        assert (watch.told, watch.slept) == ([(5, "so")], [5, 2])

    def test_too_long_a_wait_is_refused_with_the_time_of_its_end(self) -> None:
        watch = Watch()
        with pytest.raises(UnavailableError, match=r"until 13:10 UTC, 70 minutes from now"):
            watch.waiter().wait(Pause(70 * 60, "GitHub's rate limit"))
        assert watch.slept == []

    def test_all_waits_of_a_run_count_together(self) -> None:
        watch = Watch()
        waiter = watch.waiter(max_wait=100)
        waiter.wait(Pause(60, "one"))
        with pytest.raises(UnavailableError):
            waiter.wait(Pause(60, "two"))

    def test_spacing_does_not_count(self) -> None:
        watch = Watch()
        waiter = watch.waiter(max_wait=1)
        for _ in range(10):
            waiter.rest(Pause(1, "spacing"))
        assert sum(watch.slept) == 10


class Outcomes:
    """Fails in the given ways, then succeeds; notes what it was told."""

    def __init__(self, outcomes: Iterable[Exception]) -> None:
        self._outcomes = list(outcomes)
        self.told: list[bool] = []

    def __call__(self, again: bool) -> str:
        self.told.append(again)
        if self._outcomes:
            raise self._outcomes.pop(0)
        return "done"


LOST, UNSENT = AnswerLostError("502"), NeverSentError("refused")


class TestPersist:
    @pytest.mark.parametrize(
        ("outcomes", "told"),
        [
            ([], [False]),
            ([UNSENT, UNSENT], [False, False, False]),
            ([LOST], [False, True]),
            ([LOST, UNSENT], [False, True, True]),
            ([SECONDARY] * 3, [False] * 4),
            ([LOST, SECONDARY], [False, True, True]),
        ],
    )
    def test_what_may_be_repeated_gets_through(
        self, outcomes: list[Exception], told: list[bool]
    ) -> None:
        send = Outcomes(outcomes)
        assert retry(send, waiter=Watch().waiter(), repeatable=True) == "done"
        assert send.told == told

    @pytest.mark.parametrize("before", [[], [UNSENT], [SECONDARY]])
    def test_a_lost_answer_ends_what_may_not_be_repeated(self, before: list[Exception]) -> None:
        send = Outcomes([*before, LOST])
        with pytest.raises(UncertainWriteError):
            retry(send, waiter=Watch().waiter(), repeatable=False)
        assert len(send.told) == len(before) + 1

    def test_a_write_that_never_left_is_unavailable_and_not_uncertain(self) -> None:
        with pytest.raises(UnavailableError, match="refused"):
            retry(Outcomes([UNSENT] * 3), waiter=Watch().waiter(), repeatable=False)

    def test_a_write_that_may_have_left_stays_uncertain(self) -> None:
        with pytest.raises(UncertainWriteError):
            retry(Outcomes([LOST, UNSENT, UNSENT]), waiter=Watch().waiter(), repeatable=True)

    def test_a_read_is_never_uncertain(self) -> None:
        send = Outcomes([LOST] * 3)
        with pytest.raises(UnavailableError):
            retry(send, waiter=Watch().waiter(), repeatable=True, reads=True)

    def test_refusals_without_end_come_to_an_end(self) -> None:
        limit = LimitReachedError(secondary=True, after=0.0, reset_in=None)
        send, watch = Outcomes([limit] * 99), Watch()
        with pytest.raises(UnavailableError):
            retry(send, waiter=watch.waiter(), repeatable=True)
        assert watch.slept == [1.0] * 10

    @given(st.lists(st.sampled_from([LOST, UNSENT, SECONDARY]), max_size=8))
    def test_nothing_is_sent_after_a_loss_unless_it_may_be(self, outcomes: list[Exception]) -> None:
        send = Outcomes(outcomes)
        try:
            retry(send, waiter=Watch().waiter(max_wait=100_000), repeatable=False)
        except (UncertainWriteError, UnavailableError):
            assert LOST in outcomes or outcomes.count(UNSENT) >= 3
        assert not any(send.told)
