"""weekly over real HTTP: one comment for each week, and none where it is not wanted."""

import pytest
from builders import curriculum
from cli.terminal import Terminal
from contracts.checker import contract

PATH = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Read (6h)\n- Write (2h)")


def comments(terminal: Terminal) -> list[str]:
    number = terminal.issue("Your path")["number"]
    return [found["body"] for found in terminal.github("GET", f"/issues/{number}/comments")]


def seeded(terminal: Terminal) -> None:
    terminal.follow(PATH, ahead="all")
    assert terminal("apply", "--yes").code == 0


def test_a_summary_is_posted_once(terminal: Terminal) -> None:
    seeded(terminal)
    terminal.sandbox.world.journal.clear()
    terminal.sandbox.world.journal.record_bodies = True
    first, again = (terminal("weekly", "--week", "2026-W02") for _ in range(2))
    assert first.out == "Summary of week 2026-W02: posted.\n"
    assert again.out == "Summary of week 2026-W02: already posted.\n"
    (body,) = comments(terminal)
    assert '"key":"weekly:2026-W02"' in body
    assert contract().check(terminal.sandbox.world.journal.entries) == []
    assert terminal("weekly", "--week", "2026-W03").code == 0
    assert len(comments(terminal)) == 2


def test_a_dry_run_prints_what_would_be_posted(terminal: Terminal) -> None:
    seeded(terminal)
    ran = terminal("weekly", "--dry-run", "--week", "2026-W02")
    assert ran.out.startswith("**Week 1 of")
    assert "milepost:" not in ran.out
    assert comments(terminal) == []


def test_a_closed_summary_issue_gets_none(terminal: Terminal) -> None:
    seeded(terminal)
    number = terminal.issue("Your path")["number"]
    terminal.github("PATCH", f"/issues/{number}", state="closed")
    assert "the dashboard issue is closed" in terminal("weekly").out
    assert comments(terminal) == []


def test_what_is_no_week_and_what_has_no_summary_issue_are_told(terminal: Terminal) -> None:
    terminal.follow(PATH)
    wrong = terminal("weekly", "--week", "soon")
    assert (wrong.code, wrong.out) == (64, "")
    assert "--week: 'soon' is no week. Write it as 2026-W07." in wrong.err
    future = terminal("weekly", "--week", "2199-W01")
    assert (future.code, "has not begun" in future.err) == (64, True)
    missing = terminal("weekly")
    assert missing.code == 6
    assert "milepost apply" in missing.err


@pytest.mark.parametrize("start", ["2026-11-25", "2026-12-07"])  # the sandbox's day is 24 Nov
def test_no_summary_is_of_a_week_before_the_start(terminal: Terminal, start: str) -> None:
    terminal.follow(PATH, ahead="all", start=start)
    assert terminal("apply", "--yes").code == 0
    ran = terminal("weekly")
    assert ran.code == 0
    assert ran.out.startswith(f"Nothing to post: the path starts on {start}, so its first summary")
    earlier = terminal("weekly", "--week", "2026-W47")
    assert (earlier.code, earlier.out) == (64, "")
    assert f"--week: the path starts on {start}" in earlier.err
    assert terminal("weekly", "--dry-run", "--week", "2026-W47").code == 64
    assert comments(terminal) == []


def test_the_week_of_the_start_has_a_summary(terminal: Terminal) -> None:
    terminal.follow(PATH, ahead="all", start="2026-11-22")  # a Sunday: the last day of its week
    assert terminal("apply", "--yes").code == 0
    assert terminal("weekly").out == "Summary of week 2026-W47: posted.\n"


def test_where_summaries_are_issues_no_comment_is_posted(terminal: Terminal) -> None:
    terminal.follow(PATH, ahead="all", summary="issue")
    assert terminal("apply", "--yes").code == 0
    ran = terminal("weekly", "--week", "2026-W02")
    assert ran.code == 64
    assert "milepost sync" in ran.err
    assert comments(terminal) == []
