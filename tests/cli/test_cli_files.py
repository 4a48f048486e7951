"""A file that cannot be read or written is told by its name, not as a mistake of ours."""

import pytest
from cli.terminal import Terminal
from planning.paths import SMALL

GUIDE = "# Tea\n\n## Week 1: Leaves\n\n- [ ] Taste one\n- [ ] Taste two\n"


@pytest.mark.parametrize(
    ("command", "reported"),
    [
        ("import guide.md -o no/such/folder/path.yml", "No such file or directory"),
        ("import guide.md -o folder", "it is there already"),
        ("import folder", "it cannot be read: Is a directory"),
        ("badge -o folder", "Is a directory"),
        ("badge -o no/such/badge.svg", "No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used(terminal: Terminal, command: str, reported: str) -> None:
    terminal.follow(SMALL)
    terminal.write("guide.md", GUIDE)
    (terminal.folder / "folder").mkdir()
    ran = terminal(*command.split())
    assert ran.code in {5, 64}
    assert reported in ran.err
    assert "mistake in Milepost" not in ran.err
    assert len(ran.err.splitlines()) == 1


def test_an_endless_name_in_the_settings(terminal: Terminal) -> None:
    terminal.settings(curriculum=f"{'x' * 5_000}.yml")
    ran = terminal("plan")
    assert ran.code != 1
    assert "mistake in Milepost" not in ran.err
