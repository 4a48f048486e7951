"""The finish is an event: told once, with what the path came to, and nothing is undone by it."""

from datetime import date

import pytest
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import RICH, HistoryLearner
from repository_fixture import settings as config
from sync.sync_runs import SyncRuns

from bot.planning.marker import find
from bot.progress.commands.choose import Choose
from bot.reports.badge import badge
from bot.reports.finish import as_html, as_markdown, due_finish, finish

WORK = {"a1": "08", "b1": "16", "c1": "21", "d2": "26", "e1": "29"}


def finished() -> HistoryLearner:
    """All that is required, in January, with ratings at both ends."""
    how = config("2026-01-05", ahead="all", choices={"choose-your-way": "data"})
    learner = HistoryLearner(RICH, how)
    learner.done(**{title: f"2026-01-{day}" for title, day in WORK.items()})
    learner.done(**{"Deliverable:_A_first": "2026-01-17"}).logs(41.5, "2026-01-27")
    learner.rates("rated-python", 2, "2026-01-06").rates("rated-python", 4, "2026-01-28")
    return learner.rates("rated-data", 3, "2026-01-28")


def test_the_totals(file_regression: FileRegressionFixture) -> None:
    values = finish(finished().view("2026-01-30"))
    assert values is not None
    file_regression.check(f"{as_markdown(values)}\n", extension=".md")
    assert (values.weeks, values.done, values.hours, values.logged) == (4, 6, 64, 41.5)


def test_the_page_to_print(file_regression: FileRegressionFixture) -> None:
    values = finish(finished().view("2026-01-30"))
    assert values is not None
    file_regression.check(f"{as_html(values)}\n", extension=".html")


def test_the_page_is_published_with_the_reports() -> None:
    how = {"publish": {"reports": "branch", "badge": True}, "choices": {"choose-your-way": "data"}}
    runs = SyncRuns(RICH, config("2026-01-05", ahead="all", **how))
    runs.sync()
    for title in WORK:
        runs.bench.close(title)
    runs.later(days=1).sync()
    head = runs.bench.repository.git.head("milepost")
    assert head
    assert b"<h1" in head.files["reports/finished-path.html"]
    assert b"finished" in head.files["badge.json"]


def test_it_is_due_for_a_week_and_not_while_anything_is_left() -> None:
    learner = finished()
    assert due_finish(learner.view("2026-01-29")) is not None
    assert due_finish(learner.view("2026-02-05")) is not None
    assert due_finish(learner.view("2026-02-06")) is None
    learner.bench.edit("e1", state="open")
    assert due_finish(learner.view("2026-01-30")) is None
    assert finish(learner.view("2026-01-30")) is None


def test_setting_the_last_thing_aside_ends_the_path_on_that_day() -> None:
    learner = finished()
    learner.bench.edit("e1", state="open")
    learner.skips("e1").bench.issue("e1").closed_at = learner.view("2026-02-20").now
    path = learner.view("2026-02-21")
    assert path.finished_on == date(2026, 2, 20)
    assert due_finish(path) is not None


def test_an_option_not_taken_holds_the_end_up() -> None:
    how = config("2026-01-05", ahead="all")
    learner = HistoryLearner(RICH, how)
    learner.done(a1="2026-01-08", b1="2026-01-09", c1="2026-01-10", e1="2026-01-11")
    assert learner.view("2026-01-12").finished_on is None
    learner.contains(Choose(choice="choose-your-way", option="web"), "2026-01-12")
    assert learner.view("2026-01-12").finished_on is None


@pytest.mark.parametrize("kind", ["percent", "month", "streak"])
def test_the_badge_says_finished(kind: str) -> None:
    assert badge(kind, finished().view("2026-01-30")).message == "finished"  # type: ignore[arg-type]


def test_runs_tell_it_once_however_often_they_come_and_whatever_is_reopened() -> None:
    runs = SyncRuns(RICH, config("2026-01-05", ahead="all", choices={"choose-your-way": "data"}))
    runs.sync()
    for title in WORK:
        runs.bench.close(title)
    for _ in range(2):
        runs.later(days=1).sync()
        assert list(runs.reports("finish")) == ["path"]
    runs.bench.edit("e1", state="open")
    runs.later(days=1).sync()
    runs.bench.close("e1")
    runs.later(days=1).sync()
    (comment,) = runs.reports("finish").values()
    marked = find(comment.body)
    assert marked is not None
    assert "Your path is finished" in (marked.region or "")
    assert runs.writes() == []


def test_a_dashboard_of_a_finished_path_is_written_no_more() -> None:
    runs = SyncRuns(RICH, config("2026-01-05", ahead="all", choices={"choose-your-way": "data"}))
    runs.sync()
    for title in WORK:
        runs.bench.close(title)
    runs.later(days=120).sync()
    runs.later(days=1).sync()
    for _ in range(3):
        assert runs.later(days=1).writes() == []
