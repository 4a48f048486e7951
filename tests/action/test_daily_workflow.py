"""The daily run in a public repository without pushes: stopped, started again, kept going."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from action.action_runner import ActionRun, ActionRunner
from cli.terminal import settings_text
from sandbox_fixtures import NOW

from bot.cli.workflow import DAILY_PATH, render
from bot.settings import CONFIG_PATH, parse
from github_sandbox.state import bots, workflows

FILE = DAILY_PATH.rpartition("/")[2]
PUSHED = NOW - timedelta(days=1)
START = PUSHED.date().isoformat()
RIGHTS = {"contents": "read", "issues": "write"}
DAY = timedelta(days=1)


class Year:
    """A public repository that nobody pushes to, from `PUSHED` on, day by day."""

    def __init__(self, stage: ActionRunner, schedule: str, rights: dict[str, str]) -> None:
        self.stage = stage
        self.world = stage.sandbox.world
        self.home = self.world.repository()
        stage.follow(start=START, schedule=schedule)
        settings = parse(settings_text(start=START, schedule=schedule))
        for path, text in render(settings, self.home.full_name, "./").items():
            stage.terminal.push(path, text)
        token = bots.actions_token(self.world, self.home, permissions=rights)
        stage.terminal.environ["GITHUB_TOKEN"] = token.value
        self.day = 0

    def sleep(self, days: int) -> Iterator[int]:
        """Let days pass; yield each on which the schedule starts the daily run."""
        for _ in range(days):
            self.day += 1
            self.world.clock.advance(DAY)
            if workflows.starts_on_schedule(self.world, self.home, FILE):
                yield self.day

    def run(self, event: str = "schedule") -> ActionRun:
        pushed = f"{PUSHED:%Y-%m-%dT%H:%M:%SZ}"
        payload = self.stage.event()
        payload["repository"] |= {"private": False, "pushed_at": pushed}
        done = self.stage.run(event, payload, now=NOW + self.day * DAY)
        assert done.code == 0, done.log
        return done

    def summaries(self) -> int:
        """How many weeks were summed up."""
        texts = (c.body for issue in self.home.issues.values() for c in issue.comments)
        return sum('"weekly:' in text for text in texts)

    def enabled(self) -> list[int]:
        """The status of each request that enables a workflow."""
        return [e.status for e in self.world.journal.entries if e.path.endswith("/enable")]

    @property
    def state(self) -> str:
        return workflows.find(self.world, self.home, FILE).state

    @property
    def dashboard(self) -> str:
        found: dict[str, Any] = self.stage.terminal.issue("Your path")
        return str(found["body"]).replace("\N{NO-BREAK SPACE}", " ")


def year(stage: ActionRunner, schedule: str, **rights: str) -> Year:
    found = Year(stage, schedule, RIGHTS | rights)
    found.run("workflow_dispatch")
    return found


def test_in_400_days_without_a_push_no_summary_is_missed(stage: ActionRunner) -> None:
    quiet = year(stage, "keep", actions="write")
    mondays = 0
    for day in quiet.sleep(400):
        if (NOW + day * DAY).weekday() == 0:  # a run a week does: each more is one more chance
            mondays += 1
            quiet.run()
            assert quiet.summaries() == mondays
    assert mondays == 57
    assert quiet.enabled() == [204] * 11  # one each five weeks
    assert "GitHub stops" not in quiet.dashboard


def test_an_event_starts_it_again_and_makes_up_for_what_was_missed(stage: ActionRunner) -> None:
    stopped = year(stage, "restart", actions="write")
    ran = list(stopped.sleep(100))
    assert ran == list(range(1, 60))
    assert stopped.state == "disabled_inactivity"
    done = stopped.run("issues")
    assert "1 workflow to enable" in done.summary
    assert "Milepost, daily (enabled again)" in done.summary
    assert (stopped.enabled(), stopped.state) == ([204], "active")
    assert stopped.summaries() == 8
    assert "GitHub stops the daily run on 3 May 2027 unless" in stopped.dashboard
    stopped.run("issues")
    assert stopped.summaries() == 14
    assert stopped.run("issues").outputs["changes"] == "0"
    assert list(stopped.sleep(70)) == list(range(101, 160))


def test_what_a_person_disabled_stays_disabled(stage: ActionRunner) -> None:
    quiet = year(stage, "keep", actions="write")
    workflows.disable(quiet.world, quiet.home, FILE)
    assert list(quiet.sleep(70)) == []
    quiet.run("issues")
    assert (quiet.enabled(), quiet.state) == ([], "disabled_manually")
    assert "daily run" not in quiet.dashboard


@pytest.mark.parametrize("schedule", ["restart", "keep"])
def test_a_missing_right_is_told_and_fails_nothing(stage: ActionRunner, schedule: str) -> None:
    denied = year(stage, schedule)
    list(denied.sleep(61))
    done = denied.run("issues")
    stated = "The token may not enable workflows. Give it Actions: Read and write, in a workflow"
    assert "::warning title=Part of the path couldn't be written" in done.log
    assert stated in done.log
    assert stated in done.summary
    assert denied.summaries() == 8
    assert "workflow Milepost, daily · The token may not enable workflows." in denied.dashboard
    assert "GitHub may have stopped the daily run on 22 Jan 2027" in denied.dashboard
    assert denied.run("issues").outputs["changes"] == "0"  # tried again on another day
    assert denied.enabled() == [403]


def test_nothing_is_asked_of_who_did_not_ask_for_it(stage: ActionRunner) -> None:
    plain = year(stage, "none", actions="write")
    list(plain.sleep(61))
    plain.run("issues")
    assert plain.state == "disabled_inactivity"
    assert not [e for e in plain.world.journal.entries if "/actions/" in e.path]
    assert "GitHub may have stopped the daily run on 22 Jan 2027" in plain.dashboard


def test_it_costs_one_request_and_only_when_nothing_was_pushed_for_long(
    stage: ActionRunner,
) -> None:
    quiet = year(stage, "keep", actions="write")

    def requests() -> int:
        before = len(quiet.world.journal.entries)
        assert quiet.run().outputs["changes"] == "0"
        return len(quiet.world.journal.entries) - before

    early = requests()
    list(quiet.sleep(35))
    quiet.run()
    assert quiet.enabled() == [204]
    assert requests() == early + 1


def test_a_schedule_without_the_repository_in_its_payload_asks_for_it(stage: ActionRunner) -> None:
    quiet = year(stage, "keep", actions="write")
    list(quiet.sleep(35))
    stage.run("schedule", {"schedule": "6 7 * * *"}, now=NOW + quiet.day * DAY)
    assert quiet.enabled() == [204]
    quiet.home.private = True
    list(quiet.sleep(35))
    stage.run("schedule", {"schedule": "6 7 * * *"}, now=NOW + quiet.day * DAY)
    assert quiet.enabled() == [204]


def test_a_dry_run_shows_it_and_enables_nothing(stage: ActionRunner) -> None:
    quiet = year(stage, "keep", actions="write")
    list(quiet.sleep(35))
    done = stage.run("schedule", {}, now=NOW + quiet.day * DAY, dry_run="true")
    assert "Milepost, daily (stays enabled)" in done.summary
    assert quiet.enabled() == []


def test_a_renamed_workflow_is_no_error(stage: ActionRunner) -> None:
    quiet = year(stage, "keep", actions="write")
    head = quiet.home.git.head("main")
    assert head is not None
    files = {path: text for path, text in head.files.items() if path != DAILY_PATH}
    who = {"author": "learner", "email": "learner@example.com"}
    quiet.home.git.commit("main", files, message="Remove", at=quiet.world.clock.now(), **who)
    quiet.world.clock.advance(61 * DAY)
    quiet.day = 61
    quiet.run("issues")
    assert quiet.enabled() == []
    assert CONFIG_PATH in files
