"""Suggestions have a memory and a tolerance: simulated learners count what they are told."""

from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest
from builders import curriculum
from hypothesis import given, settings
from hypothesis import strategies as st
from reports.histories import ALL, HistoryLearner

from bot.curriculum.model import Curriculum
from bot.progress.path import LearningPath
from bot.progress.progress import Progress, Work, WorkState
from bot.reports.due_weeks import Week
from bot.reports.weekly_suggestion import WeeklySuggestion, weekly_suggestion

START = date(2026, 1, 5)
WEEKS = 52


def year() -> Curriculum:
    """A year of weeks with one task each."""
    lines = ["Phase: P"]
    for month in range(13):
        lines.append(f"Month {month + 1}: M{month + 1}")
        for week in range(1, 5):
            number = 4 * month + week
            lines += [f"Week {week}: W{number}", f"- t{number} (10h)"]
    return curriculum("\n".join(lines))


@cache
def at_start() -> LearningPath:
    return HistoryLearner(year(), ALL).view(str(START))


def path_on(day: date, ends: list[date]) -> LearningPath:
    """The path on a day, of a learner who closes the tasks in order on these days."""
    start = at_start()
    works: list[Work] = []
    for work, end in zip(start.progress.work, ends, strict=True):
        done = {"state": WorkState.CLAIMED, "closed_on": end}
        works.append(work.model_copy(update=done if end <= day else {}))
    progress = Progress(work=tuple(works), undecided={}, units=start.progress.units)
    fields = {name: getattr(start, name) for name in type(start).model_fields}
    path = LearningPath.model_construct(**fields | {"today": day})
    path.__dict__.update(progress=progress, dates=start.dates, effort=start.effort)
    return path


def suggested(ends: list[date]) -> dict[int, WeeklySuggestion]:
    """What each week's summary suggests, by the week's number from 1."""
    found = {}
    week = Week.of(START)
    for number in range(1, 80):
        path = path_on(week.last + timedelta(days=1), ends)
        if path.finished_on:
            break
        if one := weekly_suggestion(path, week):
            found[number] = one
        week = week.after
    return found


def closings(speeds: list[float], weeks: float) -> list[date]:
    """The days on which 52 equal tasks end, at these relative speeds, over so many weeks."""
    days = round(weeks * 7)
    parts = [speeds[day * len(speeds) // days] for day in range(days)]
    ends: list[date] = []
    so_far = 0.0
    for day, part in enumerate(parts):
        so_far += part * WEEKS / sum(parts)
        while len(ends) < min(WEEKS, so_far + 1e-9 - 0.5):
            ends.append(START + timedelta(days=day))
    return ends + [START + timedelta(days=days - 1)] * (WEEKS - len(ends))


def paces(found: dict[int, WeeklySuggestion]) -> list[int]:
    return [number for number, one in found.items() if one.kind == "pace"]


SPEEDS = st.lists(st.floats(0.05, 3), min_size=2, max_size=12)


@settings(max_examples=12, deadline=None)
@given(SPEEDS, st.floats(50, 54))
def test_who_ends_within_two_weeks_of_the_plan_hears_of_the_pace_four_times_at_most(
    speeds: list[float], weeks: float
) -> None:
    found = suggested(closings(speeds, weeks))
    assert len(paces(found)) <= 4
    newest: dict[str, int] = {}
    for number, one in found.items():
        name = f"{one.kind} {one.name}"
        assert number - newest.get(name, -4) >= 4, name
        newest[name] = number


@pytest.mark.parametrize("shape", [[1.0], [0.3, 1.7], [0.1, 0.1, 0.1, 3.0], [1, 0.4, 1, 0.4, 2.2]])
def test_four_times_at_most_for_lazy_beginnings_too(shape: list[float]) -> None:
    assert len(paces(suggested(closings(shape, 53)))) <= 4


def test_who_keeps_the_plan_hears_nothing_of_the_pace() -> None:
    assert paces(suggested(closings([1.0], 52))) == []


def test_who_is_much_slower_hears_of_it_soon_and_ever_more_rarely() -> None:
    found = paces(suggested(closings([1.0], 104)))
    assert found[0] <= 12
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert gaps == sorted(gaps)
    assert gaps[0] >= 4
    assert sum(number <= found[0] + WEEKS for number in found) <= 4


def test_nothing_is_said_while_the_likely_end_comes_nearer() -> None:
    # Slow for twelve weeks, then quick: what is late is made up for.
    found = paces(suggested(closings([0.4, 0.4, 0.4, *[1.3] * 9], 52)))
    assert all(number <= 16 for number in found)
