"""The witness sees a product that does too little, too late or too much.

For each of these breakages `make chaos` gave no violation once.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from chaos import table
from chaos.actions import Run
from chaos.state_machine import LearnerStateMachine
from chaos.table import Share

from bot.planning.desired_state import DesiredState, desired_state
from bot.progress.commands.log import Log
from bot.progress.learner_history import HistoryBuilder
from bot.progress.path import LearningPath

Breaks = Callable[[pytest.MonkeyPatch], None]


def desiring(change: Callable[[DesiredState], dict[str, Any]]) -> Breaks:
    """Break what is planned: `change` returns the fields that are other than they should be."""

    def broken(*given: Any) -> DesiredState:
        right = desired_state(*given)
        return right.model_copy(update=change(right))

    return lambda patch: patch.setattr("bot.sync.reconcile.desired_state", broken)


def _only_one_task(right: DesiredState) -> dict[str, Any]:
    issues = [one for one in right.issues if one.key.startswith(("summary", "task:a1"))]
    return {"issues": tuple(issues)}


def _three_days_late(right: DesiredState) -> dict[str, Any]:
    late = timedelta(days=3)
    moved = (m.model_copy(update={"due_on": m.due_on + late}) for m in right.milestones)
    return {"milestones": tuple(moved)}


def _no_parents(right: DesiredState) -> dict[str, Any]:
    return {"issues": tuple(i.model_copy(update={"parent": None}) for i in right.issues)}


def percent_of_a_week_is_0(patch: pytest.MonkeyPatch) -> None:
    def percent(self: LearningPath, day: date | None = None) -> int:
        return 0 if day else self.progress.all.percent

    patch.setattr(LearningPath, "percent", percent)


def hours_are_doubled_in_sums(patch: pytest.MonkeyPatch) -> None:
    replay = Log.replay

    def twice(self: Log, history: HistoryBuilder) -> None:
        replay(self, history)
        replay(self, history)

    patch.setattr(Log, "replay", twice)


def hours_are_doubled_in_the_log(patch: pytest.MonkeyPatch) -> None:
    parse = Log.parse.__func__  # type: ignore[attr-defined]

    def doubled(cls: type[Log], *given: Any) -> Log:
        right: Log = parse(cls, *given)
        return right.model_copy(update={"hours": 2 * right.hours})

    patch.setattr(Log, "parse", classmethod(doubled))


def no_reports(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.sync.sync._due_checkpoints", lambda _: [])


BREAKAGES = {
    "no issue but the summary and one task": desiring(_only_one_task),
    "milestones three days late": desiring(_three_days_late),
    "no labels": desiring(lambda _: {"labels": ()}),
    "no sub-issues": desiring(_no_parents),
    "percent of a week is always 0": percent_of_a_week_is_0,
    "hours doubled in sums": hours_are_doubled_in_sums,
    "hours doubled in the log": hours_are_doubled_in_the_log,
    "no checkpoint report": no_reports,
}


def five_weeks() -> LearnerStateMachine:
    """A path of which a task is done and hours are written down, five weeks later."""
    state = LearnerStateMachine()
    state.begin(app=False, place="comment", first=Run())
    issue = next(i for i in state.scenario.repository.issues.values() if i.title == "a1")
    state.learner._comment(issue, "/log 2h\n/done")
    state.wait(24 * 35)
    return state


@pytest.mark.parametrize("breaks", BREAKAGES.values(), ids=BREAKAGES)
def test_each_breakage_is_seen(breaks: Breaks, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch)
    assert five_weeks().end().untrue


def test_the_same_path_without_a_breakage_is_as_it_ought_to_be() -> None:
    state = five_weeks()
    assert state.end().violations == []
    judged = state.scenario.tally.judged
    assert {kind for kind, count in judged.items() if count} == {
        "due dates",
        "hours",
        "issues",
        "labels",
        "milestones of issues",
        "parents",
        "percents",
        "reports",
        "summaries",
    }


def test_a_few_histories_are_enough_to_see_that_issues_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desiring(_only_one_task)(monkeypatch)
    assert table.one(Share(0, histories=2)).wrong["not as it ought to be"] > 2
