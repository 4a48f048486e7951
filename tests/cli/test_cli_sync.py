"""sync and replan over real HTTP: told beforehand, done once, and nothing left for a second run."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from builders import curriculum
from cli.terminal import Terminal
from contracts.checker import contract

from bot.curriculum import importer
from bot.settings import CONFIG_PATH
from github_sandbox.state import issues
from github_sandbox.state.bots import actions_token

PATH = curriculum(
    """
    Phase: P
      Month 1: M
        Week 1: First
          - Read (6h)
        Week 2: Second
          - Write (2h)
      Checkpoint: The end
        - Can write
    """
)


START = date(2026, 10, 19)  # the Monday five weeks before the clock's
WEEKS = 5  # summed up since then


def seeded(terminal: Terminal, **more: object) -> None:
    """A path that began five weeks ago, seeded then."""
    terminal.follow(PATH, start=START, ahead="all", **more)
    assert terminal("apply", "--yes").code == 0
    born = datetime.combine(START, datetime.min.time(), tzinfo=UTC)
    for issue in terminal.sandbox.world.repository().issues.values():
        issue.birth = replace(issue.birth, at=born)


def comments(terminal: Terminal, title: str) -> list[str]:
    number = terminal.issue(title)["number"]
    return [found["body"] for found in terminal.github("GET", f"/issues/{number}/comments")]


def test_it_does_all_that_is_due_and_then_nothing(terminal: Terminal) -> None:
    seeded(terminal)
    terminal.github("POST", f"/issues/{terminal.issue('Read')['number']}/comments", body="/done")
    journal = terminal.sandbox.world.journal
    journal.clear()
    journal.record_bodies = True
    ran = terminal("sync")
    assert ran.code == 0, ran.text
    assert "Summary of week" in ran.out
    assert "The end: posted." in ran.out
    assert terminal.issue("Read")["state"] == "closed"
    reported = [body.partition('"key":"weekly:')[2][:8] for body in comments(terminal, "Your path")]
    assert len(reported) == WEEKS
    assert reported == sorted(set(reported))
    assert len(comments(terminal, "Checkpoint")) == 1
    writes = len(journal.writes)
    assert terminal("sync").out == "Nothing to change.\n"
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert len(journal.writes) == writes
    assert contract().check(journal.entries) == []


def test_a_dry_run_prints_every_text_and_writes_nothing(terminal: Terminal) -> None:
    seeded(terminal, publish={"badge": True})
    journal = terminal.sandbox.world.journal
    journal.clear()
    ran = terminal("sync", "--dry-run")
    assert ran.code == 0, ran.text
    assert ran.out.count("Would post: Summary of week") == WEEKS
    assert "Would post: Report: The end" in ran.out
    assert "### The checklist" in ran.out
    assert "Would write milepost:badge.svg" in ran.out
    assert not journal.writes


def test_what_is_written_or_refused_is_printed_in_the_language_of_the_path(
    terminal: Terminal,
) -> None:
    world = terminal.sandbox.world
    home, me = world.repository(), world.actor()
    seeded(terminal, language="de", publish={"badge": True})
    terminal.setenv(GITHUB_TOKEN=actions_token(world, home).value)
    assert "Würde milepost:badge.svg schreiben" in terminal("sync", "--dry-run").out
    issues.lock(world, me, home, home.issues[1], {})
    ran = terminal("sync")
    assert "Nicht geschrieben: Kommentar zu #1 " in ran.out
    assert "Die Unterhaltung ist gesperrt. Entsperre sie auf ihrer Seite" in ran.out


def test_idle_it_asks_four_lists_without_an_answer(terminal: Terminal) -> None:
    seeded(terminal)
    for _ in range(2):
        terminal("sync")
    journal = terminal.sandbox.world.journal
    journal.forget()
    assert terminal("sync").code == 0
    assert [entry.status for entry in journal.entries] == [304] * 4


def test_files_go_to_a_branch_only_where_that_is_asked_for(terminal: Terminal) -> None:
    seeded(terminal)
    terminal("sync")
    assert [b["name"] for b in terminal.github("GET", "/branches")] == ["main"]
    terminal.follow(
        PATH,
        start=START,
        ahead="all",
        publish={"badge": True, "reports": "branch"},
    )
    ran = terminal("sync")
    assert "Wrote milepost:badge.svg." in ran.out
    assert "Wrote milepost:reports/the-end.html." in ran.out
    assert terminal("sync").out == "Nothing to change.\n"


def test_a_new_plan_from_today_moves_only_what_lies_ahead(terminal: Terminal) -> None:
    seeded(terminal)
    terminal("sync")
    terminal.github("PATCH", f"/issues/{terminal.issue('Read')['number']}", state="closed")
    before = {m["title"]: m["due_on"] for m in terminal.github("GET", "/milestones?state=all")}
    shown = terminal("replan", "--dry-run")
    assert "due" in shown.out
    assert {m["title"]: m["due_on"] for m in terminal.github("GET", "/milestones")} == before
    assert terminal("replan", "--yes").code == 0
    after = {m["title"]: m["due_on"] for m in terminal.github("GET", "/milestones?state=all")}
    first, second = sorted(before)
    assert after[first] == before[first]
    assert after[second] > before[second]
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_another_pace_from_now_on(terminal: Terminal) -> None:
    seeded(terminal)
    assert terminal("replan", "--hours", "1", "--yes").code == 0
    assert "milepost:memory" in terminal.issue("Your path")["body"]
    for wrong in (["--hours", "0"], ["--months", "500"], ["--hours", "5", "--months", "5"]):
        assert terminal("replan", *wrong).code == 64


def test_without_a_plan_there_is_nothing_to_plan_again(terminal: Terminal) -> None:
    terminal.follow(PATH)
    ran = terminal("replan", "--yes")
    assert ran.code == 64
    assert "milepost apply" in ran.err


def test_a_locked_dashboard_is_told_with_a_code_of_its_own_until_it_is_open_again(
    terminal: Terminal,
) -> None:
    world = terminal.sandbox.world
    home, me = world.repository(), world.actor()
    seeded(terminal)
    terminal.setenv(GITHUB_TOKEN=actions_token(world, home).value)
    dashboard = home.issues[terminal.issue("Your path")["number"]]
    issues.lock(world, me, home, dashboard, {})
    ran = terminal("sync")
    assert ran.code == 11, ran.text
    assert "Not written: comment on #1 Your path" in ran.out
    assert "The conversation is locked. Unlock it on its page" in ran.out
    assert "GitHub refused a part of it. It is tried again by itself" in ran.err
    assert "path: not written: comment on #1 Your path" in terminal("doctor").out
    assert len(comments(terminal, "Checkpoint")) == 1
    issues.unlock(world, me, home, dashboard)
    assert terminal("sync").code == 0
    assert len(comments(terminal, "Your path")) == WEEKS
    assert terminal("sync").out == "Nothing to change.\n"


GUIDE = """# Rust

## Week 1: Begin

- [ ] Install it
- [ ] Read a chapter

## Week 2: Go on

- [ ] Write a program
- [ ] Explain it
"""


def test_another_reading_of_the_guide_is_reported_and_nothing_is_done(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.write("guide.md", GUIDE)
    terminal.write(CONFIG_PATH, f"curriculum: guide.md\nstart: {START}\nahead: all\n")
    assert terminal("apply", "--yes").code == 0
    for _ in range(2):
        assert terminal("sync").code == 0
    with monkeypatch.context() as patch:
        patch.setattr(importer, "read", None)
        assert terminal("sync").out == "Nothing to change.\n"
    monkeypatch.setattr("bot.progress.guide_file.importer_version", lambda: "newer")
    read, other = importer.read, GUIDE.replace("- [ ] Explain it\n", "")
    monkeypatch.setattr(importer, "read", lambda _, **how: read(other.encode(), **how))
    sentence = "This version of Milepost reads your guide differently. 1 task goes."
    assert sentence in terminal("plan").out.replace("\n    ", " ")
    assert f"mind  guide: {sentence}" in terminal("doctor").out
    assert terminal("sync").code == 0
    assert f"- [ ] {sentence}" in terminal.issue("Your path")["body"]
    assert terminal.issue("Explain it")["state"] == "open"
