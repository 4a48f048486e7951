"""Effort: hours where they are stated, tasks where few are, and whose hours a sum is made of."""

import pytest
from builders import curriculum
from reports.histories import HistoryLearner

from bot.curriculum.model import Curriculum
from bot.i18n import format_hours
from bot.progress.effort import EffortSource, effort
from bot.reports import dashboard, weekly
from bot.reports.due_weeks import Week


def path(tasks: str, unit_hours: str = "", **of_task: str) -> Curriculum:
    """One week with these tasks."""
    made = curriculum(f"Phase: P\nMonth 1: M\nWeek 1: W\n{tasks}")
    data = made.model_dump(mode="json", exclude_defaults=True)
    unit = data["phases"][0]["modules"][0]["units"][0]
    unit |= {"hours": unit_hours} if unit_hours else {}
    for task in unit["tasks"]:
        if task["id"] in of_task:
            task["hours_from"] = of_task[task["id"]]
    return Curriculum.model_validate(data)


FEW = "\n".join(["- a (20h)", "- b (15h)", "- c (20h)", *(f"- t{n}" for n in range(60))])


def test_three_stated_hours_make_no_thousand() -> None:
    found = effort(path(FEW))
    assert found.source is EffortSource.TASKS
    seen = HistoryLearner(path(FEW)).done(a="2026-01-08").view("2026-01-12")
    text = dashboard.as_markdown(dashboard.dashboard(seen))
    assert "1 of 63 tasks" in text
    assert "by estimate" not in text
    summary = weekly.weekly(seen, Week.of(seen.today).before)
    assert summary.hours == 0
    assert "hours of work" not in weekly.as_markdown(summary)


@pytest.mark.parametrize(("unsaid", "in_hours"), [(1, True), (2, True), (3, False)])
def test_half_of_the_tasks_with_hours_are_enough(unsaid: int, *, in_hours: bool) -> None:
    tasks = "\n".join(["- a (4h)", "- b (8h)", *(f"- t{n}" for n in range(unsaid))])
    found = effort(path(tasks))
    assert found.in_hours is in_hours
    weights = [found.weight(task) for task in path(tasks).tasks()]
    assert weights == ([4, 8, *[6] * unsaid] if in_hours else [1] * (2 + unsaid))


@pytest.mark.parametrize(
    ("tasks", "unit", "of_task", "source"),
    [
        ("- a (4h)\n- b (2h)", "", {}, "estimate"),
        ("- a (4h)\n- b (2h)", "", {"a": "guide"}, "both"),
        ("- a (4h)\n- b (2h)", "", {"a": "guide", "b": "guide"}, "guide"),
        ("- a (4h)\n- b", "", {"a": "guide"}, "both"),
        ("- a\n- b", "10", {}, "guide"),
    ],
)
def test_a_sum_says_whose_hours_it_is_made_of(
    tasks: str, unit: str, of_task: dict[str, str], source: str
) -> None:
    assert effort(path(tasks, unit, **of_task)).source == source


def test_a_week_of_guide_and_estimate_says_both_and_the_summary_sums_what_the_dashboard_does() -> (
    None
):
    learner = HistoryLearner(path("- a (4h)\n- b (2h)\n- c", a="guide"))
    seen = learner.done(a="2026-01-08", c="2026-01-09").view("2026-01-12")
    text = weekly.as_markdown(weekly.weekly(seen, Week.of(seen.today).before))
    assert f"{format_hours(7)} of work finished · partly estimated" in text
    assert dashboard.dashboard(seen).numbers.done == 7
