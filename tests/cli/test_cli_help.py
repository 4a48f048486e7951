"""Help reads well, and a command loads no more than it needs."""

import sys
from importlib.metadata import version

import pytest
from cli.terminal import Terminal
from pytest_regressions.file_regression import FileRegressionFixture

COMMANDS = [
    "",
    "demo",
    "init",
    "template",
    "plan",
    "apply",
    "undo",
    "sync",
    "replan",
    "status",
    "badge",
    "calendar",
    "picture",
    "weekly",
    "checkpoint",
    "report",
    "report export",
    "cohort",
    "class",
    "class init",
    "import",
    "sandbox",
    "serve",
    "mcp",
    "doctor",
    "curriculum",
    "curriculum list",
    "curriculum show",
    "curriculum validate",
    "curriculum schema",
]
HEAVY = {
    "typer",
    "pydantic",
    "httpx2",
    "urllib3",
    "github",
    "jinja2",
    "yaml",
    "rich",
    "fastapi",
    "ftfy",
    "mcp",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_help(terminal: Terminal, file_regression: FileRegressionFixture, command: str) -> None:
    ran = terminal(*command.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 80
    file_regression.check(ran.out)


@pytest.mark.parametrize("group", ["", "curriculum", "report"])
def test_no_command_gives_help(terminal: Terminal, group: str) -> None:
    ran = terminal(*group.split())
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == terminal(*group.split(), "--help").out


def test_the_version(terminal: Terminal) -> None:
    text = f"milepost {version('milepost')}\n"
    assert terminal("--version").out == terminal("-V").out == text


def loaded(terminal: Terminal, *arguments: str) -> set[str]:
    """The modules that a run of the command loads, in a process of its own."""
    terminal.write(
        "watched.py",
        "import atexit, runpy, sys\n"
        "def tell():\n"
        "    sys.stderr.write('LOADED ' + ' '.join(sorted(sys.modules)))\n"
        "atexit.register(tell)\n"
        "sys.argv[0] = 'milepost'\n"
        "runpy.run_module('bot', run_name='__main__', alter_sys=True)\n",
    )
    ran = terminal.run(sys.executable, "watched.py", *arguments)
    assert ran.code == 0, ran.err
    return set(ran.err.partition("LOADED ")[2].split())


def test_the_version_loads_nothing_heavy(terminal: Terminal) -> None:
    assert loaded(terminal, "--version") & HEAVY == set()


def test_help_loads_neither_models_nor_edges(terminal: Terminal) -> None:
    assert loaded(terminal, "--help") & HEAVY == {"typer"}


def test_a_run_with_nothing_to_do_never_loads_the_writer(terminal: Terminal) -> None:
    terminal.follow()
    assert terminal("apply", "--yes").code == 0
    modules = loaded(terminal, "apply", "--yes")
    assert "urllib3" in modules
    unused = {"github", "requests", "httpx2", "ftfy", "markdown_it", "fastapi", "tzlocal"}
    assert modules & unused == set()
