"""Every way to go wrong ends in one paragraph and an exit code, never in a traceback."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from cli.terminal import Ran, Terminal, without_times
from pytest_regressions.file_regression import FileRegressionFixture

CANARY = "ghp_canary0000000000000000000000000000000"


def nothing(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    """All is well."""


def bad_token(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("GITHUB_TOKEN", CANARY)


def no_token(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("GITHUB_TOKEN")


def missing(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("GITHUB_REPOSITORY", "learner/nowhere")


def no_repository(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("GITHUB_REPOSITORY")


def odd_repository(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("GITHUB_REPOSITORY", "portfolio")


def renamed(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.sandbox.world.rename(t.sandbox.world.repository(), "renamed")


def archived(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.sandbox.world.archive(t.sandbox.world.repository())


def issues_off(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.sandbox.world.repository().issues_enabled = False


def read_only(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {"issues": "read", "metadata": "read", "contents": "read"}
    t.sandbox.world.add_token(CANARY, user="learner", permissions=given)
    patch.setenv("GITHUB_TOKEN", CANARY)


def no_settings(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    (t.folder / ".github/milepost.yml").unlink()


def unknown_key(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.settings(time_zone="Europe/Berlin")


def bad_zone(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.settings(timezone="Europe/Atlantis")


def bad_interval(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("MILEPOST_WRITE_INTERVAL", "soon")


def no_curriculum(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.settings(curriculum="elsewhere.yml")


def unknown_curriculum(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.settings(curriculum="devops-to-mlopps")


def outside(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.settings(curriculum="../../etc/passwd.yml")


def wrong_curriculum(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    t.write("path.yml", "title: A path\nphases:\n  - title: One\n    moduls: []\n")


def not_text(t: Terminal, patch: pytest.MonkeyPatch) -> None:
    (t.folder / ".github/milepost.yml").write_bytes(b"start: 2026-01-05\ncurriculum: caf\xe9\n")


def name_of(value: object) -> str | None:
    """What a broken thing is called in the names of tests and golden files."""
    return value.__name__ if isinstance(value, FunctionType) else None


WRONG: dict[Callable[[Terminal, pytest.MonkeyPatch], None], int] = {
    no_token: 7,
    bad_token: 7,
    read_only: 7,
    missing: 6,
    no_repository: 3,
    odd_repository: 3,
    renamed: 6,
    archived: 6,
    issues_off: 6,
    no_settings: 3,
    unknown_key: 3,
    bad_zone: 3,
    bad_interval: 3,
    not_text: 3,
    no_curriculum: 4,
    unknown_curriculum: 4,
    outside: 4,
    wrong_curriculum: 4,
}


@pytest.mark.parametrize(("breaking", "code"), WRONG.items(), ids=name_of)
def test_apply_tells_what_is_wrong(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    file_regression: FileRegressionFixture,
    breaking: Callable[[Terminal, pytest.MonkeyPatch], None],
    code: int,
) -> None:
    terminal.follow()
    breaking(terminal, monkeypatch)
    ran = terminal("apply", "--yes")
    assert ran.code == code
    file_regression.check(f"exit code {ran.code}\n{without_times(paragraph(ran))}")
    assert not [r for r in terminal.sandbox.world.journal.writes if r.status < 300]


def paragraph(ran: Ran) -> str:
    """The error alone; fails when there is more or less than one paragraph."""
    before, _, told = ran.err.partition("milepost: ")
    assert told
    assert "milepost: " not in before + told.removeprefix("milepost: ")
    assert "Traceback" not in ran.said
    assert CANARY not in ran.said
    return told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["plam"], "No such command 'plam'"),
        (["plan", "--formt", "json"], "No such option: --formt"),
        (["plan", "--format", "yaml"], "'yaml' is not one of"),
        (["import"], "Missing argument 'GUIDE.md'"),
        (["curriculum", "shwo"], "No such command 'shwo'"),
    ],
)
def test_a_wrong_command_line(terminal: Terminal, arguments: list[str], told: str) -> None:
    ran = terminal(*arguments)
    assert (ran.code, ran.out) == (64, "")
    assert told in paragraph(ran)
    assert "milepost --help" in ran.err


def test_an_api_that_cannot_be_reached(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.follow()
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9/api/v3")
    monkeypatch.delenv("GITHUB_GRAPHQL_URL")
    monkeypatch.setenv("MILEPOST_MAX_WAIT", "0")
    ran = terminal("plan")
    assert ran.code == 8
    assert "http://127.0.0.1:9/api/v3" in paragraph(ran)


def test_our_own_mistake_becomes_a_paragraph_and_a_file(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError(f"a bug that holds {CANARY}")

    monkeypatch.setenv("GITHUB_TOKEN", CANARY)
    monkeypatch.setattr("bot.usecases.sources.find_settings", broken)
    ran = terminal("plan")
    assert ran.code == 1
    assert "LookupError" in paragraph(ran)
    file = Path(next(word for word in ran.err.split() if word.endswith(".txt;")).rstrip(";"))
    text = file.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert CANARY not in text


def test_the_token_is_nowhere(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.sandbox.world.add_token(CANARY, user="learner")
    monkeypatch.setenv("GITHUB_TOKEN", CANARY)
    terminal.follow()
    for command in (["plan"], ["apply", "--yes"], ["doctor"], ["doctor", "--json"], ["undo", "-y"]):
        ran = terminal(*command)
        assert ran.code == 0
        assert CANARY not in ran.said
    kept = [file for file in terminal.folder.parent.rglob("*") if file.is_file()]
    assert any(file.suffix == ".page" for file in kept)
    assert not [file for file in kept if CANARY.encode() in file.read_bytes()]


DOCTOR = {
    no_token: 7,
    bad_token: 7,
    missing: 6,
    archived: 6,
    issues_off: 6,
    unknown_key: 3,
    nothing: 0,
}


@pytest.mark.parametrize(("breaking", "code"), DOCTOR.items(), ids=name_of)
def test_the_doctor_says_what_is_wrong_and_what_to_do(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    file_regression: FileRegressionFixture,
    breaking: Callable[[Terminal, pytest.MonkeyPatch], None],
    code: int,
) -> None:
    terminal.follow()
    breaking(terminal, monkeypatch)
    ran = terminal("doctor")
    assert ran.err == ""
    file_regression.check(f"exit code {ran.code}\n{without_times(ran.out)}")
    assert ran.code == code
    assert not terminal.sandbox.world.journal.writes


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
