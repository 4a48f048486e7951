"""What a run with nothing to do loads: a learner pays for every package, on every event."""

import json
import sys

import pytest
from cli.terminal import Terminal, terminal
from moved_clock import starting_at
from sandbox_fixtures import NOW

__all__ = ["terminal"]

# Runs what follows as the module named first, and tells which modules were loaded.
PROGRAM = """\
import json, runpy, sys
before = set(sys.modules)
name, told, *sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_module(name, run_name="__main__")
except SystemExit as ended:
    assert not ended.code, ended.code
with open(told, "w") as out:
    json.dump(sorted(set(sys.modules) - before), out)
"""
NEEDED = {
    "annotated_types", "jinja2", "markupsafe", "platformdirs", "pydantic", "pydantic_core",
    "typing_extensions", "typing_inspection", "urllib3", "yaml", "bot",
}  # fmt: skip
OF_THE_COMMAND = {"typer", "annotated_doc", "shellingham"}
NOT_OF_OURS = (
    *("github_sandbox", "bot.server", "bot.curriculum.importer", "bot.reports.pictures"),
    *("bot.reports.cohort", "bot.github.gateway", "bot.github.pygithub_adapter"),
    *("bot.reports.digest", "bot.sync.cohort", "bot.sync.class_settings", "bot.sync.digest"),
)


def loaded(terminal: Terminal, module: str, *arguments: str) -> set[str]:
    """Modules that a run of `module` loaded in a Python of its own."""
    reported = terminal.folder / "told.json"
    ran = terminal.run(sys.executable, "-c", PROGRAM, module, str(reported), *arguments)
    assert ran.code == 0, ran.text
    return set(json.loads(reported.read_text()))


@pytest.fixture
def settled(terminal: Terminal) -> Terminal:
    """A path on which nothing is left to do, with settings on the default branch, too."""
    terminal.follow()
    for name in ("path.yml", ".github/milepost.yml"):
        terminal.push(name, (terminal.folder / name).read_text())
    terminal("sync")
    terminal("sync")
    terminal.sandbox.world.journal.forget()
    terminal.environ |= starting_at(NOW)
    return terminal


def packages(names: set[str]) -> set[str]:
    found = {name.partition(".")[0] for name in names}
    known = {*sys.stdlib_module_names, "cython_runtime"}
    return {name for name in found - known if not name.startswith("_")}


def test_an_idle_sync_loads_no_package_that_it_does_not_need(settled: Terminal) -> None:
    names = loaded(settled, "bot", "sync")
    assert not settled.sandbox.world.journal.writes
    assert packages(names) <= NEEDED | OF_THE_COMMAND
    assert not [name for name in names if name.startswith(NOT_OF_OURS)]


def test_an_unchanged_calendar_is_not_made_again(settled: Terminal) -> None:
    settings = (settled.folder / ".github/milepost.yml").read_text()
    settled.write(".github/milepost.yml", f"{settings}\npublish:\n  calendar: true\n")
    assert "Wrote milepost:path.ics." in settled("sync").out
    settled.sandbox.world.journal.forget()
    names = loaded(settled, "bot", "sync")
    assert not settled.sandbox.world.journal.writes
    assert "icalendar" not in packages(names)


def test_an_idle_run_of_the_action_loads_no_command_line(settled: Terminal) -> None:
    event = settled.write("event.json", "{}")
    settled.environ |= {
        "GITHUB_EVENT_NAME": "schedule",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_WORKSPACE": str(settled.folder),
        "RUNNER_TEMP": str(settled.folder),
    }
    loaded(settled, "bot.action")  # the dashboard says from now on when GitHub stops the schedule
    settled.sandbox.world.journal.forget()
    names = loaded(settled, "bot.action")
    assert not settled.sandbox.world.journal.writes
    assert packages(names) <= NEEDED
    assert not [name for name in names if name.startswith((*NOT_OF_OURS, "bot.cli"))]


def test_the_version_is_told_without_loading_anything(terminal: Terminal) -> None:
    names = loaded(terminal, "bot", "--version")
    assert packages(names) == {"bot"}
    assert not {"importlib.metadata", "pathlib", "typing"} & set(names)
