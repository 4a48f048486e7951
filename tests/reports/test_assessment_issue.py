"""The self-assessment as a learner meets it: what it asks, when it comes, what it reads back."""

import pytest
from builders import curriculum
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import ALL, RICH, HistoryLearner
from repository_fixture import on_the_path
from repository_fixture import settings as config

from bot.curriculum.load import from_catalog
from bot.planning.changes import CreateIssue, UpdateIssue
from bot.planning.desired_state import DesiredIssue
from bot.planning.observed_state import observe
from bot.progress.assessment import pairs_in, ratings_in_issues
from bot.progress.commands.open import OpenUnit
from bot.progress.path import LearningPath
from bot.reports.assessment import assessment_issues
from bot.settings import Settings

OFFICIAL = from_catalog("devops-to-mlops")
ROLLING = config("2026-01-05", ahead=4)
OFF = config("2026-01-05", ahead="all", features={"assessments": False})
WITH_FORMS = config("2026-01-05", ahead="all", publish={"forms": True})
SCALES = curriculum(
    "Phase: P\nMonth 1: M\nWeek 1: W\n- x",
    assessment={"skills": [{"title": "A | B"}], "modules": [1], "scale": 3},
    reflection=[{"title": "Goals"}],
)


def shown(issue: DesiredIssue) -> str:
    """Title, region and the learner's part, as one page."""
    head = f"# {issue.title}\n\n{', '.join(issue.labels)} · {issue.milestone} · {issue.key}"
    return f"{head}\n\n{issue.body}\n\n~~~ the learner's part ~~~\n\n{issue.starter}\n"


STATES = {
    "first": (HistoryLearner(RICH), "2026-01-20"),
    "rated before": (
        HistoryLearner(RICH)
        .rates("rated-python", 2, "2026-01-10")
        .rates("rated-python", 4, "2026-01-19"),
        "2026-01-20",
    ),
    "with a form": (HistoryLearner(RICH, WITH_FORMS), "2026-01-20"),
    "another scale": (HistoryLearner(SCALES).rates("a-b", 3, "2026-01-10"), "2026-01-20"),
    "the official path": (HistoryLearner(OFFICIAL), "2026-03-20"),
}


@pytest.mark.parametrize("state", STATES)
def test_the_issue(state: str, file_regression: FileRegressionFixture) -> None:
    learner, today = STATES[state]
    issue = assessment_issues(learner.view(today))[0]
    file_regression.check(shown(issue), extension=".md", encoding="utf-8")


def test_there_is_one_for_each_module_that_the_guide_names() -> None:
    found = assessment_issues(HistoryLearner(RICH).view("2026-01-20"))
    assert [(i.key, i.milestone) for i in found] == [
        ("assessment:january", "unit:b"),
        ("assessment:march", "unit:e"),
    ]


def seeded(view: LearningPath) -> list[str]:
    return [i.key for i in assessment_issues(view) if i.seed]


@pytest.mark.parametrize("how", [ALL, ROLLING])
def test_it_comes_in_the_last_days_of_its_module(how: Settings) -> None:
    learner = HistoryLearner(RICH, how).contains(OpenUnit(unit="e"), "2026-01-05")
    assert seeded(learner.view("2026-01-28")) == []
    assert seeded(learner.view("2026-01-29")) == ["assessment:january"]
    assert seeded(learner.view("2026-03-25")) == ["assessment:january"]
    assert seeded(learner.view("2026-03-26")) == ["assessment:january", "assessment:march"]


def test_it_comes_early_where_all_work_of_its_module_is_done() -> None:
    learner = HistoryLearner(RICH).done(a1="2026-01-07", b1="2026-01-08")
    assert seeded(learner.view("2026-01-09")) == ["assessment:january"]


def test_none_where_switched_off_or_not_asked_for() -> None:
    assert assessment_issues(HistoryLearner(RICH, OFF).view("2026-01-20")) == ()
    assert assessment_issues(HistoryLearner(LONG).view("2026-01-20")) == ()


def test_the_empty_lines_rate_nothing_and_each_filled_one_rates_its_skill() -> None:
    view = HistoryLearner(OFFICIAL).view("2026-03-20")
    issue = assessment_issues(view)[0]
    assert all(not rest.strip() for _, rest in pairs_in(issue.starter))
    learner = HistoryLearner(OFFICIAL)
    written = issue.starter.replace(": \n", ": 4\n") + "5"
    learner.files("Me", "kind:assessment", "2026-03-20", written)
    seen = observe(learner.bench.edges.snapshot())
    ratings = ratings_in_issues(OFFICIAL, seen, ALL)
    assert [r.skill for r in ratings] == [s.id for s in OFFICIAL.rated]
    assert [r.value for r in ratings] == [4] * 11 + [5]


def run(learner: HistoryLearner, today: str) -> list[str]:
    """Plans and applies; what was changed beside the dashboard, by key."""
    plan = learner.bench.apply(learner.path, learner.how, today)
    changes = on_the_path(plan)
    return [c.key for c in changes if isinstance(c, CreateIssue | UpdateIssue)]


def test_a_run_makes_them_once_reads_the_answer_and_comes_to_rest() -> None:
    learner = HistoryLearner(OFFICIAL, ALL)
    assert "reflection:m02" in run(learner, "2026-04-01")
    made = {key for key in observe(learner.bench.edges.snapshot()).issues if "assess" in key}
    assert made == {"assessment:m03", "assessment:m06", "assessment:m09", "assessment:m12"}
    assert run(learner, "2026-04-01") == []
    issue = learner.bench.issue("How sure do you feel? Month 3")
    answered = (issue.body or "").replace("- ML fundamentals: ", "- ML fundamentals: 4")
    learner.bench.edit(issue.title, body=answered)
    assert "assessment:m03" in run(learner, "2026-04-02")
    assert "| ML fundamentals | 4 of 5 |" in (issue.body or "")
    assert "- ML fundamentals: 4" in (issue.body or "")
    assert run(learner, "2026-04-02") == []


def test_one_that_was_answered_and_closed_is_left_alone() -> None:
    learner = HistoryLearner(RICH)
    run(learner, "2026-01-20")
    learner.done(How_sure="2026-01-21")
    learner.rates("rated-python", 5, "2026-01-22")
    assert "assessment:january" not in run(learner, "2026-01-23")


def test_there_is_room_for_the_learner() -> None:
    for issue in assessment_issues(HistoryLearner(OFFICIAL).view("2026-03-20")):
        assert len(issue.body) + len(issue.starter) < 65_536 / 4
