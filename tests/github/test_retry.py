"""How long to wait and what to send again, on a clock of numbers."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UnavailableError, UncertainWriteError
from bot.github.answer import AnswerLostError, LimitReachedError, NeverSentError
from bot.github.retry import RetryPause, Waiter, WaitPolicy, backoff, retry

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECONDARY = LimitReachedError(secondary=True, after=None, reset_in=None)


class Watch:
    """A clock on which waits pass at once."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []
        self.reported: list[tuple[float, str]] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def policy(self, max_wait: float = 900.0) -> WaitPolicy:
        return WaitPolicy(
            clock=lambda: self.now,
            sleep=self.sleep,
            on_wait=lambda seconds, why: self.reported.append((seconds, why)),
            max_wait=max_wait,
        )

    def waiter(self, max_wait: float = 900.0) -> Waiter:
        return Waiter(self.policy(max_wait))


class TestBackoff:
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
        watch.waiter().wait(RetryPause(5, "so"))
        watch.waiter().wait(RetryPause(2, "short"))
        assert (watch.reported, watch.slept) == ([(5, "so")], [5, 2])

    def test_too_long_a_wait_is_refused_with_the_time_of_its_end(self) -> None:
        watch = Watch()
        with pytest.raises(UnavailableError, match=r"until 13:10 UTC, 70 minutes from now"):
            watch.waiter().wait(RetryPause(70 * 60, "GitHub's rate limit"))
        assert watch.slept == []

    def test_all_waits_of_a_run_count_together(self) -> None:
        watch = Watch()
        waiter = watch.waiter(max_wait=100)
        waiter.wait(RetryPause(60, "one"))
        with pytest.raises(UnavailableError):
            waiter.wait(RetryPause(60, "two"))

    def test_spacing_does_not_count(self) -> None:
        watch = Watch()
        for _ in range(10):
            watch.policy(max_wait=1).rest(RetryPause(1, "spacing"))
        assert sum(watch.slept) == 10


class Outcomes:
    """Fails in the given ways, then succeeds; notes what it was told."""

    def __init__(self, outcomes: Iterable[Exception]) -> None:
        self._outcomes = list(outcomes)
        self.reported: list[bool] = []

    def __call__(self, again: bool) -> str:
        self.reported.append(again)
        if self._outcomes:
            raise self._outcomes.pop(0)
        return "done"


LOST, UNSENT = AnswerLostError("502"), NeverSentError("refused")


class TestRetry:
    @pytest.mark.parametrize(
        ("outcomes", "reported"),
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
        self, outcomes: list[Exception], reported: list[bool]
    ) -> None:
        send = Outcomes(outcomes)
        assert retry(send, waiter=Watch().waiter(), repeatable=True) == "done"
        assert send.reported == reported

    @pytest.mark.parametrize("before", [[], [UNSENT], [SECONDARY]])
    def test_a_lost_answer_ends_what_may_not_be_repeated(self, before: list[Exception]) -> None:
        send = Outcomes([*before, LOST])
        with pytest.raises(UncertainWriteError):
            retry(send, waiter=Watch().waiter(), repeatable=False)
        assert len(send.reported) == len(before) + 1

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
        assert not any(send.reported)
