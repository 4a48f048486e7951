"""Forecasts when the path ends from the learner's past weeks: a range of days, and its basis.

Monte Carlo: the weeks to come are drawn from the weeks that were, with a generator passed in, so
that the same history gives the same dates.
"""

from datetime import date, timedelta
from math import ceil
from random import Random

from bot.planning.snapshot import FrozenModel
from bot.progress.progress import Progress
from bot.settings import Pause

HISTORY_WEEKS = 12
FEWEST_ACTIVE = 3
RUNS = 1_000
LONGEST = 520
DAYS_A_WEEK = 7


class Forecast(FrozenModel):
    """Days by which the path ends in half of the runs (`likely`) and in 85 of 100 (`careful`).

    Both are None when there is too little history, or nothing left to do. `weeks` is how many weeks
    were counted, from the day `since` (None without any), `active` in how many of them something
    was finished, `pace` the mean weight (hours) finished in each, `left` the weight that remains.
    """

    likely: date | None
    careful: date | None
    weeks: int
    since: date | None
    active: int
    pace: float
    left: float


def forecast(
    progress: Progress, *, start: date, today: date, pauses: tuple[Pause, ...], random: Random
) -> Forecast:
    """Return the forecast for `progress` as of `today` (a day in the learner's zone).

    History is the last twelve whole weeks since `start`, counted back from `today`. A week is seven
    days of study, so that pauses neither slow the pace nor count as time to come. At least three
    weeks must have seen something finished.
    """
    weeks = study_weeks(start, today, pauses)
    history = weekly(progress, start=start, today=today, pauses=pauses)
    left = max(0.0, progress.all.total - progress.all.done)
    active = sum(amount > 0 for amount in history)
    pace = sum(history) / len(history) if history else 0.0
    likely = careful = None
    if active >= FEWEST_ACTIVE and left > 0:
        ends = sorted(_run(history, left, random) for _ in range(RUNS))
        ahead = _weeks_ahead(today, pauses, ends[-1])
        likely = ahead[ends[RUNS // 2] - 1]
        careful = ahead[ends[RUNS * 85 // 100] - 1]
    return Forecast(
        likely=likely,
        careful=careful,
        weeks=len(history),
        since=weeks[0][0] if weeks else None,
        active=active,
        pace=pace,
        left=left,
    )


def steady_end(
    progress: Progress, *, start: date, today: date, pauses: tuple[Pause, ...]
) -> date | None:
    """Return the day on which the path ended at the mean pace of the weeks before `today`.

    It knows what was closed by then, and stands for a forecast of an earlier day at a thousandth of
    its cost. None where there was too little history, or nothing left.
    """
    history = weekly(progress, start=start, today=today, pauses=pauses)
    left = progress.all.total - progress.done_by(today)
    if left <= 0 or sum(amount > 0 for amount in history) < FEWEST_ACTIVE:
        return None
    weeks = min(LONGEST, ceil(left * len(history) / sum(history)))
    return _weeks_ahead(today, pauses, weeks)[-1]


def weekly(
    progress: Progress, *, start: date, today: date, pauses: tuple[Pause, ...]
) -> list[float]:
    """Return the weight finished in each of these weeks, oldest first.

    Work finished before `start` is no pace: it was known already.
    """
    return [
        progress.done_by(last) - progress.done_by(first - timedelta(days=1))
        for first, last in study_weeks(start, today, pauses)
    ]


def study_weeks(start: date, today: date, pauses: tuple[Pause, ...]) -> list[tuple[date, date]]:
    """Return first and last day of the last whole weeks of study before `today`, oldest first.

    A pause belongs to the week before it.
    """
    weeks: list[tuple[date, date]] = []
    last = day = today - timedelta(days=1)
    studied = 0
    while day >= start and len(weeks) < HISTORY_WEEKS:
        if rest := [pause.first for pause in pauses if pause.first <= day <= pause.last]:
            day = min(rest)
        else:
            studied += 1
            if studied == DAYS_A_WEEK:
                weeks.append((day, last))
                studied, last = 0, day - timedelta(days=1)
        day -= timedelta(days=1)
    return weeks[::-1]


def _run(history: list[float], left: float, random: Random) -> int:
    """Return the weeks until `left` is done when each is like a past one; at most ten years.

    Draws as `random.choice` does, in a fraction of its time: most of a run goes by in here.
    """
    draw, most, bits = random.getrandbits, len(history), len(history).bit_length()
    weeks = 0
    while left > 0 and weeks < LONGEST:
        index = draw(bits)
        if index < most:
            left -= history[index]
            weeks += 1
    return weeks


def _weeks_ahead(today: date, pauses: tuple[Pause, ...], count: int) -> list[date]:
    """Return the last day of each of the next `count` weeks of study, seven study days each."""
    ends: list[date] = []
    day = today
    while len(ends) < count:
        studied = 0
        while studied < DAYS_A_WEEK:
            rest = [pause.last for pause in pauses if pause.first <= day <= pause.last]
            studied += not rest
            day = max(rest, default=day) + timedelta(days=1)
        ends.append(day - timedelta(days=1))
    return ends
