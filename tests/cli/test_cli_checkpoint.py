"""checkpoint and report export over real HTTP: one comment on the checkpoint's issue, and files."""

import json
from datetime import timedelta

import pytest
from builders import curriculum
from cli.terminal import Terminal
from contracts.checker import contract
from sandbox_fixtures import NOW

PATH = curriculum(
    """
    Phase: P
      Month 1: Bread -> A loaf
        Week 1-2: W
          - Read (6h)
          - Bake (2h)
      Checkpoint: First month
        - Can bake
    """
)


def comments(terminal: Terminal) -> list[str]:
    number = terminal.issue("Checkpoint after")["number"]
    return [found["body"] for found in terminal.github("GET", f"/issues/{number}/comments")]


def seeded(terminal: Terminal, **fields: str) -> None:
    terminal.follow(PATH, ahead="all", **fields)
    assert terminal("apply", "--yes").code == 0


def test_a_report_is_posted_once(terminal: Terminal) -> None:
    seeded(terminal)
    number = terminal.issue("Checkpoint after")["number"]
    terminal.github("PATCH", f"/issues/{number}", state="closed")
    terminal.sandbox.world.journal.clear()
    terminal.sandbox.world.journal.record_bodies = True
    first, again = (terminal("checkpoint", which) for which in ("1", "first month"))
    assert (first.code, first.out) == (0, "Report on the First month: posted.\n")
    assert again.out == "Report on the First month: already posted.\n"
    (body,) = comments(terminal)
    assert "- **Can bake**: no evidence yet" in body
    assert '"key":"report:first-month"' in body
    assert contract().check(terminal.sandbox.world.journal.entries) == []


def test_a_dry_run_prints_what_would_be_posted(terminal: Terminal) -> None:
    seeded(terminal)
    ran = terminal("checkpoint", "first-month", "--dry-run")
    assert ran.out.startswith("**First month** · Bread")
    assert "milepost:" not in ran.out
    assert comments(terminal) == []


def test_before_its_time_it_can_be_seen_but_not_posted(terminal: Terminal) -> None:
    today = NOW.date()
    seeded(terminal, start=str(today))
    ran = terminal("checkpoint", "1")
    assert ran.code == 64
    assert f"its last day is {today + timedelta(days=13)}" in ran.err
    assert "--dry-run" in ran.err
    assert terminal("checkpoint", "1", "--dry-run").code == 0
    assert terminal("report", "export", "1").code == 0
    for title in ("Read", "Bake"):
        number = terminal.issue(title)["number"]
        terminal.github("PATCH", f"/issues/{number}", state="closed")
    assert terminal("apply", "--yes").code == 0
    assert terminal("checkpoint", "1").out == "Report on the First month: posted.\n"


def test_a_finished_path_can_be_printed(terminal: Terminal) -> None:
    seeded(terminal)
    assert terminal("report", "export", "finish").code == 64
    for title in ("Read", "Bake"):
        number = terminal.issue(title)["number"]
        terminal.github("PATCH", f"/issues/{number}", state="closed")
    assert "<h1" in terminal("report", "export", "finish").out


def test_a_checkpoint_that_was_set_aside_gets_none(terminal: Terminal) -> None:
    seeded(terminal)
    number = terminal.issue("Checkpoint after")["number"]
    aside = {"state": "closed", "state_reason": "not_planned"}
    terminal.github("PATCH", f"/issues/{number}", **aside)
    assert "not posted: its issue is closed as not planned" in terminal("checkpoint", "1").out
    assert comments(terminal) == []


def test_what_is_no_checkpoint_and_what_has_no_issue_are_told(terminal: Terminal) -> None:
    terminal.follow(PATH)
    wrong = terminal("checkpoint", "7")
    assert (wrong.code, wrong.out) == (64, "")
    assert "'7' is no checkpoint. There are: 1 or first-month (First month)." in wrong.err
    missing = terminal("checkpoint", "1")
    assert missing.code == 6
    assert "there is no checkpoint issue to post to. Make it with `milepost apply`." in missing.err


@pytest.mark.parametrize(
    ("form", "begins"),
    [("markdown", "**First month**"), ("json", "{"), ("html", "<!doctype html>")],
)
def test_a_report_is_written_in_every_form(terminal: Terminal, form: str, begins: str) -> None:
    seeded(terminal)
    file = terminal.folder / "reports" / "first-month"
    ran = terminal("report", "export", "1", "--format", form, "-o", str(file))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Wrote {file}: First month.\n"
    text = file.read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert terminal("report", "export", "1", "--format", form).out == text
    again = terminal("report", "export", "1", "--format", form, "-o", str(file))
    assert (again.code, again.err) == (0, "")


def test_json_is_for_programs(terminal: Terminal) -> None:
    seeded(terminal)
    reported = json.loads(terminal("report", "export", "1", "--format", "json").out)
    assert (reported["schema"], reported["id"], reported["found"]) == (1, "first-month", 0)
