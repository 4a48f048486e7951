"""Every way to go wrong ends in one paragraph and an exit code, never in a traceback."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from checked_paths import with_checks
from cli.terminal import CommandRun, Terminal, without_times
from planning.paths import SMALL
from pytest_regressions.file_regression import FileRegressionFixture

from bot.settings import CONFIG_PATH
from github_sandbox.state.bots import actions_token

Breaking = Callable[[Terminal], Any]
CANARY = "ghp_canary0000000000000000000000000000000"


def read_only(t: Terminal) -> None:
    given: dict[str, Any] = {"issues": "read", "metadata": "read", "contents": "read"}
    t.sandbox.world.add_token(CANARY, user="learner", permissions=given)
    t.setenv(GITHUB_TOKEN=CANARY)


def rename(t: Terminal) -> None:
    t.sandbox.world.rename(t.sandbox.world.repository(), "renamed")


def archive(t: Terminal) -> None:
    t.sandbox.world.archive(t.sandbox.world.repository())


def switch_issues_off(t: Terminal) -> None:
    t.sandbox.world.repository().issues_enabled = False


def damage_curriculum(t: Terminal) -> None:
    t.write("path.yml", "title: A path\nphases:\n  - title: One\n    moduls: []\n")


def damage_settings(t: Terminal) -> None:
    (t.folder / CONFIG_PATH).write_bytes(b"start: 2026-01-05\ncurriculum: caf\xe9\n")


WRONG: dict[str, tuple[Breaking, int]] = {
    "all is well": (lambda _: None, 0),
    "no token": (lambda t: t.setenv(GITHUB_TOKEN=None), 7),
    "wrong token": (lambda t: t.setenv(GITHUB_TOKEN=CANARY), 7),
    "read-only token": (read_only, 7),
    "missing repository": (lambda t: t.setenv(GITHUB_REPOSITORY="learner/nowhere"), 6),
    "unnamed repository": (lambda t: t.setenv(GITHUB_REPOSITORY=None), 3),
    "misnamed repository": (lambda t: t.setenv(GITHUB_REPOSITORY="portfolio"), 3),
    "renamed repository": (rename, 6),
    "archived repository": (archive, 6),
    "issues switched off": (switch_issues_off, 6),
    "no settings": (lambda t: (t.folder / CONFIG_PATH).unlink(), 3),
    "unknown key": (lambda t: t.settings(time_zone="Europe/Berlin"), 3),
    "unknown zone": (lambda t: t.settings(timezone="Europe/Atlantis"), 3),
    "two speeds": (lambda t: t.settings(pace=12, hours_per_week=8), 3),
    "settings that are no text": (damage_settings, 3),
    "odd interval": (lambda t: t.setenv(MILEPOST_WRITE_INTERVAL="soon"), 3),
    "missing curriculum": (lambda t: t.settings(curriculum="elsewhere.yml"), 4),
    "unknown curriculum": (lambda t: t.settings(curriculum="devops-to-mlopps"), 4),
    "curriculum outside": (lambda t: t.settings(curriculum="../../etc/passwd.yml"), 4),
    "wrong curriculum": (damage_curriculum, 4),
}
DOCTORED = [
    "all is well",
    "no token",
    "wrong token",
    "missing repository",
    "archived repository",
    "issues switched off",
    "unknown key",
]


@pytest.mark.parametrize("wrong", [name for name in WRONG if name != "all is well"])
def test_apply_tells_what_is_wrong(
    terminal: Terminal, file_regression: FileRegressionFixture, wrong: str
) -> None:
    breaking, code = WRONG[wrong]
    terminal.follow()
    breaking(terminal)
    ran = terminal("apply", "--yes")
    assert ran.code == code
    file_regression.check(without_times(paragraph(ran)))
    assert not [r for r in terminal.sandbox.world.journal.writes if r.status < 300]


def paragraph(ran: CommandRun) -> str:
    """The error alone; fails when there is more or less than one paragraph."""
    before, _, reported = ran.err.partition("milepost: ")
    assert reported
    assert "milepost: " not in before + reported.removeprefix("milepost: ")
    assert "Traceback" not in ran.text
    assert CANARY not in ran.text
    return reported


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["plam"], "No such command 'plam'"),
        (["plan", "--formt", "json"], "No such option: --formt"),
        (["plan", "--format", "yaml"], "'yaml' is not one of"),
        (["import"], "Missing argument 'GUIDE.md'"),
        (["curriculum", "shwo"], "No such command 'shwo'"),
    ],
)
def test_a_wrong_command_line(terminal: Terminal, arguments: list[str], reported: str) -> None:
    ran = terminal(*arguments)
    assert (ran.code, ran.out) == (64, "")
    assert reported in paragraph(ran)
    assert "milepost --help" in ran.err


def test_an_api_that_cannot_be_reached(terminal: Terminal) -> None:
    terminal.follow()
    nowhere = "http://127.0.0.1:9/api/v3"
    terminal.setenv(GITHUB_API_URL=nowhere, GITHUB_GRAPHQL_URL=None, MILEPOST_MAX_WAIT="0")
    ran = terminal("plan")
    assert ran.code == 8
    assert nowhere in paragraph(ran)


def test_our_own_mistake_becomes_a_paragraph_and_a_file(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError(f"a bug that holds {CANARY}")

    terminal.setenv(GITHUB_TOKEN=CANARY)
    monkeypatch.setattr("bot.sync.file_sources.find_settings", broken)
    ran = terminal("plan")
    assert ran.code == 1
    assert "LookupError" in paragraph(ran)
    file = Path(next(word for word in ran.err.split() if word.endswith(".txt;")).rstrip(";"))
    text = file.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert CANARY not in text


def test_the_token_is_nowhere(terminal: Terminal) -> None:
    terminal.sandbox.world.add_token(CANARY, user="learner")
    terminal.setenv(GITHUB_TOKEN=CANARY)
    terminal.follow()
    for command in (["plan"], ["apply", "--yes"], ["doctor"], ["doctor", "--json"], ["undo", "-y"]):
        ran = terminal(*command)
        assert ran.code == 0
        assert CANARY not in ran.text
    stored = [file for file in terminal.folder.parent.rglob("*") if file.is_file()]
    assert any(file.suffix == ".page" for file in stored)
    assert not [file for file in stored if CANARY.encode() in file.read_bytes()]


@pytest.mark.parametrize("wrong", DOCTORED)
def test_the_doctor_says_what_is_wrong_and_what_to_do(
    terminal: Terminal, file_regression: FileRegressionFixture, wrong: str
) -> None:
    breaking, code = WRONG[wrong]
    terminal.follow()
    breaking(terminal)
    ran = terminal("doctor")
    assert (ran.code, ran.err) == (code, "")
    file_regression.check(without_times(ran.out))
    assert not terminal.sandbox.world.journal.writes


def test_the_doctor_says_the_first_day_where_no_settings_name_one(terminal: Terminal) -> None:
    terminal.follow()
    terminal.settings(start="next monday")
    assert "from the first run on" in terminal("doctor").out
    first = re.search(r"first day: ([\d-]+), if the first run is today", terminal("doctor").out)
    assert first
    assert terminal("apply", "--yes").code == 0
    assert f"first day: {first[1]}, taken on the first run" in terminal("doctor").out


def test_the_doctor_finds_the_examples_of_the_docs_that_were_left(terminal: Terminal) -> None:
    terminal.follow(mentors=["YOUR-MENTOR"])
    terminal.push(".github/workflows/milepost-daily.yml", "steps:\n  - uses: OWNER/milepost@v0\n")
    terminal.write(
        ".github/workflows/digest.yml", "# OWNER/milepost@v0\n- uses: OWNER/milepost@v1\n"
    )
    terminal.write(".github/workflows/milepost.yml", "- uses: learning/milepost@v0 # OWNER/NAME\n")
    ran = terminal("doctor", "--json")
    found = [f["text"].split(" is ")[0] for f in json.loads(ran.out) if f["subject"] == "files"]
    assert (ran.code, found) == (
        6,
        [
            ".github/milepost.yml, line 5: 'YOUR-MENTOR'",
            ".github/workflows/digest.yml, line 2: 'OWNER/milepost@v1'",
            ".github/workflows/milepost-daily.yml, line 2: 'OWNER/milepost@v0'",
        ],
    )


def test_the_doctor_takes_the_token_of_a_workflow_for_no_person(terminal: Terminal) -> None:
    world = terminal.sandbox.world
    terminal.follow()
    with world.lock:
        token = actions_token(world, world.repository())
    terminal.setenv(GITHUB_TOKEN=token.value)
    ran = terminal("doctor")
    assert (ran.code, "may not push" in ran.out) == (0, False)


def test_the_doctor_says_which_checks_lack_a_right(terminal: Terminal) -> None:
    world = terminal.sandbox.world
    lines = ["file: a", "workflow: ci.yml", "link: https://example.org/"]
    terminal.follow(with_checks(SMALL, write_a_loop=lines))
    with world.lock:
        world.repository().private = True
        rights = {"metadata": "read", "issues": "write", "contents": "read"}
        world.add_token("narrow", user="learner", permissions=rights)
    assert "mind  checks: links are not looked up." in terminal("doctor").out
    terminal.setenv(GITHUB_TOKEN="narrow")
    ran = terminal("doctor")
    assert ran.code == 0
    assert "mind  checks: the token may not read 'Actions'" in ran.out
    assert "in a workflow `actions: read`" in ran.out
    assert "'Contents', so" not in ran.out
    terminal.follow(with_checks(SMALL, write_a_loop=["file: a"]))
    assert "ok    checks: what they look for can be read" in terminal("doctor").out
    assert not world.journal.writes


def test_the_doctor_minds_a_clock_that_is_off_and_a_budget_that_is_low(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = terminal.sandbox.world
    terminal.follow()
    with world.lock:
        world.limits.primary = 100
    monkeypatch.setattr("bot.cli.doctor.MAX_SKEW", -1)  # any clock is off by more
    ran = terminal("doctor", "--json")
    found = {f["subject"]: f for f in json.loads(ran.out)}
    assert ran.code == 0
    assert found["clock"]["verdict"] == found["rate limit"]["verdict"] == "mind"
    assert "off GitHub's time" in found["clock"]["text"]
    assert "of 100 requests left" in found["rate limit"]["text"]


def test_the_doctor_does_not_wait_for_an_empty_budget(terminal: Terminal) -> None:
    world = terminal.sandbox.world
    terminal.follow()
    with world.lock:
        world.limits.exhaust("learner", world.clock.exact() - timedelta(minutes=55))
    assert terminal("doctor").code == 8
