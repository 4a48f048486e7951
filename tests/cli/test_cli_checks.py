"""Checks over real HTTP: a repository with the work and one without, and runs with nothing due."""

from typing import Any

from checked_paths import with_checks
from cli.terminal import Terminal
from contracts.checker import contract
from planning.paths import SMALL

from github_sandbox.state import releases, workflow_runs

CHECKS: list[Any] = [
    *("file: src/**/*.py", {"file": "README.md", "contains": "## Results"}),
    *("workflow: Unit tests", "release: v*", "tag: v1.0", "pull request: work"),
]
FILES = {
    ".github/workflows/ci.yml": "name: Unit tests\non: push\n",
    "src/loops/loop.py": "for _ in []: pass\n",
    "README.md": "# Loops\n\n## Results\n",
}


def begun(terminal: Terminal) -> None:
    terminal.follow(with_checks(SMALL, write_a_loop=CHECKS))
    assert terminal("sync").code == 0
    assert terminal("sync").code == 0


def checked(terminal: Terminal) -> list[str]:
    """What the issue says of each check after `/check`."""
    number = terminal.issue("Write a loop")["number"]
    terminal.github("POST", f"/issues/{number}/comments", body="/check")
    ran = terminal("sync")
    assert ran.code == 0, ran.text
    body = terminal.issue("Write a loop")["body"]
    shown = body.partition("### What Milepost looks for")[2].partition("This is only")[0]
    return ["✓" if "✓" in one else "not found" for one in shown.split("\n- ")[1:]]


def test_a_repository_with_a_readme_alone_has_none_of_it(terminal: Terminal) -> None:
    begun(terminal)
    assert checked(terminal) == ["not found"] * len(CHECKS)
    assert terminal.issue("Write a loop")["state"] == "open"


def test_a_repository_with_the_work_has_all_of_it(terminal: Terminal) -> None:
    begun(terminal)
    journal, world = terminal.sandbox.world.journal, terminal.sandbox.world
    for name, text in FILES.items():
        terminal.push(name, text)
    with world.lock:
        home = world.repository()
        workflow_runs.finish(world, home, "ci.yml")
        releases.create(world, world.actor(), home, {"tag_name": "v1.0"})
    terminal.github(
        "POST", "/git/refs", ref="refs/heads/more", sha=home.git.refs["refs/heads/main"]
    )
    content = {"message": "More", "content": "eA==", "branch": "more"}
    terminal.github("PUT", "/contents/more.py", **content)
    pull = terminal.github("POST", "/pulls", title="More", head="more", base="main")["number"]
    terminal.github("PUT", f"/pulls/{pull}/merge")
    terminal.github("PUT", f"/issues/{pull}/labels", labels=["work"])
    journal.clear()
    journal.record_bodies = True
    assert checked(terminal) == ["✓"] * len(CHECKS)
    assert contract().check(journal.entries) == []
    number = terminal.issue("Write a loop")["number"]
    terminal.github("PATCH", f"/issues/{number}", state="closed")
    assert terminal("sync").code == 0
    assert "Nothing to change" in terminal("sync").out


def test_a_run_with_nothing_due_makes_the_requests_of_a_path_without_checks(
    terminal: Terminal,
) -> None:
    journal = terminal.sandbox.world.journal
    counts: list[list[tuple[str, str]]] = []
    begun(terminal)
    for path in (with_checks(SMALL, write_a_loop=CHECKS), SMALL):
        terminal.follow(path)
        assert terminal("sync").code == 0
        journal.clear()
        assert "Nothing to change" in terminal("sync").out
        counts.append([(one.method, one.route or "") for one in journal.entries])
    assert counts[0] == counts[1]
    assert counts[0]
