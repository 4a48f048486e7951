"""Runs of the Action against the sandbox: events in; writes, outputs and a page out."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from action.action_runner import NOW, ActionRunner
from cli.terminal import CURRICULUM, curriculum_text, settings_text
from planning.paths import LONG, SMALL

from bot.action.run import main
from bot.i18n import NO_BREAK
from bot.settings import CONFIG_PATH
from bot.sync import sync as sync_module
from github_sandbox.state import comments, issues
from github_sandbox.state.bots import actions_token

HOSTILE = "$(id) `id` ${{ github.token }} ##[error]a <img src=x> @everyone \u202egnp.exe"

READ = {"issues": "read", "contents": "read", "metadata": "read"}


def test_a_run_with_nothing_to_do_asks_little(stage: ActionRunner) -> None:
    stage.follow()
    seeded = stage.run("workflow_dispatch")
    assert (seeded.code, int(seeded.outputs["changes"])) == (0, stage.writes())
    journal = stage.sandbox.world.journal
    before = len(journal.entries)
    again = stage.run("schedule", stage.event(schedule="6 7 * * *"))
    assert (again.code, again.outputs["changes"]) == (0, "0")
    assert again.summary.startswith("## Nothing to change\n\nScheduled run.")
    assert len(journal.entries) - before <= 6  # settings, curriculum, three lists, comments


def test_an_event_without_news_asks_nothing_at_all(stage: ActionRunner) -> None:
    ran = stage.run("issues", stage.event("assigned"))
    assert (ran.code, ran.outputs["changes"], ran.outputs["percent"]) == (0, "0", "")
    assert "Nothing to do" in ran.summary
    assert not stage.sandbox.world.journal.entries


def test_outputs_tell_where_the_learner_is(stage: ActionRunner) -> None:
    stage.follow()
    stage.run("workflow_dispatch")
    number = stage.terminal.issue("Read the tutorial")["number"]
    closed = stage.terminal.github("PATCH", f"/issues/{number}", state="closed")
    ran = stage.run("issues", stage.event("closed", issue=closed))
    badge = Path(ran.outputs.pop("badge-path"))
    assert ran.outputs == {
        "percent": "31",
        "unit": "Month 1, Week 1-2: First steps",
        "changes": ran.outputs["changes"],
        "summary-url": stage.terminal.issue("Your path")["html_url"],
        "forecast": "",
    }
    assert "31%" in badge.read_text(encoding="utf-8")


def test_inputs_stand_in_for_a_file_that_is_not_there(stage: ActionRunner) -> None:
    first = stage.run(
        "workflow_dispatch",
        curriculum="learn-python-12-weeks",
        start="2026-01-05",
        ahead="0 weeks",
        timezone="Europe/Berlin",
    )
    assert first.code == 0
    assert stage.terminal.issue("Your path")
    # What is there goes on by these inputs, and no others: without them there is no path.
    assert stage.run("schedule").code == 3


@pytest.mark.parametrize("start", ["today", ""])
def test_inputs_may_leave_the_first_day_to_the_first_run(stage: ActionRunner, start: str) -> None:
    inputs = {"curriculum": "learn-python-12-weeks", "start": start, "ahead": "0 weeks"}
    dry = stage.run("schedule", None, now=NOW, dry_run="true", **inputs)
    assert "Your path starts on Tue 6 Jan." in dry.summary.replace(NO_BREAK, " ")
    assert stage.run("schedule", None, now=NOW + timedelta(days=1), **inputs).code == 0
    assert '"started":"2026-01-07"' in stage.terminal.issue("Your path")["body"]
    again = stage.run("schedule", None, now=NOW + timedelta(days=2), **inputs)
    assert (again.code, again.outputs["changes"]) == (0, "1")  # the dashboard's day
    milestones = stage.terminal.github("GET", "/milestones")
    assert milestones[0]["due_on"].startswith("2026-01-14")


def test_a_file_counts_before_the_inputs(stage: ActionRunner) -> None:
    stage.follow()
    ran = stage.run("workflow_dispatch", curriculum="learn-python-12-weeks", start="2026-01-05")
    assert ran.code == 0
    assert stage.terminal.issue("Your path: A small path")


@pytest.mark.parametrize(
    ("inputs", "code", "reported"),
    [
        ({}, 3, "Make one with `milepost init`"),
        ({"start": "soon"}, 3, "the inputs of the action: start: a date such as 2026-01-31"),
        ({"curriculum": "nonsense", "start": "2026-01-05"}, 4, "nonsense"),
        ({"command": "dance"}, 3, "auto, plan, apply, sync, weekly, checkpoint, badge"),
        ({"dry_run": "perhaps"}, 3, "the input 'dry-run'%3A 'perhaps'"),
        ({"config": "../settings.yml"}, 3, "Make one with"),
    ],
)
def test_a_mistake_stops_it_before_anything_is_written(
    stage: ActionRunner, inputs: dict[str, str], code: int, reported: str
) -> None:
    ran = stage.run("workflow_dispatch", None, now=NOW, **inputs)
    assert ran.code == code
    assert reported.replace("%3A", ":") in ran.log
    assert "::error " in ran.log
    assert ran.summary.startswith("## Milepost stopped")
    assert stage.writes() == 0


def test_a_deleted_comment_takes_back_what_it_said(stage: ActionRunner) -> None:
    stage.follow()
    world = stage.sandbox.world
    run = partial(stage.run, now=world.clock.now())
    run("schedule")
    with world.lock:
        home, learner = world.repository(), world.actor()
        summary = next(i for i in home.issues.values() if i.title.startswith("Your path"))
        made = comments.create(world, learner, home, summary, {"body": "/log 2h"})
    run("issue_comment", stage.event("created", comment={"id": made.id, "body": "/log 2h"}))
    assert "h logged" in (summary.body or "")
    event = stage.event("deleted", comment={"id": made.id, "body": "/log 2h"})
    run("issue_comment", event)  # a lie: it is still there
    assert "h logged" in (summary.body or "")
    with world.lock:
        comments.delete(world, learner, home, made)
    run("schedule")
    assert "h logged" in (summary.body or "")
    run("issue_comment", event)
    assert "h logged" not in (summary.body or "")


def test_a_dry_run_shows_all_and_writes_nothing(stage: ActionRunner) -> None:
    stage.follow()
    ran = stage.run("workflow_dispatch", dry_run="true")
    assert (ran.code, stage.writes()) == (0, 0)
    assert ran.summary.startswith("## What a run would do now")
    assert "7 issues to create" in ran.summary
    assert int(ran.outputs["changes"]) > 20


def test_commands_do_one_thing_each(stage: ActionRunner) -> None:
    stage.follow()
    assert "7 issues to create" in stage.run("schedule", command="plan").summary
    assert stage.writes() == 0
    assert int(stage.run("schedule", command="apply").outputs["changes"]) == stage.writes()
    later = NOW + timedelta(days=60)
    stage.run("schedule", command="apply", now=later)
    before = stage.writes()
    assert stage.run("schedule", command="badge", now=later).outputs["badge-path"]
    for command in ("weekly", "checkpoint"):
        assert (
            "Would post"
            in stage.run("schedule", command=command, dry_run="true", now=later).summary
        )
    assert stage.writes() == before
    for command in ("weekly", "checkpoint"):
        assert stage.run("schedule", command=command, now=later).outputs["changes"] == "1"
        assert stage.run("schedule", command=command, now=later).outputs["changes"] == "0"
    assert stage.writes() == before + 2


@pytest.mark.parametrize(
    ("inputs", "title"),
    [
        ({"command": "sync", "dry_run": "true"}, "Was ein Lauf jetzt tun würde"),
        ({"command": "apply"}, "Plan umgesetzt"),
    ],
)
def test_a_job_speaks_the_language_of_its_guide(
    stage: ActionRunner, inputs: dict[str, Any], title: str
) -> None:
    stage.follow(SMALL.model_copy(update={"language": "de"}))
    ran = stage.run("workflow_dispatch", **inputs)
    assert ran.summary.startswith(f"## {title}\n\nVon Hand gestartet.")


def test_no_summary_is_of_a_week_before_the_start(stage: ActionRunner) -> None:
    stage.follow(start="2026-01-06")  # the day of the run, a Tuesday
    assert stage.run("schedule", command="apply").code == 0
    before = stage.writes()
    ran = stage.run("schedule", command="weekly")
    assert (ran.code, ran.outputs["changes"]) == (0, "0")
    assert "Its first week isn't over yet." in ran.log
    assert stage.writes() == before


def test_a_checkpoint_before_its_time_is_not_reported(stage: ActionRunner) -> None:
    stage.follow()
    stage.run("workflow_dispatch")
    ran = stage.run("workflow_dispatch", command="checkpoint")
    assert (ran.code, ran.outputs["changes"]) == (0, "0")
    assert "You haven't reached a checkpoint yet." in ran.summary


def test_removals_want_a_word(stage: ActionRunner) -> None:
    stage.follow(LONG)
    stage.run("workflow_dispatch")
    stage.follow(SMALL)
    ran = stage.run("push", stage.event(ref="refs/heads/main"))
    assert ran.code == 9
    assert "run the workflow by hand with 'allow-removals'" in ran.log
    assert stage.run("workflow_dispatch", allow_removals="true").code == 0


def test_a_fork_waits_until_it_is_asked(stage: ActionRunner) -> None:
    stage.follow()
    event = stage.event("opened")
    event["repository"]["fork"] = True
    ran = stage.run("issues", event)
    assert (ran.code, stage.writes()) == (0, 0)
    assert "run the workflow by hand" in ran.summary
    assert stage.run("workflow_dispatch", event).outputs["percent"] == "0"
    assert stage.run("issues", event).outputs["percent"] == "0"


def test_a_template_waits_also_where_the_event_says_nothing_of_it(stage: ActionRunner) -> None:
    """The payload of a schedule may hold no repository."""
    stage.follow()
    home = stage.sandbox.world.repository()
    home.is_template = True
    ran = stage.run("schedule", {"schedule": "6 7 * * *"})
    assert "This is a fork or a template" in ran.log
    assert stage.writes() == 0
    home.is_template = False
    assert stage.run("schedule", {"schedule": "6 7 * * *"}).code == 0
    assert stage.writes() > 0


def propose(stage: ActionRunner, start: str = "2026-01-05") -> dict[str, Any]:
    """A pull request of the learner's, checked out; its event."""
    stage.terminal.follow(start=start)
    made = stage.terminal.github("POST", "/issues", title="Stands for a pull request")
    pull = {"number": made["number"], "base": {"ref": "main"}}
    return stage.event("opened", pull_request=pull)


def test_a_pull_request_gets_one_comment_kept_true(stage: ActionRunner) -> None:
    stage.follow()
    stage.run("workflow_dispatch")
    event = propose(stage, start="2026-02-02")
    number = event["pull_request"]["number"]

    ran = stage.run("pull_request", event)
    assert (ran.code, ran.log.count("Posted the plan")) == (0, 1)
    [first] = stage.terminal.github("GET", f"/issues/{number}/comments")
    assert "due 2026-02-15" not in stage.terminal.issue("Your path")["body"]
    assert "**What merging this would do to the path**" in first["body"]
    assert "Month 1, Week 1-2: First steps" in first["body"]

    before = stage.writes()
    assert "is still the same" in stage.run("pull_request", event).log
    assert stage.writes() == before

    stage.terminal.settings(start="2026-03-02")
    assert "Updated the plan" in stage.run("pull_request", event).log
    [second] = stage.terminal.github("GET", f"/issues/{number}/comments")
    assert second["id"] == first["id"]
    assert second["body"] != first["body"]

    stage.terminal.settings()  # as on the default branch
    stage.run("pull_request", event)
    [third] = stage.terminal.github("GET", f"/issues/{number}/comments")
    assert "Nothing to do" in third["body"]


def test_a_comment_on_a_pull_request_speaks_the_language_of_the_guide(stage: ActionRunner) -> None:
    german = SMALL.model_copy(update={"language": "de"})
    stage.follow(german)
    event = propose(stage)
    stage.terminal.follow(german, start="2026-02-02")
    ran = stage.run("pull_request", event)
    assert "Der Plan steht jetzt am Pull Request" in ran.summary
    number = event["pull_request"]["number"]
    [comment] = stage.terminal.github("GET", f"/issues/{number}/comments")
    assert "**Was ein Merge am Lernweg ändern würde**" in comment["body"]


def test_a_pull_request_beside_the_path_gets_none(stage: ActionRunner) -> None:
    stage.follow()
    stage.run("workflow_dispatch")
    event = propose(stage)
    before = stage.writes()
    ran = stage.run("pull_request", event)
    assert (ran.code, stage.writes()) == (0, before)
    assert "doesn't change the path" in ran.summary


def test_a_pull_request_from_a_fork_shows_its_plan_in_the_run(stage: ActionRunner) -> None:
    stage.follow()
    stage.run("workflow_dispatch")
    event = propose(stage, start="2026-02-02")
    world = stage.sandbox.world
    with world.lock:
        reader = world.add_token("a-reader", user="learner", permissions=READ)
    stage.terminal.setenv(GITHUB_TOKEN=reader.value)
    ran = stage.run("pull_request", event)
    assert ran.code == 0
    assert "Couldn't comment on pull request" in ran.log
    assert "### Plan for" in ran.summary


def test_hostile_words_of_everybody_are_only_shown(stage: ActionRunner) -> None:
    path = SMALL.model_copy(update={"title": HOSTILE})
    stage.terminal.push(CURRICULUM, curriculum_text(path))
    stage.terminal.push(CONFIG_PATH, settings_text())
    stage.run("workflow_dispatch")
    issue = stage.terminal.issue("Read the tutorial")
    stage.terminal.github("PATCH", f"/issues/{issue['number']}", title=HOSTILE, body="x" * 65_000)
    ran = stage.run("issues", stage.event("edited", issue=issue), command="apply")
    assert ran.code == 0
    assert "<img" not in ran.summary
    assert "@everyone" not in ran.summary
    assert "\u202e" not in ran.summary


def test_a_bug_is_told_kindly_and_kept_without_the_token(
    stage: ActionRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.follow()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(f"with {stage.sandbox.token}")

    monkeypatch.setattr(sync_module, "Sync", broken)
    ran = stage.run("workflow_dispatch")
    assert ran.code == 1
    assert "This is a mistake in Milepost, not yours (ZeroDivisionError)." in ran.log
    assert ran.log.count(stage.sandbox.token) == 1  # where the runner is told to hide it
    assert ran.log.startswith(f"::add-mask::{stage.sandbox.token}\n")


@pytest.mark.parametrize("missing", ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH"])
def test_what_the_runner_should_have_set_is_named(
    stage: ActionRunner, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    event = stage.folder / "event.json"
    event.write_text("{}")
    environ = stage.terminal.environ | {
        "GITHUB_EVENT_NAME": "workflow_dispatch",
        "GITHUB_EVENT_PATH": str(event),
        "RUNNER_TEMP": str(stage.folder),
    }
    del environ[missing]
    assert main(environ) in {3, 7}
    assert (
        "the input 'token'" if missing == "GITHUB_TOKEN" else missing
    ) in capsys.readouterr().out


def test_one_locked_issue_is_one_warning_and_no_red_job(stage: ActionRunner) -> None:
    world = stage.sandbox.world
    home = world.repository()
    stage.follow()
    stage.terminal.environ["GITHUB_TOKEN"] = actions_token(world, home).value
    stage.run("workflow_dispatch")
    issues.lock(world, world.actor(), home, home.issues[1], {})
    late = datetime(2026, 12, 8, 9, tzinfo=UTC)  # two weeks after the sandbox made it
    ran = stage.run("schedule", stage.event(schedule="6 7 * * *"), now=late)
    assert ran.code == 0
    assert ran.log.count("::warning") == 1
    assert "::warning title=Part of the path couldn't be written::Not written: comment" in ran.log
    assert "Not written: comment on #\u200b1 Your path" in ran.summary
