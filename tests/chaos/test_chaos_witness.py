"""The witness sees a product that does too little, too late or too much.

For each of these breakages `make chaos` gave no violation once.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from chaos import markers, table
from chaos.actions import Change, Run, Setup
from chaos.state_machine import LearnerStateMachine
from chaos.table import Share

from bot.planning.desired_state import DesiredState, desired_state
from bot.planning.identity import People
from bot.planning.ledger import RefusedChange
from bot.planning.schedule import add_months
from bot.planning.snapshot import Snapshot, Trust
from bot.progress.commands.choose import Choose
from bot.progress.commands.log import Log
from bot.progress.learner_history import HistoryBuilder
from bot.progress.path import LearningPath, PathReader
from bot.reports.checkpoint import as_markdown
from bot.sync.default_branch import README, DefaultBranchFile
from github_sandbox.state.objects import Issue

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


def reports_with_99_percent(patch: pytest.MonkeyPatch) -> None:
    def wrong(report: Any) -> str:
        return re.sub(r"\d+(\s?%) of the path", r"99\1 of the path", as_markdown(report))

    patch.setattr("bot.reports.checkpoint.as_markdown", wrong)


def no_block_in_the_readme(patch: pytest.MonkeyPatch) -> None:
    nothing = DefaultBranchFile(README, None, "")
    patch.setattr("bot.sync.default_branch._readme", lambda *_: nothing)


BREAKAGES = {
    "no issue but the summary and one task": desiring(_only_one_task),
    "milestones three days late": desiring(_three_days_late),
    "no labels": desiring(lambda _: {"labels": ()}),
    "no sub-issues": desiring(_no_parents),
    "percent of a week is always 0": percent_of_a_week_is_0,
    "hours doubled in sums": hours_are_doubled_in_sums,
    "hours doubled in the log": hours_are_doubled_in_the_log,
    "no checkpoint report": no_reports,
    "percent of a report is always 99": reports_with_99_percent,
    "no block in the README": no_block_in_the_readme,
}


def task(state: LearnerStateMachine) -> Issue:
    return next(i for i in state.scenario.repository.issues.values() if i.title == "a1")


def finish(state: LearnerStateMachine) -> None:
    """The learner writes hours down and is done with a task."""
    state.learner._comment(task(state), "/log 2h\n/done")


def five_weeks() -> LearnerStateMachine:
    """A path of which a task is done and hours are written down, five weeks later."""
    state = LearnerStateMachine()
    state.begin(app=False, place="comment", first=Run(), setup=Setup(publish=True))
    finish(state)
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
        "README blocks",
        "badges",
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


def refused_once() -> LearnerStateMachine:
    """A path whose README no workflow may write, until the end."""
    state = LearnerStateMachine()
    state.begin(app=True, place="comment", first=Run(), setup=Setup(publish=True))
    state.maintain(Change("rule", 1))
    finish(state)
    state.sync(Run())
    assert state.scenario.stops == []
    return state


def test_what_was_refused_comes_when_it_is_no_longer() -> None:
    state = refused_once()
    assert state.end().violations == []
    assert state.scenario.tally.refused


def test_a_refusal_that_is_never_tried_again_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RefusedChange, "next_try", date.max)
    found = refused_once().end().untrue
    assert {text.split(" ")[0] for text in found} == {"the", "refused:"}, found


def chosen() -> LearnerStateMachine:
    """A path of which an option was chosen by a command, and a task of it done."""
    state = LearnerStateMachine()
    state.begin(app=False, place="comment", first=Run())
    summary = markers.by_key(state.scenario.repository)[markers.SUMMARY][0]
    state.learner._comment(summary, "/choose web")
    state.wait(1)
    state.sync(Run())
    finish(state)
    return state


def test_a_choice_that_is_remembered_and_not_made_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    state = chosen()
    assert state.end().violations == []
    assert state.scenario.tally.judged["choices"] == 1
    monkeypatch.setattr(Choose, "replay", lambda *_: None)
    assert chosen().end().untrue


def three_months() -> LearnerStateMachine:
    state = LearnerStateMachine()
    state.begin(app=False, place="comment", first=Run())
    state.maintain(Change("pace", 1))
    return state


def test_a_pace_in_months_that_ends_early_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    state = three_months()
    assert state.end().violations == []
    assert state.scenario.tally.judged["due dates"] == 1
    monkeypatch.setattr("bot.planning.schedule.add_months", lambda day, n: add_months(day, n - 1))
    assert any("the path ends on" in text for text in three_months().end().untrue)


def closed_by_a_bot() -> LearnerStateMachine:
    """A path of which a stale bot closes a task as completed."""
    state = LearnerStateMachine()
    state.begin(app=False, place="comment", first=Run())
    state.learner.closed_by(state.learner.bot(1), task(state), "completed")
    state.wait(24 * 8)
    return state


def test_what_a_bot_closed_is_open_to_the_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    assert closed_by_a_bot().end().violations == []
    monkeypatch.setattr("bot.progress.closings._bots", lambda *_: ())
    assert closed_by_a_bot().end().untrue


def seen_by_two() -> LearnerStateMachine:
    """An organisation's path that a workflow began, and a run of the learner's, a day behind."""
    state = LearnerStateMachine()
    state.begin(app=True, place="comment", first=Run(), setup=Setup(private=True))
    state.wait(30)
    state.sync(Run(other=True, behind=30))
    return state


def test_a_token_that_counts_only_its_own_text_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    state = seen_by_two()
    assert state.end().violations == []
    logins = {e.login for e in state.scenario.world.journal.entries}
    assert logins >= {"learner", "github-actions[bot]"}

    def by_viewer(_: Snapshot, people: People, __: int | None = None) -> Trust:
        return Trust(accounts=frozenset({people.viewer() or 0}))

    monkeypatch.setattr("bot.github.reader.identify", by_viewer)
    verdict = seen_by_two().end()
    assert verdict.duplicates
    assert verdict.unsettled


def test_a_run_that_is_behind_has_the_clock_of_then(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = []

    def read(path: Any, settings: Any, now: datetime) -> PathReader:
        moments.append(now)
        return PathReader(path, settings, now)

    monkeypatch.setattr("chaos.scenario.PathReader", read)
    seen_by_two()
    assert [now.day for now in moments] == [5, 5]


def test_a_few_histories_are_enough_to_see_that_issues_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desiring(_only_one_task)(monkeypatch)
    assert table.one(Share(0, histories=2)).wrong["not as expected"] > 2
