"""One session with `milepost mcp` for each module, and a path that it works on."""

from collections.abc import Iterator

import pytest
from assistant.mcp_session import INSTALL, LOOP, READ, McpSession, stdio_session
from cli.terminal import Terminal, environment, terminal

from github_sandbox.server import Sandbox

__all__ = ["terminal"]


@pytest.fixture(scope="module")
def session(
    github_sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[McpSession]:
    """One process for all tests of a module: each call reads the repository again."""
    folder = tmp_path_factory.mktemp("assistant")
    with stdio_session(folder, environment(github_sandbox_server, folder)) as opened:
        yield opened
    assert (folder / "stderr.txt").read_text() == ""


@pytest.fixture
def begun(terminal: Terminal) -> Terminal:
    """A path in its fourth week; its settings are on the default branch."""
    terminal.follow(start="2026-11-02")
    for name in ("path.yml", ".github/milepost.yml"):
        terminal.push(name, (terminal.folder / name).read_text())
    assert terminal("sync").code == 0
    tasks = ("Read the tutorial", "Install the tools", "Write a loop")
    assert [terminal.issue(title)["number"] for title in tasks] == [READ, INSTALL, LOOP]
    terminal.sandbox.world.journal.forget()
    return terminal
