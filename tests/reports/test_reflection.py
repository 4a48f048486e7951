"""The reflection as a learner meets it: filled in beforehand, at the end of a month, then left."""

from datetime import date

import pytest
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import RICH as BARE
from reports.histories import UNTIMED, HistoryLearner
from repository_fixture import settings as config

from bot.curriculum.load import from_catalog
from bot.curriculum.model import Curriculum
from bot.curriculum.sections import TemplateField
from bot.planning.desired_state import DesiredIssue
from bot.planning.marker import Marker, digest, wrap
from bot.reports.reflection import reflection_issues

FIELDS = (
    TemplateField(id="month", title="Month", kind="month"),
    TemplateField(id="goals", title="Goals I reached", kind="list"),
    TemplateField(id="adjust", title="What I want to adjust", kind="text"),
)
OFF = config("2026-01-05", ahead="all", features={"reflections": False})


def inputs(path: Curriculum) -> Curriculum:
    """The path with a template for reflection."""
    return path.model_copy(update={"reflection": FIELDS})


RICH = inputs(BARE)


def shown(issue: DesiredIssue) -> str:
    """Title, region and the learner's part, as one page."""
    head = f"# {issue.title}\n\n{', '.join(issue.labels)} · {issue.milestone} · {issue.key}"
    return f"{head}\n\n{issue.body}\n\n~~~ the learner's part ~~~\n\n{issue.starter}\n"


def busy() -> HistoryLearner:
    learner = HistoryLearner(RICH).done(a1="2026-01-14", a2="2026-01-14", b1="2026-01-30")
    learner.done(c1="2026-02-03").logs(5.5, "2026-01-14").logs(1, "2026-02-03")
    learner.files("Journal: tables", "kind:journal", "2026-01-12", "### Learned\n\nRows")
    learner.files("Journal: loops [1]", "kind:journal", "2026-01-19", "### Learned\n\nLoops")
    learner.files("Journal, 20 Jan 2026: By command", "kind:journal", "2026-01-20", "By command")
    learner.bench.edit("Journal: loops", labels=["kind: journal", "highlight"])
    return learner.files("Journal: later", "kind:journal", "2026-02-10", "### Learned\n\nMore")


STATES = {
    "busy": (busy(), "2026-02-01"),
    "quiet": (HistoryLearner(RICH), "2026-02-01"),
    "only hours": (HistoryLearner(RICH).logs(1, "2026-01-14"), "2026-02-01"),
    "without hours": (HistoryLearner(inputs(UNTIMED)).done(a1="2026-01-14"), "2026-02-01"),
    "the official path": (
        HistoryLearner(from_catalog("devops-to-mlops"))
        .done(Work_through_Andrew="2026-01-14", Finish_one_course="2026-01-25")
        .logs(12, "2026-01-10"),
        "2026-02-04",
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_the_issue(state: str, file_regression: FileRegressionFixture) -> None:
    learner, today = STATES[state]
    (issue,) = reflection_issues(learner.view(today))
    file_regression.check(shown(issue), extension=".md", encoding="utf-8")


def keys(learner: HistoryLearner, today: str) -> list[str]:
    return [issue.key for issue in reflection_issues(learner.view(today)) if issue.seed]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-01-28", []),
        ("2026-01-29", ["reflection:january"]),
        ("2026-02-02", ["reflection:january"]),
        ("2026-03-01", ["reflection:january", "reflection:february"]),
        ("2026-04-03", ["reflection:february", "reflection:march"]),
        ("2026-06-01", []),
    ],
)
def test_it_comes_at_the_end_of_a_month_and_makes_no_flood(today: str, expected: list[str]) -> None:
    assert keys(HistoryLearner(RICH), today) == expected


def test_none_where_switched_off_or_without_a_template() -> None:
    assert keys(HistoryLearner(RICH, OFF), "2026-02-01") == []
    assert keys(HistoryLearner(LONG), "2026-02-01") == []


def test_once_the_month_is_over_it_changes_only_with_the_facts() -> None:
    learner = busy()
    body = reflection_issues(learner.view("2026-02-02"))[0].body
    learner.done(e1="2026-02-20").logs(3, "2026-02-12")
    later = [i for i in reflection_issues(learner.view("2026-03-20")) if "january" in i.key]
    assert [issue.body for issue in later] == [body]


@pytest.mark.parametrize(("today", "stays"), [("2026-02-05", False), ("2026-03-20", True)])
def test_an_earlier_wording_stays_once_its_time_is_over(today: str, stays: bool) -> None:
    learner, text = HistoryLearner(RICH), "As it was worded then."
    body = wrap(text, Marker(key="reflection:january", title="", body=digest(text)))
    learner.files("Looking back", "kind:reflection", "2026-02-01", body)
    (january,) = [i for i in reflection_issues(learner.view(today)) if "january" in i.key]
    assert (january.body == text) is stays


def test_one_that_is_there_is_kept_up_when_its_time_is_over() -> None:
    learner = HistoryLearner(RICH)
    body = wrap("", Marker(key="reflection:january", title="", body=""))
    learner.files("Looking back", "kind:reflection", "2026-02-01", body)
    assert "reflection:january" in keys(learner, "2026-06-01")


def test_what_is_done_in_a_pause_belongs_to_the_month_before_it() -> None:
    resting = config("2026-01-05", ahead="all", pauses=[{"from": "2026-02-02", "to": "2026-02-15"}])
    learner = HistoryLearner(RICH, resting).done(b1="2026-02-08")
    (issue,) = reflection_issues(learner.view("2026-02-10"))
    assert "b1" in issue.body
    assert learner.view("2026-02-10").dates["c"].first == date(2026, 2, 16)


def test_a_very_full_month_is_cut_short_and_says_so() -> None:
    learner = HistoryLearner(RICH)
    for number in range(45):
        learner.files(f"Entry {number}", "kind:journal", "2026-01-12", "Hello")
    (issue,) = reflection_issues(learner.view("2026-02-01"))
    assert "- and 5 more" in issue.body


def test_the_same_values_give_the_same_issue() -> None:
    learner = busy()
    assert reflection_issues(learner.view("2026-02-01")) == reflection_issues(
        learner.view("2026-02-01")
    )
