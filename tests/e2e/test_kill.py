"""An apply that is killed, loses answers or reads stale lists: run again, and all is as it should.

The processes killed here are real ones, by SIGKILL, at a known place of their conversation with
GitHub over HTTP.
"""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cli.terminal import Terminal, environment
from e2e.fork_server import ForkServer
from sandbox_fixtures import NOW

from bot.cli.app import run
from bot.planning.changes import Change
from bot.planning.marker import find
from bot.sync.apply import PlanWriter
from github_sandbox.server import running
from github_sandbox.state.faults import Fault

APPLY = ["apply", "--yes"]
WRITES = 30
"""How many writes the small path takes.

Labels, milestones, issues, sub-issues, the ledger; then the pin, and the dashboard with its links.
"""

LISTS = "/repos/learner/portfolio/*s"


class KillBefore(Fault):
    """Kills `pid` when the write arrives, and does not do it."""

    def fires(self) -> bool:
        strikes = super().fires()
        if strikes and self.pid:
            os.kill(self.pid, signal.SIGKILL)
        return strikes


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory, warm_runs: ForkServer) -> Iterator[Any]:
    """What the repository holds after an apply that nothing disturbed."""
    folder = tmp_path_factory.mktemp("calm")
    with running(clock=lambda: NOW) as sandbox:
        terminal = Terminal(sandbox, folder, environment(sandbox, folder))
        terminal.follow()
        assert applied(warm_runs, terminal) == 0
        assert len(sandbox.world.journal.writes) == WRITES
        yield contents(terminal)


def applied(
    warm_runs: ForkServer, terminal: Terminal, before: Callable[[int], object] = lambda _: None
) -> int:
    """Apply in a process of its own; `before` is told the pid. Returns the code or -signal."""
    return warm_runs.run(terminal.folder, terminal.environ, APPLY, now=NOW, before=before)


def contents(terminal: Terminal) -> Any:
    """All that is in the repository, without ids and times."""
    repository = terminal.sandbox.world.repository()
    return {
        "labels": [(x.name, x.color, x.description) for x in repository.labels.values()],
        "milestones": [
            (x.number, x.title, x.description, x.due) for x in repository.milestones.values()
        ],
        "issues": [
            {
                "number": issue.number,
                "title": issue.title,
                "body": without_address(issue.body or "", terminal.sandbox.url),
                "state": issue.state,
                "labels": sorted(label.name for label in issue.labels),
                "milestone": issue.milestone and issue.milestone.title,
                "parent": issue.parent and issue.parent.title,
            }
            for issue in repository.issues.values()
        ],
    }


def without_address(body: str, url: str) -> str:
    """Each sandbox has a port of its own, and the hash of a text with links knows it."""
    if url not in body:
        return body
    return re.sub(r'"body":"[0-9a-f]+"', '"body":""', body.replace(url, ""))


def keys(terminal: Terminal) -> list[str]:
    """The ids in the markers of all issues."""
    return marked_keys(terminal.issues())


def marked_keys(issues: list[dict[str, Any]]) -> list[str]:
    found = [find(issue["body"] or "") for issue in issues]
    return [marked.marker.key for marked in found if marked]


@pytest.mark.parametrize("cut", range(1, WRITES + 1))
def test_killed_after_a_write_before_its_answer(
    terminal: Terminal, warm_runs: ForkServer, uninterrupted: Any, cut: int
) -> None:
    terminal.follow()
    faults = terminal.sandbox.world.faults

    def arm(pid: int) -> None:
        faults.add("kill", method="WRITE", nth=cut, pid=pid)

    assert applied(warm_runs, terminal, arm) == -signal.SIGKILL
    with terminal.sandbox.world.lock:  # until the request is over that killed
        assert len(terminal.sandbox.world.journal.writes) == cut
    assert terminal(*APPLY).code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert contents(terminal) == uninterrupted


@pytest.mark.parametrize("cut", [1, 8, 15, 18, 21, 25, 28, 30])
def test_killed_after_an_answer(
    terminal: Terminal, warm_runs: ForkServer, uninterrupted: Any, cut: int
) -> None:
    terminal.follow()
    faults = terminal.sandbox.world.faults

    def arm(pid: int) -> None:
        faults.waiting.append(KillBefore("reset", method="WRITE", nth=cut, pid=pid))

    assert applied(warm_runs, terminal, arm) == -signal.SIGKILL
    assert terminal(*APPLY).code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert contents(terminal) == uninterrupted


def test_killed_again_and_again(
    terminal: Terminal, warm_runs: ForkServer, uninterrupted: Any
) -> None:
    """Every run gets three writes further, until one finds nothing left to do."""
    terminal.follow()
    faults = terminal.sandbox.world.faults

    def arm(pid: int) -> None:
        faults.clear()
        faults.add("kill", method="WRITE", nth=3, pid=pid)

    codes = [applied(warm_runs, terminal, arm) for _ in range(11)]
    assert codes == [-signal.SIGKILL] * 9 + [0, 0]
    assert contents(terminal) == uninterrupted


def test_the_command_as_installed_is_killed(terminal: Terminal, uninterrupted: Any) -> None:
    terminal.follow()
    with terminal.start(*APPLY, stdin=subprocess.PIPE) as process:
        terminal.sandbox.world.faults.add("kill", method="WRITE", nth=20, pid=process.pid)
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert terminal(*APPLY).code == 0
    assert contents(terminal) == uninterrupted


@pytest.mark.parametrize("cut", [17, 18, 20, 23])
def test_stale_lists_after_a_kill_make_no_second_issue(
    terminal: Terminal, warm_runs: ForkServer, uninterrupted: Any, cut: int
) -> None:
    terminal.follow()
    faults = terminal.sandbox.world.faults

    def arm(pid: int) -> None:
        faults.add("kill", method="WRITE", nth=cut, pid=pid)

    assert applied(warm_runs, terminal, arm) == -signal.SIGKILL
    faults.clear()
    faults.add("stale", method="GET", path="/repos/*/issues", times=0, requests=6)
    assert terminal(*APPLY).code == 0
    faults.clear()
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert contents(terminal) == uninterrupted


@pytest.mark.parametrize("kind", ["500", "502", "502-after", "reset", "reset-after"])
@pytest.mark.parametrize("cut", [2, 14, 17, 22, 26, 28, 29])
def test_a_lost_answer_makes_nothing_twice(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    uninterrupted: Any,
    kind: str,
    cut: int,
) -> None:
    terminal.follow()
    without_waits(monkeypatch)
    terminal.sandbox.world.faults.add(kind, method="WRITE", nth=cut)
    assert terminal(*APPLY).code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert contents(terminal) == uninterrupted


@pytest.mark.parametrize("kind", ["timeout", "timeout-after"])
def test_no_answer_at_all(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, uninterrupted: Any, kind: str
) -> None:
    terminal.follow()
    without_waits(monkeypatch)
    terminal.sandbox.world.faults.add(kind, method="WRITE", nth=19, hold=0.1)
    assert terminal(*APPLY).code == 0
    assert contents(terminal) == uninterrupted


@pytest.mark.parametrize("cut", [1, 9, 14])
def test_another_apply_overtakes_while_names_are_made(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, uninterrupted: Any, cut: int
) -> None:
    """GitHub refuses a second label or milestone of the same name: then ours looks again."""
    overtake(terminal, monkeypatch, cut)
    assert terminal(*APPLY).code == 0
    assert contents(terminal) == uninterrupted


def test_another_apply_overtakes_while_issues_are_made(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, uninterrupted: Any
) -> None:
    """GitHub takes two issues of the same name. The next run leaves one of each."""
    overtake(terminal, monkeypatch, 20)
    terminal(*APPLY)
    assert set(keys(terminal)) == set(marked_keys(uninterrupted["issues"]))
    assert terminal(*APPLY).code == 0
    assert sorted(keys(terminal)) == sorted(set(keys(terminal)))
    assert terminal("plan", "--detailed-exitcode").code == 0


def overtake(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    """Another apply runs from beginning to end just before the write number `cut` of ours."""
    terminal.follow()
    without_waits(monkeypatch)
    write, left = PlanWriter.write, [cut]

    def overtaken(writer: PlanWriter, change: Change) -> bool:
        left[0] -= 1
        if left[0] == 0:
            assert run(APPLY, clock=lambda: NOW) == 0
        return write(writer, change)

    monkeypatch.setattr(PlanWriter, "write", overtaken)


def without_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses before looking again are for GitHub's lists, not for ours."""
    monkeypatch.setattr("bot.cli.context.CliContext.sleep", lambda *_: None)
    monkeypatch.setattr("bot.github.retry.WaitPolicy.rest", lambda *_: None)
