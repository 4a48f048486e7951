"""One curriculum for many repositories: a file of another one, at a tag or a commit."""

from collections.abc import Callable

import pytest
from builders import curriculum
from cli.terminal import Terminal, curriculum_text, settings_text
from planning.paths import SMALL

from bot.settings import CONFIG_PATH, SharedFile, shared_file
from github_sandbox.state.objects import Repository

OTHER = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Another task (6h)")
FILE = "paths/devops.yml"
PINNED = f"mona/class/{FILE}@v1"


@pytest.fixture
def shared(terminal: Terminal) -> Repository:
    """A repository with a curriculum at a tag, and another since then."""
    world = terminal.sandbox.world
    with world.lock:
        home = world.add_repository("mona/class")
        world.commit_files(home, {FILE: curriculum_text(SMALL).encode()}, "First")
        home.git.refs["refs/tags/v1"] = home.git.refs["refs/heads/main"]
        world.commit_files(home, {FILE: curriculum_text(OTHER).encode()}, "Second")
    return home


def test_it_is_read_as_of_the_tag_or_the_commit(terminal: Terminal, shared: Repository) -> None:
    terminal.settings(curriculum=PINNED)
    assert "Read the tutorial" in terminal("plan").out
    terminal.settings(curriculum=f"mona/class/{FILE}@{shared.git.refs['refs/heads/main']}")
    assert "Another task" in terminal("plan").out
    # In the repository's own settings, too, where a mentor finds it.
    terminal.settings(curriculum="nothing.yml")
    (terminal.folder / CONFIG_PATH).unlink()
    text = settings_text(curriculum=PINNED, mentors=["learner"], cohort={"share": True})
    terminal.push(CONFIG_PATH, text)
    assert terminal("apply", "--yes").code == 0
    assert terminal("cohort", terminal.sandbox.repository).code == 0


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (PINNED, lambda home: setattr(home, "private", True)),
        (f"mona/class/{FILE}@main", lambda _: None),  # a branch moves
        (f"mona/class/{FILE}@v2", lambda _: None),
        ("mona/class/paths/none.yml@v1", lambda _: None),
        (f"mona/none/{FILE}@v1", lambda _: None),
    ],
)
def test_what_is_private_or_not_there_is_named(
    terminal: Terminal, shared: Repository, name: str, change: Callable[[Repository], None]
) -> None:
    change(shared)
    terminal.settings(curriculum=name)
    ran = terminal("plan")
    assert (ran.code, f"there is no file '{name}'" in ran.err) == (4, True)
    assert f"There is none in {name.partition(f'/{FILE}')[0]}" in ran.err or "none.yml" in name


def test_it_is_found_where_its_repository_went(terminal: Terminal, shared: Repository) -> None:
    with terminal.sandbox.world.lock:
        terminal.sandbox.world.rename(shared, "spring")
    terminal.settings(curriculum=PINNED)
    assert "Read the tutorial" in terminal("plan").out


@pytest.mark.usefixtures("shared")
def test_a_path_leads_out_of_no_repository(terminal: Terminal) -> None:
    world = terminal.sandbox.world
    with world.lock:
        closed = world.add_repository("learner/closed", private=True)
        world.commit_files(closed, {FILE: curriculum_text(SMALL).encode()}, "First")
        closed.git.refs["refs/tags/v1"] = closed.git.refs["refs/heads/main"]
    terminal.settings(curriculum=f"mona/class/../../../learner/closed/contents/{FILE}@v1")
    ran = terminal("plan")
    assert (ran.code, "there is no file" in ran.err) == (4, True)
    assert not [one for one in world.journal.entries if "closed" in one.path]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mona/class/a.md@v1", ("mona/class", "a.md", "refs/tags/v1")),
        ("mona/class/b/c.YML@v1/x", ("mona/class", "b/c.YML", "refs/tags/v1/x")),
        (f"mona/class/a.yaml@{'a1' * 20}", ("mona/class", "a.yaml", "a1" * 20)),
    ],
)
def test_its_name_has_repository_path_and_tag(name: str, found: tuple[str, str, str]) -> None:
    one = shared_file(name)
    assert isinstance(one, SharedFile)
    assert (one.repository, one.path, one.git_ref) == found


@pytest.mark.parametrize(
    "name", ["guide.md", "a/b/c.md", "a/b.md@v1", "a/b/c@v1", "a/b/c.md@", "a/b/c.md@-x", "devops"]
)
def test_other_names_are_of_files_here(name: str) -> None:
    assert shared_file(name) is None
