"""A forecast is a range from the learner's own weeks, the same for the same history."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.progress.forecast import Forecast, forecast, study_weeks, weekly
from bot.progress.progress import Progress, Work, WorkState
from bot.settings import Pause

START = date(2026, 1, 5)
TODAY = date(2026, 3, 30)


def lived(weeks: Sequence[float], left: float) -> Progress:
    """A history of so many hours finished in each week since the start, and so many left."""
    work = [
        Work(
            key=f"task:{number}",
            title=str(number),
            unit="u",
            module="m",
            weight=hours,
            hours=hours,
            counts=True,
            state=WorkState.CLAIMED,
            closed_on=START + timedelta(weeks=number, days=3),
        )
        for number, hours in enumerate(weeks)
        if hours
    ]
    rest = Work(
        key="task:rest",
        title="rest",
        unit="u",
        module="m",
        weight=left,
        hours=left,
        counts=True,
        state=WorkState.OPEN,
    )
    return Progress(work=(*work, rest), undecided={}, units={"u": "m"})


def seen(
    weeks: Sequence[float], left: float, pauses: tuple[Pause, ...] = (), today: date = TODAY
) -> Forecast:
    progress = lived(weeks, left)
    return forecast(progress, start=START, today=today, pauses=pauses, random=Random(7))


def pause(first: date, weeks: int) -> Pause:
    return Pause.model_validate({"from": first, "to": first + timedelta(days=7 * weeks - 1)})


def test_a_steady_pace_gives_one_date() -> None:
    found = seen([10] * 12, 50)
    assert (found.weeks, found.active, found.pace, found.left) == (12, 12, 10, 50)
    assert found.likely == found.careful == TODAY + timedelta(days=34)


def test_an_uneven_pace_gives_a_range() -> None:
    found = seen([20, 0, 10, 0, 30, 0, 0, 10, 20, 0, 10, 0], 100)
    assert found.likely is not None
    assert found.careful is not None
    assert TODAY < found.likely < found.careful


def test_too_little_history_says_so() -> None:
    found = seen([0] * 10 + [8, 8], 50)
    assert (found.likely, found.careful, found.active) == (None, None, 2)


def test_nothing_left_needs_no_date() -> None:
    found = seen([10] * 12, 0)
    assert (found.likely, found.left) == (None, 0)


def test_a_pause_to_come_moves_the_end_by_its_length() -> None:
    plain = seen([10] * 12, 50)
    rested = seen([10] * 12, 50, (pause(TODAY + timedelta(days=7), 2),))
    assert plain.likely is not None
    assert rested.likely == plain.likely + timedelta(days=14)


def test_weeks_of_a_pause_are_no_pace() -> None:
    weeks = [10.0] * 4 + [0] * 4 + [10] * 4
    rest = (pause(START + timedelta(weeks=4), 4),)
    assert weekly(lived(weeks, 1), start=START, today=TODAY, pauses=rest) == [10] * 8
    assert seen(weeks, 50, rest).pace == 10


def test_half_a_week_of_pause_slows_nothing() -> None:
    """Ten hours in each seven days of study, with a pause from Thursday to Thursday."""
    rest = Pause.model_validate({"from": "2026-02-05", "to": "2026-02-12"})
    closings = [START + timedelta(days=7 * n + 2 + (8 if n >= 5 else 0)) for n in range(10)]
    progress = lived([10.0] * 10, 50)
    pairs = zip(progress.work[:-1], closings, strict=True)
    work = [one.model_copy(update={"closed_on": day}) for one, day in pairs]
    progress = progress.model_copy(update={"work": (*work, progress.work[-1])})
    today = START + timedelta(days=78)
    amounts = weekly(progress, start=START, today=today, pauses=(rest,))
    assert amounts == [10] * 10
    assert study_weeks(START, today, (rest,))[4] == (date(2026, 2, 2), date(2026, 2, 16))


def test_only_the_last_twelve_weeks_count() -> None:
    later = START + timedelta(weeks=20)
    assert seen([99] * 8 + [5] * 12, 10, today=later).pace == 5


def test_work_known_before_the_start_is_no_pace() -> None:
    progress = lived([10] * 3, 10)
    early = progress.work[0].model_copy(update={"closed_on": START - timedelta(days=3)})
    progress = progress.model_copy(update={"work": (early, *progress.work[1:])})
    amounts = weekly(progress, start=START, today=START + timedelta(weeks=3), pauses=())
    assert amounts == [0, 10, 10]


@given(
    st.lists(st.sampled_from([0.0, 2.0, 5.0, 12.0]), min_size=12, max_size=12),
    st.floats(1, 300),
)
def test_a_forecast_is_in_order_in_the_future_and_repeatable(
    weeks: Sequence[float], left: float
) -> None:
    found = seen(weeks, left)
    assert found == seen(weeks, left)
    if found.active >= 3:
        assert found.likely is not None
        assert found.careful is not None
        assert TODAY < found.likely <= found.careful
    else:
        assert found.likely is None
