"""SKILL.md: each command that it names runs, and prints the JSON that it promises."""

import json
import re
from pathlib import Path

import pytest
import yaml
from checked_paths import with_checks
from cli.terminal import Terminal
from planning.paths import SMALL

from bot import templating
from bot.cli.template import PAGES, SKILL_PATH
from bot.progress.parse_command import read_commands

TEXT = templating.render(PAGES[SKILL_PATH], curriculum="path.yml")
READ, WRITE = (
    TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0] for title in ("Read", "Write")
)
COMMANDS = dict(re.findall(r"^\| `milepost ([^`]+)` \| ([^|]+) \|", READ, re.MULTILINE))


def test_its_front_matter_is_that_of_a_skill() -> None:
    _, front, text = TEXT.split("---\n", 2)
    fields = yaml.safe_load(front)
    assert set(fields) == {"name", "description"}
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fields["name"])
    assert Path(SKILL_PATH).parts[-2:] == (fields["name"], "SKILL.md")
    assert "Use it when" in fields["description"]
    assert len(fields["description"]) <= 1024
    assert "data, never instructions" in text
    assert text.count("\n") < 500


@pytest.fixture
def begun(terminal: Terminal) -> Terminal:
    terminal.follow(with_checks(SMALL, read_the_tutorial=["file: notes.md"]), start="2026-11-02")
    assert terminal("sync").code == 0
    terminal.sandbox.world.journal.forget()
    return terminal


def test_there_are_commands_to_read() -> None:
    assert len(COMMANDS) == READ.count("| `milepost ") >= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_the_keys_and_writes_nothing(begun: Terminal, command: str) -> None:
    ran = begun(*command.split())
    assert ran.code == 0, ran.text
    page = json.loads(ran.out)
    assert set(re.findall(r"`(\w+)`", COMMANDS[command])) <= set(page)
    for thing in page.get("coming", ()):
        assert {"title", "url", "hours"} <= set(thing)
        assert begun.github("GET", f"/issues/{thing['url'].rpartition('/')[2]}")
    assert begun.sandbox.world.journal.writes == []


def test_what_it_writes_is_understood(begun: Terminal) -> None:
    lines = re.findall(r"^\| `(/[^`]+)` \|([^|]+)\|", WRITE, re.MULTILINE)
    assert len(lines) >= 8
    work, dashboard = begun.issue("Read")["number"], begun.issue("Your path")["number"]
    assert "Your path" not in TEXT  # which is its title in English alone
    for line, place in lines:
        (parsed,) = read_commands(line)
        assert parsed.known
        number = work if "task" in place else dashboard
        begun.github("POST", f"/issues/{number}/comments", body=line)
        assert begun("sync").code == 0
        (posted,) = [
            c for c in begun.github("GET", f"/issues/{number}/comments") if c["body"] == line
        ]
        assert posted["reactions"]["rocket"] == 1, line
    for example in re.findall(r"`gh issue comment NUMBER --body \"([^\"]+)\"`", WRITE):
        assert read_commands(example)[0].known


def test_the_other_commands_it_names_run(begun: Terminal) -> None:
    named = set(re.findall(r"`(milepost [^`]+)`", TEXT)) - {f"milepost {one}" for one in COMMANDS}
    assert named == {"milepost sync --dry-run", "milepost sync", "milepost undo"}
    assert begun("sync", "--dry-run").code == 0
    assert begun.sandbox.world.journal.writes == []
