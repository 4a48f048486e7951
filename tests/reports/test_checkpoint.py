"""Checkpoint reports as learners meet them: golden files, when one is due, and how one is named."""

import json
from datetime import date

import pytest
from builders import curriculum
from pytest_regressions.file_regression import FileRegressionFixture
from reports.checkpoints import GUIDE, PLAIN, REPORTED, STATES, Studying, linked
from repository_fixture import settings

from bot.curriculum.model import ActionItem, Curriculum, Horizon
from bot.errors import UsageError
from bot.planning.issue_values import ACTION_TITLES
from bot.reports.checkpoint import (
    MOST,
    as_format,
    as_markdown,
    by_number,
    checkpoint_report,
    files,
)
from bot.reports.due_checkpoints import due_checkpoints, report_key

TWICE = curriculum(
    """
    Phase: One
      Month 1: January
        Week 1-4: A
          - a1 (10h)
      Checkpoint: First look
        - Can do a
      Checkpoint: Second look
        - Can still do a
      Month 2: February
        Week 1-4: B
          - b1 (10h)
      Checkpoint: The end
        - Can do b
    """
)


@pytest.mark.parametrize("name", STATES)
def test_report(name: str, file_regression: FileRegressionFixture) -> None:
    file_regression.check(as_format(STATES[name](), "markdown"), extension=".md")


@pytest.mark.parametrize("name", ["busy", "tiny"])
def test_page(name: str, file_regression: FileRegressionFixture) -> None:
    file_regression.check(as_format(STATES[name](), "html"), extension=".html")


def test_json(file_regression: FileRegressionFixture) -> None:
    text = as_format(STATES["the end"](), "json")
    assert json.loads(text)["schema"] == 1
    file_regression.check(text, extension=".json")


def test_the_files_of_a_report_are_its_three_forms() -> None:
    report = STATES["tiny"]()
    found = files(report)
    assert list(found) == ["reports/done.md", "reports/done.json", "reports/done.html"]
    assert found["reports/done.md"] == f"{as_markdown(report)}\n"


def test_a_comment_that_would_grow_too_long_leaves_out_the_work_behind_the_lines() -> None:
    report = STATES["the end"]()
    (item,) = report.items
    long = report.model_copy(
        update={"items": (item.model_copy(update={"pieces": item.pieces * 900}),)}
    )
    assert "[e1]" in as_markdown(report)
    assert "[e1]" not in as_markdown(long)
    assert len(as_markdown(long)) < MOST
    assert "Did it all" in as_markdown(long)


def due(learner: Studying, today: str, *posted: str) -> list[str]:
    return [c.id for c in due_checkpoints(learner.view(today), set(posted))]


def test_a_report_is_due_when_the_last_day_of_its_month_is_over() -> None:
    learner = Studying(GUIDE)
    assert due(learner, "2026-04-06") == []
    assert due(learner, REPORTED) == ["month-3"]
    assert due(learner, REPORTED, "report:month-3") == []


def test_the_day_is_the_learners_own() -> None:
    west = Studying(GUIDE, settings("2026-01-05", ahead="all", timezone="America/Los_Angeles"))
    view = west.view(REPORTED, hour=5)
    assert view.today == date(2026, 4, 6)
    assert due_checkpoints(view, set()) == ()


def test_a_report_is_due_early_when_all_up_to_there_is_finished() -> None:
    learner = Studying(PLAIN)
    learner.done(a1="2026-01-06")
    assert due(learner, "2026-01-10") == []
    learner.done(b1="2026-01-09")
    assert due(learner, "2026-01-10") == ["one-month-in"]


def test_a_path_of_which_all_was_set_aside_is_not_finished() -> None:
    learner = Studying(PLAIN)
    learner.skips("a1").skips("b1")
    assert due(learner, "2026-01-10") == []


def test_who_comes_late_is_told_only_of_the_latest() -> None:
    learner = Studying(GUIDE)
    assert due(learner, "2026-10-20") == ["month-9"]
    assert due(learner, "2026-10-20", "report:month-9") == []
    assert due(learner, "2026-10-20", "report:month-3") == ["month-9"]
    assert due(learner, "2027-01-20", "report:month-9") == ["month-12"]


def test_a_slower_pace_does_not_bring_back_what_lies_before_a_report() -> None:
    assert due(Studying(GUIDE), "2026-07-20", "report:month-9") == []


def test_two_checkpoints_at_one_place_are_both_due() -> None:
    learner = Studying(TWICE)
    assert due(learner, "2026-02-10") == ["first-look", "second-look"]
    assert due(learner, "2026-02-10", "report:first-look") == ["second-look"]
    assert due(learner, "2026-03-10") == ["the-end"]


def test_a_checkpoint_that_the_learner_closed_is_due_unless_it_was_set_aside_or_deleted() -> None:
    closed, aside, deleted = (Studying(PLAIN) for _ in range(3))
    closed.bench.close("Checkpoint after")
    aside.bench.close("Checkpoint after", "not_planned")
    deleted.bench.delete("Checkpoint after")
    found = [due(learner, "2026-03-01") for learner in (closed, aside, deleted)]
    assert found == [["one-month-in"], [], []]


def renamed(path: Curriculum) -> Curriculum:
    data = path.model_dump(by_alias=True)
    (checkpoint,) = data["checkpoints"]
    checkpoint |= {"id": "look-back", "aliases": ["one-month-in"]}
    return Curriculum.model_validate(data)


def test_another_name_of_a_checkpoint_reports_it_only_once() -> None:
    learner = Studying(PLAIN)
    learner.path = renamed(PLAIN)
    assert due(learner, "2026-03-01") == ["look-back"]
    assert due(learner, "2026-03-01", "report:one-month-in") == []
    assert learner.report("1", "2026-03-01").url.endswith("/issues/4")


@pytest.mark.parametrize(
    "text", ["3", "month-3", "Three-month checkpoint", " three-MONTH  checkpoint"]
)
def test_a_checkpoint_goes_by_number_id_or_title(text: str) -> None:
    assert report_key(by_number(GUIDE, text)) == "report:month-3"


def test_a_name_that_fits_none_or_several_is_told_what_there_is() -> None:
    with pytest.raises(UsageError) as none:
        by_number(GUIDE, "4")
    assert str(none.value) == (
        "N: '4' is no checkpoint. There are: 3 or month-3 (Three-month checkpoint), 6 or month-6 "
        "(Six-month checkpoint), 9 or month-9 (Nine-month checkpoint), 12 or month-12 "
        "(Twelve-month checkpoint)."
    )
    with pytest.raises(UsageError, match=r"more than one .* 1 or first-look .* 1 or second-look"):
        by_number(TWICE, "1")
    assert by_number(TWICE, "second-look").title == "Second look"
    with pytest.raises(UsageError, match="has no checkpoints"):
        by_number(curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- x"), "1")


@pytest.mark.parametrize(("today", "done"), [("2026-01-14", False), ("2026-01-15", True)])
def test_a_next_step_closed_later_is_still_open_on_the_day_of_the_report(
    today: str, done: bool
) -> None:
    step = ActionItem(id="join", title="Join a group", horizon=Horizon.WEEK)
    path = linked(PLAIN.model_copy(update={"actions": (step,)}), can_do_a=["join"])
    learner = Studying(path).closed({ACTION_TITLES[Horizon.WEEK]: "2026-01-15"})
    view = learner.view("2026-02-02")
    report = checkpoint_report(view, by_number(path, "1"), date.fromisoformat(today))
    (found,) = report.items[0].pieces
    assert (found.title, found.done) == ("Join a group", done)
    assert found.closed_on == (date(2026, 1, 15) if done else None)
