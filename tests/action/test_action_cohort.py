"""The command cohort of the Action: a mentor's digest in the cohort's own repository."""

import pytest
from action.action_runner import ActionRunner

from bot.settings import LEARNERS_PATH

SCHEDULE = {"schedule": "17 6 * * 1"}
SECRET = "https://hooks.slack.com/services/T/B/canary"


@pytest.fixture
def cohort(stage: ActionRunner) -> ActionRunner:
    """The learner is a mentor, too, and the repository that of the cohort as well."""
    stage.follow(mentors=["learner"], cohort={"share": True})
    stage.run("workflow_dispatch")
    world = stage.sandbox.world
    world.repository().private = True
    stage.terminal.push(LEARNERS_PATH, "# spring\nlearner/portfolio\nmia/path\n")
    return stage


def test_a_digest_is_posted_once_a_week(cohort: ActionRunner) -> None:
    first, again = (cohort.run("schedule", SCHEDULE, command="cohort") for _ in range(2))
    assert (first.code, again.code) == (0, 0)
    assert first.summary.startswith("## This week's digest: posted\n")
    assert "already posted" in again.summary
    assert "Could not be read: mia/path: there is no .github/milepost.yml" in first.log
    number = cohort.terminal.issue("Your learners")["number"]
    (comment,) = cohort.terminal.github("GET", f"/issues/{number}/comments")
    assert "### Your learners, week of" in comment["body"]
    cohort.run("workflow_dispatch")
    assert cohort.terminal.issue("Your learners")["state"] == "open"


def test_a_dry_run_posts_nothing(cohort: ActionRunner) -> None:
    before = cohort.writes()
    ran = cohort.run("schedule", SCHEDULE, command="cohort", dry_run="true")
    assert (ran.code, cohort.writes()) == (0, before)
    assert "### Your learners, week of" in ran.summary


@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_a_public_repository_shows_nobody(cohort: ActionRunner, dry_run: str) -> None:
    cohort.sandbox.world.repository().private = False
    before = cohort.writes()
    ran = cohort.run("schedule", SCHEDULE, command="cohort", dry_run=dry_run)
    assert (ran.code, cohort.writes()) == (64, before)
    assert "### Your learners" not in ran.summary
    assert "mia/path" not in ran.log


def test_what_is_wrong_is_told_before_anybody_is_read(stage: ActionRunner) -> None:
    stage.sandbox.world.repository().private = True
    ran = stage.run("schedule", SCHEDULE, command="cohort")
    assert (ran.code, LEARNERS_PATH in ran.log) == (3, True)
    wrong = SECRET.replace("s:", ":")
    ran = stage.run("schedule", SCHEDULE, command="cohort", webhook=wrong)
    assert ran.code == 64
    assert ran.log.count(wrong) == ran.log.count(f"::add-mask::{wrong}") == 1
    assert wrong not in ran.summary
    assert stage.writes() == 0
