"""The self-assessment as a learner meets it: what it asks, when it comes, what it reads back."""

import pytest
from builders import curriculum
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from reports.lives import ALL, RICH, Learner
from workbench import settings as config

from bot.curriculum.load import from_catalog
from bot.planning.desired import DesiredIssue, Texts, desired_state
from bot.planning.diff_issues import MAX_BODY
from bot.planning.intents import OpenUnit
from bot.planning.observed import observe
from bot.progress.assessment import pairs_in, ratings_in_issues
from bot.reports.assessment import assessment_issues
from bot.reports.view import View

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
    "first": (Learner(RICH), "2026-01-20"),
    "rated before": (
        Learner(RICH).rates("rated-python", 2, "2026-01-10").rates("rated-python", 4, "2026-01-19"),
        "2026-01-20",
    ),
    "with a form": (Learner(RICH, WITH_FORMS), "2026-01-20"),
    "another scale": (Learner(SCALES).rates("a-b", 3, "2026-01-10"), "2026-01-20"),
    "the official path": (Learner(OFFICIAL), "2026-03-20"),
}


@pytest.mark.parametrize("state", STATES)
def test_the_issue(state: str, file_regression: FileRegressionFixture) -> None:
    learner, today = STATES[state]
    issue = assessment_issues(learner.view(today))[0]
    file_regression.check(shown(issue), extension=".md", encoding="utf-8")


def test_there_is_one_for_each_module_that_the_guide_names() -> None:
    found = assessment_issues(Learner(RICH).view("2026-01-20"))
    assert [(i.key, i.milestone) for i in found] == [
        ("assessment:january", "unit:b"),
        ("assessment:march", "unit:e"),
    ]


def seeded(view: View) -> list[str]:
    return [i.key for i in assessment_issues(view) if i.seed]


def test_it_comes_with_the_last_unit_of_its_module() -> None:
    learner = Learner(RICH, ROLLING)
    assert seeded(learner.view("2026-01-05")) == ["assessment:january"]
    assert seeded(learner.view("2026-02-28")) == ["assessment:january", "assessment:march"]


def test_a_unit_opened_ahead_brings_it_along() -> None:
    learner = Learner(RICH, ROLLING).says(OpenUnit(unit="e"), "2026-01-05")
    assert seeded(learner.view("2026-01-05")) == ["assessment:january", "assessment:march"]


def test_none_where_switched_off_or_not_asked_for() -> None:
    assert assessment_issues(Learner(RICH, OFF).view("2026-01-20")) == ()
    assert assessment_issues(Learner(LONG).view("2026-01-20")) == ()


def test_the_empty_lines_rate_nothing_and_each_filled_one_rates_its_skill() -> None:
    view = Learner(OFFICIAL).view("2026-03-20")
    issue = assessment_issues(view)[0]
    assert all(not rest.strip() for _, rest in pairs_in(issue.starter))
    learner = Learner(OFFICIAL)
    written = issue.starter.replace(": \n", ": 4\n") + "5"
    learner.files("Me", "kind:assessment", "2026-03-20", written)
    seen = observe(learner.bench.edges.snapshot())
    ratings = ratings_in_issues(OFFICIAL, seen, ALL)
    assert [r.skill for r in ratings] == [s.id for s in OFFICIAL.assessment.skills]
    assert [r.value for r in ratings] == [4] * 6 + [5]


def test_the_plan_takes_it_and_asks_for_nothing_twice() -> None:
    learner = Learner(RICH)
    today = "2026-01-20"
    view = learner.view(today)
    wanted = desired_state(RICH, ALL, view.today, texts=Texts(issues=assessment_issues(view)))
    assert {i.key for i in wanted.issues} >= {"assessment:january", "assessment:march"}
    assert assessment_issues(view) == assessment_issues(learner.view(today))
    assert all(len(i.body) + len(i.starter) < MAX_BODY / 4 for i in assessment_issues(view))
