"""Forecasts when the path ends from the learner's past weeks: a range of days, and its basis.

Monte Carlo: the weeks to come are drawn from the weeks that were, with a generator passed in, so
that the same history gives the same dates.
"""

from datetime import date, timedelta
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
    were counted, `active` in how many of them something was finished, `pace` the mean weight
    (hours) finished in each, `left` the weight that remains.
    """

    likely: date | None
    careful: date | None
    weeks: int
    active: int
    pace: float
    left: float


def forecast(
    progress: Progress, *, start: date, today: date, pauses: tuple[Pause, ...], random: Random
) -> Forecast:
    """Return the forecast for `progress` as of `today` (a day in the learner's zone).

    History is the last twelve whole weeks since `start`, counted back from `today`; weeks that lie
    in a pause altogether are left out. At least three of them must have seen something finished.
    """
    history = weekly(progress, start=start, today=today, pauses=pauses)
    active = sum(amount > 0 for amount in history)
    left = max(0.0, progress.all.total - progress.all.done)
    pace = sum(history) / len(history) if history else 0.0
    likely = careful = None
    if active >= FEWEST_ACTIVE and left > 0:
        ends = sorted(_run(history, left, random) for _ in range(RUNS))
        study_weeks = _study_weeks(today, pauses, ends[-1])
        likely = study_weeks[ends[RUNS // 2] - 1]
        careful = study_weeks[ends[RUNS * 85 // 100] - 1]
    return Forecast(
        likely=likely, careful=careful, weeks=len(history), active=active, pace=pace, left=left
    )


def weekly(
    progress: Progress, *, start: date, today: date, pauses: tuple[Pause, ...]
) -> list[float]:
    """Return the weight finished in each of the last whole weeks before `today`, oldest first.

    Work finished before `start` is no pace: it was known already.
    """
    amounts: list[float] = []
    for back in range(HISTORY_WEEKS, 0, -1):
        first = today - timedelta(weeks=back)
        last = first + timedelta(days=6)
        if first < start or any(p.first <= first and p.last >= last for p in pauses):
            continue
        before = progress.done_by(first - timedelta(days=1))
        amounts.append(progress.done_by(last) - before)
    return amounts


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


def _study_weeks(today: date, pauses: tuple[Pause, ...], count: int) -> list[date]:
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
