"""status, badge and calendar over real HTTP: they tell what is there and write nothing to it."""

import json

from builders import curriculum
from cli.terminal import Terminal

PATH = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Read (6h)\n- Write (2h)")


def test_status_tells_what_was_done_and_writes_nothing(terminal: Terminal) -> None:
    terminal.follow(PATH, ahead="all")
    assert terminal("apply", "--yes").code == 0
    number = terminal.issue("Read")["number"]
    terminal.github("PATCH", f"/issues/{number}", state="closed", state_reason="completed")
    terminal.sandbox.world.journal.clear()
    page = json.loads(terminal("status", "--json").out)
    assert (page["percent"], page["done_hours"], page["total_hours"]) == (75, 6, 8)
    assert "75%" in terminal("status").out
    assert terminal.sandbox.world.journal.writes == []


def test_a_badge_is_written_when_it_changed_and_only_then(terminal: Terminal) -> None:
    terminal.follow(PATH, ahead="all")
    assert terminal("apply", "--yes").code == 0
    assert "<title>A small path: 0%</title>" in terminal("badge").out
    first = terminal("badge", "-o", "badge.svg", "--label", "my path")
    assert first.err == "Wrote badge.svg: my path, 0%.\n"
    again = terminal("badge", "-o", "badge.svg", "--label", "my path")
    assert (again.code, again.out, again.err) == (0, "", "")
    shields = terminal("badge", "--format", "shields", "--kind", "streak")
    assert json.loads(shields.out)["message"] == "0 active weeks"


def test_a_badge_looks_as_the_settings_say_unless_told_otherwise(terminal: Terminal) -> None:
    terminal.follow(PATH, ahead="all", badge={"kind": "streak", "label": "my path"})
    assert terminal("apply", "--yes").code == 0
    assert "<title>my path: 0 active weeks</title>" in terminal("badge").out
    assert "<title>my path: 0%</title>" in terminal("badge", "--kind", "percent").out


def test_a_picture_is_printed_or_written(terminal: Terminal) -> None:
    terminal.follow(PATH, ahead="all")
    assert terminal("apply", "--yes").code == 0
    assert "A small path: 0%" in terminal("picture", "card").out
    assert terminal("picture", "burn-up", "-o", "b.svg").err == "Wrote b.svg: burn-up.\n"
    assert terminal("picture", "burn-up", "-o", "b.svg").err == ""
    assert terminal("picture", "sunset").code == 64


def test_a_calendar_is_written_with_its_own_line_ends(terminal: Terminal) -> None:
    terminal.follow(PATH, ahead="all")
    assert terminal("apply", "--yes").code == 0
    assert "SUMMARY:Weekly summary" in terminal("calendar").out
    assert terminal("calendar", "-o", "path.ics").err == "Wrote path.ics: A small path.\n"
    content = (terminal.folder / "path.ics").read_bytes()
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
