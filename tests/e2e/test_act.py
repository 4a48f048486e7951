"""The real `action.yml` in the workflow that `milepost init --workflow` writes, run by act.

The sandbox is GitHub. Nothing is downloaded: actions that the workflow names come from local
folders, and the Python of this test stands in for an installed environment. The processes that act
starts begin on a Tuesday, like the sandbox's clock.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from action.action_runner import ActionRunner
from cli.terminal import CURRICULUM, Terminal, curriculum_text
from e2e.act_runner import NEEDS_ACT, Act, ActRun, Job, commit_all, milepost
from moved_clock import starting_at
from planning.paths import SMALL
from sandbox_fixtures import NOW

from bot.cli.workflow import DAILY_PATH, WORKFLOW_PATH
from bot.i18n import NO_BREAK
from bot.settings import CONFIG_PATH
from github_sandbox.state import pulls
from github_sandbox.state.bots import actions_token

ACTION = "learning/milepost@v0"
__all__ = ["milepost"]
START = date(2026, 11, 16)  # the Monday of the week before

pytestmark = NEEDS_ACT


class Runner:
    """GitHub's runner, played by act, for one repository with a workflow in it."""

    def __init__(self, stage: ActionRunner, milepost: Path) -> None:
        self.stage = stage
        self.token = stage.sandbox.token
        workflows = [stage.folder / WORKFLOW_PATH]
        self._act = Act(stage.folder.parent / "runner", workflows, ACTION, milepost)
        commit_all(stage.folder)

    def may(self, **permissions: str) -> None:
        """Give the next runs a workflow's token with these permissions."""
        granted = {"metadata": "read", "contents": "read", **permissions}
        world = self.stage.sandbox.world
        with world.lock:
            self.token = actions_token(world, world.repository(), permissions=granted).value

    def __call__(self, event: str, payload: Mapping[str, Any] | None = None) -> Job:
        """Let an event happen."""
        terminal = self.stage.terminal
        workflow = DAILY_PATH if event == "schedule" else WORKFLOW_PATH
        names = ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_REPOSITORY")
        env = {name: terminal.environ[name] for name in names} | starting_at(NOW)
        run = ActRun(event, self.stage.event() if payload is None else payload, self.token)
        return self._act(run, self.stage.folder, workflow, env)


@pytest.fixture
def runner(terminal: Terminal, milepost: Path) -> Runner:
    """A repository with the small path, in its second week, and the workflow for it."""
    stage = ActionRunner(terminal)
    terminal.write(CURRICULUM, curriculum_text(SMALL))
    start = ("--start", str(START), "--timezone", "UTC")
    flags = ("--curriculum", CURRICULUM, *start, "--ahead", "all")
    assert terminal("init", "--workflow", "--action", ACTION, *flags).code == 0
    for name in (CURRICULUM, CONFIG_PATH, WORKFLOW_PATH, DAILY_PATH):
        terminal.push(name, (terminal.folder / name).read_text(encoding="utf-8"))
    return Runner(stage, milepost)


def test_a_path_lives_by_events_alone(runner: Runner) -> None:
    stage, terminal = runner.stage, runner.stage.terminal

    job = runner("workflow_dispatch")
    assert (job.code, job.errors) == (0, ())
    assert len(terminal.issues()) == 7
    assert job.outputs["percent"] == "0"
    assert job.outputs["unit"] == "Month 1, Week 1-2: First steps"
    assert job.outputs["summary-url"] == terminal.issue("Your path")["html_url"]
    assert int(job.outputs["changes"]) == stage.writes()
    assert "7 issues to create" in job.summary
    assert_nothing_more(runner, "workflow_dispatch")

    task = terminal.issue("Read the tutorial")
    closed = terminal.github("PATCH", f"/issues/{task['number']}", state="closed")
    event = stage.event("closed", issue=closed)
    job = runner("issues", event)
    assert (job.code, job.outputs["percent"]) == (0, "31")
    assert "| Done | 31% |" in job.summary
    assert_nothing_more(runner, "issues", event)

    spoil = f"$(touch {stage.folder}/spoiled)"
    words = f"/log 2h `{spoil}`\n::set-output name=percent::99\n##[set-env name=A]{spoil}\n"
    number = terminal.issue("Install the tools")["number"]
    issue = terminal.github("PATCH", f"/issues/{number}", title=f"Install ##[error]{spoil}\u202e")
    comment = terminal.github("POST", f"/issues/{number}/comments", body=words + "x" * 60_000)
    event = stage.event("created", issue=issue, comment=comment)
    job = runner("issue_comment", event)
    assert (job.code, job.errors) == (0, ())
    assert job.outputs["percent"] == "31"
    assert not (stage.folder / "spoiled").exists()
    assert terminal.github("GET", f"/issues/comments/{comment['id']}/reactions")
    assert_nothing_more(runner, "issue_comment", event)

    dashboard = terminal.issue("Your path")
    stage.age(dashboard["number"], days=9)
    event = {"schedule": "17 7 * * *"}
    job = runner("schedule", event)
    assert job.code == 0
    text = terminal.github("GET", f"/issues/{dashboard['number']}/comments")
    assert len(text) == 1
    assert "Summary of week" in job.summary
    assert_nothing_more(runner, "schedule", event)


def test_a_pull_request_is_answered_from_its_own_checkout(runner: Runner) -> None:
    terminal = runner.stage.terminal
    number = terminal.github("POST", "/issues", title="Stands for a pull request")["number"]
    pull = {"number": number, "base": {"ref": "main"}}
    event = runner.stage.event("opened", pull_request=pull)
    terminal.settings(start="2027-02-01")
    job = runner("pull_request", event)
    assert (job.code, job.errors) == (0, ())
    [comment] = terminal.github("GET", f"/issues/{number}/comments")
    assert "First steps (due 14 Feb 2027)" in comment["body"].replace(NO_BREAK, " ")
    assert runner.stage.writes() == 1


def test_a_mistake_in_the_settings_is_shown_in_its_line(runner: Runner) -> None:
    runner.stage.terminal.push(CONFIG_PATH, "curriculum: path.yml\nstart: soon\n")
    job = runner("push", runner.stage.event(ref="refs/heads/main"))
    assert job.code == 1
    [(message, place)] = job.errors
    assert place["file"] == CONFIG_PATH
    assert place["line"] == "2"
    assert "start" in message
    assert runner.stage.writes() == 0


def test_a_command_on_a_pull_request_is_obeyed_without_an_answer(runner: Runner) -> None:
    stage, terminal = runner.stage, runner.stage.terminal
    runner.may(issues="write")
    assert runner("workflow_dispatch").code == 0
    world = stage.sandbox.world
    with world.lock:
        number = pulls.propose(world, world.actor(), world.repository(), "Some work").number
    comment = terminal.github("POST", f"/issues/{number}/comments", body="/log 2h\n/retest")
    issue = terminal.github("GET", f"/issues/{number}")
    event = stage.event("created", issue=issue, comment=comment)
    job = runner("issue_comment", event)
    assert (job.code, job.errors, job.warnings) == (0, (), ())
    assert '"do":"log"' in terminal.issue("Your path")["body"]
    assert len(terminal.github("GET", f"/issues/{number}/comments")) == 1
    assert terminal.github("GET", f"/issues/comments/{comment['id']}/reactions") == []
    assert_nothing_more(runner, "issue_comment", event)


def test_a_comment_on_a_pull_request_without_a_slash_before_a_line_starts_no_job(
    runner: Runner,
) -> None:
    def comment(body: str | None, **issue: Any) -> Job:
        return runner(
            "issue_comment",
            runner.stage.event(
                "created", issue={"number": 7, **issue}, comment={"id": 70, "body": body}
            ),
        )

    pull = {"pull_request": {"url": "https://api.github.com/repos/learner/portfolio/pulls/7"}}
    for body in ("Well done.", "Half is 1/2,\nand/or /done\r\n> /done", r"C:\n/done", "", None):
        job = comment(body, **pull)
        assert (job.code, job.printed, job.outputs) == (0, "", {}), body
    no_command = "This is on a pull request, and it's no command."
    for body in (
        "/retest",
        "Well.\n/retest",
        "Well.\r\n/retest",
        "Well.\n\N{FULLWIDTH SOLIDUS}retest",
    ):
        assert no_command in comment(body, **pull).printed, body
    assert runner.stage.writes() == 0
    assert comment("Well done.").outputs["changes"] != "0"  # it may be evidence


def test_a_locked_dashboard_leaves_the_job_green_with_one_warning(runner: Runner) -> None:
    stage, terminal = runner.stage, runner.stage.terminal
    runner.may(issues="write")
    assert runner("workflow_dispatch").code == 0
    number = terminal.issue("Your path")["number"]
    stage.age(number, days=9)
    terminal.github("PUT", f"/issues/{number}/lock")
    event = {"schedule": "17 7 * * *"}
    job = runner("schedule", event)
    assert (job.code, job.errors) == (0, ())
    (warning,) = job.warnings
    assert "The conversation is locked. Unlock it on its page" in warning
    assert "The conversation is locked." in job.summary
    assert terminal.github("GET", f"/issues/{number}/comments") == []
    assert_nothing_more(runner, "schedule", event)


def test_a_fork_stays_as_it_is_until_somebody_asks(runner: Runner) -> None:
    event = runner.stage.event("opened")
    event["repository"]["fork"] = True
    job = runner("issues", event)
    assert (job.code, job.errors, job.warnings) == (0, (), ())
    assert (
        "This is a fork or a template. To begin a path here, run the workflow by hand"
        in job.printed
    )
    assert runner.stage.writes() == 0


def test_a_pull_request_from_a_fork_gets_its_plan_in_the_summary(runner: Runner) -> None:
    runner.may(issues="read", pull_requests="read")
    terminal = runner.stage.terminal
    terminal.settings(start="2027-02-01")
    number = terminal.github("POST", "/issues", title="Stands for a pull request")["number"]
    event = runner.stage.event("opened", pull_request={"number": number, "base": {"ref": "main"}})
    job = runner("pull_request", event)
    assert (job.code, job.errors) == (0, ())
    assert "First steps (due 14 Feb 2027)" in job.summary.replace(NO_BREAK, " ")
    assert "Couldn't comment on pull request" in job.summary
    assert terminal.github("GET", f"/issues/{number}/comments") == []


def test_a_token_that_only_reads_issues_stops_the_job_and_names_the_permission(
    runner: Runner,
) -> None:
    runner.may(issues="read")
    job = runner("workflow_dispatch")
    assert job.code == 1
    ((message, _),) = job.errors
    assert "The token may not do this" in message
    assert "it needs issues: write." in message
    assert job.warnings == ()
    assert runner.stage.terminal.issues() == []


def assert_nothing_more(
    runner: Runner, event: str, payload: Mapping[str, Any] | None = None
) -> None:
    before = runner.stage.writes()
    job = runner(event, payload)
    assert (job.code, job.outputs["changes"]) == (0, "0")
    assert runner.stage.writes() == before
