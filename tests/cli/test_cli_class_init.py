"""class init over real HTTP: a class's settings for a list of repositories, a plan first."""

from typing import Any

import pytest
from cli.terminal import Terminal, settings_text

from bot.settings import CONFIG_PATH, parse
from github_sandbox.state import moderation
from github_sandbox.state.objects import Repository

ARGUMENTS = [
    "--file",
    "class.txt",
    "--curriculum",
    "learn-python-12-weeks",
    "--start",
    "2026-02-02",
    "--timezone",
    "Europe/Berlin",
    "--mentor",
    "mona",
    "--mentor",
    "ida",
    "--share",
    "--group",
    "spring",
]


@pytest.fixture
def homes(terminal: Terminal) -> dict[str, Repository]:
    """One repository without settings, and one with some."""
    world = terminal.sandbox.world
    with world.lock:
        made = {name: world.add_repository(f"learner/{name}") for name in ("new", "old")}
        world.commit_files(made["new"], {"README.md": b"Hello"}, "First")
        world.commit_files(made["old"], {CONFIG_PATH: settings_text().encode()}, "First")
    lines = ("# spring", f"{terminal.sandbox.url}/learner/new", "learner/old", "no/body")
    terminal.write("class.txt", "\n".join(lines))
    return made


def settings_of(home: Repository) -> Any:
    commit = home.git.resolve("main")
    assert commit
    content = commit.files.get(CONFIG_PATH)
    return None if content is None else parse(content.decode())


def test_the_plan_comes_first(terminal: Terminal, homes: dict[str, Repository]) -> None:
    ran = terminal("class", "init", *ARGUMENTS)
    assert ran.code == 9
    assert "timezone: Europe/Berlin" in ran.out
    assert ran.out.endswith(
        "+ learner/new gets this file\n"
        "= learner/old has settings, which stay\n"
        "! no/body is left out: There is no such repository, or the token cannot see it.\n"
    )
    assert "nothing was written, for there is nobody to ask" in ran.err
    assert settings_of(homes["new"]) is None


def test_what_is_missing_is_made_once(terminal: Terminal, homes: dict[str, Repository]) -> None:
    before = settings_of(homes["old"])
    ran = terminal("class", "init", *ARGUMENTS, "--yes")
    assert ran.code == 6  # there is no such repository
    assert ran.err == "Done: 1 file written.\n"
    made = settings_of(homes["new"])
    assert (made.curriculum, str(made.start), made.mentors) == (
        "learn-python-12-weeks",
        "2026-02-02",
        ("mona", "ida"),
    )
    assert (made.cohort.share, made.cohort.group) == (True, "spring")
    assert settings_of(homes["old"]) == before
    writes = len(terminal.sandbox.world.journal.writes)
    again = terminal("class", "init", "learner/new", "learner/old", *ARGUMENTS[2:], "--yes")
    assert (again.code, again.err) == (0, "")
    assert "= learner/new has settings, which stay" in again.out
    assert len(terminal.sandbox.world.journal.writes) == writes


def test_what_cannot_be_written_is_named_and_the_others_are(
    terminal: Terminal, homes: dict[str, Repository]
) -> None:
    with terminal.sandbox.world.lock:
        other = terminal.sandbox.world.add_repository("zoe/path")
        terminal.sandbox.world.commit_files(other, {"README.md": b"Hello"}, "First")
    ran = terminal("class", "init", "zoe/path", "learner/new", *ARGUMENTS[2:], "--yes")
    assert (ran.code, "! zoe/path is left out: the token's" in ran.out) == (7, True)
    assert settings_of(homes["new"])


def test_one_without_a_commit_gets_them_and_a_rule_stops_nobody_else(
    terminal: Terminal, homes: dict[str, Repository]
) -> None:
    world = terminal.sandbox.world
    with world.lock:
        empty, ruled = (world.add_repository(f"learner/{name}") for name in ("empty", "ruled"))
        world.commit_files(ruled, {"README.md": b"Hello"}, "First")
        moderation.protect(ruled)
    names = ("learner/ruled", "learner/empty", "learner/new")
    ran = terminal("class", "init", *names, *ARGUMENTS[2:], "--yes")
    assert ran.code == 6
    assert ran.err.startswith("Not written: learner/ruled: A rule of this repository needs a pull")
    assert ran.err.endswith("Done: 2 files written.\n")
    assert settings_of(ruled) is None
    assert settings_of(empty)
    assert settings_of(homes["new"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 64), (("learner/new", "--start", "soon"), 3), (("learner/new", "--curriculum", "x"), 4)],
)
def test_what_is_wrong_with_all_writes_nothing(
    terminal: Terminal, homes: dict[str, Repository], arguments: tuple[str, ...], code: int
) -> None:
    ran = terminal("class", "init", *arguments, "--yes")
    assert ran.code == code
    assert settings_of(homes["new"]) is None
