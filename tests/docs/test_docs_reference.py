"""The reference says what the code does: commands, settings, variables, errors."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
import typer
from docs.pages import ROOT, Section, codes, sections

import bot
from bot import errors, settings
from bot.cli.app import app
from bot.curriculum import importer

REFERENCE = ROOT / "docs" / "reference"
CLI = sections(REFERENCE / "cli.md")


def _commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for word, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


COMMANDS = dict(_commands(typer.main.get_command(app), "milepost"))


def _documented(section: Section) -> dict[frozenset[str], str]:
    """Option names, and the default that is told for them."""
    return {frozenset(codes(row[0])): row[1] for row in section.tables[0][1:]}


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    assert {title for title in CLI if title.startswith("milepost ")} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_options_of_a_command_are_told(name: str) -> None:
    wanted: set[frozenset[str]] = set()
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "argument":
            wanted.add(frozenset({(parameter.metavar or parameter.name.upper()).strip("{}")}))
        elif "--help" not in parameter.opts:
            wanted.add(frozenset({*parameter.opts, *parameter.secondary_opts}))
    assert set(_documented(CLI[name])) == wanted


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "milepost init"])
def test_the_defaults_of_a_command_are_told(name: str) -> None:
    reported = _documented(CLI[name])
    for parameter in COMMANDS[name].params:
        default = parameter.default.value if isinstance(parameter.default, Enum) else None
        default = parameter.default if type(parameter.default) in {int, str} else default
        if default is not None:
            assert reported[frozenset(parameter.opts)] == f"`{default}`"


def test_the_options_of_milepost_itself_are_told() -> None:
    root = typer.main.get_command(app)
    own = {frozenset(p.opts) for p in root.params} | {frozenset({"--help", "-h"})}
    assert set(_documented(CLI["Commands"])) == own


def test_the_keys_of_an_import_s_summary_are_told() -> None:
    imported = importer.read(b"# Path\n\n## Week 1\n\n- [ ] Begin\n", name="guide.md")
    reported = [key for row in CLI["milepost import"].tables[1][1:] for key in codes(row[0])]
    assert sorted(reported) == sorted(imported.summary())


SETTINGS = sections(REFERENCE / "settings.md")


@pytest.mark.parametrize(
    ("title", "model"),
    [
        ("Settings: `.github/milepost.yml`", settings.FileSettings),
        ("Pauses", settings.Pause),
        ("Features", settings.FeatureSettings),
        ("Summary", settings.SummarySettings),
        ("Publish", settings.PublishSettings),
        ("Badge", settings.BadgeSettings),
        ("Cohort", settings.CohortSettings),
    ],
)
def test_the_keys_and_defaults_of_the_settings_are_told(
    title: str, model: type[settings.SettingsModel]
) -> None:
    reported = {codes(row[0])[0]: row[1] for row in SETTINGS[title].rows}
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    assert list(reported) == list(fields) or set(reported) == set(fields)
    for key, field in fields.items():
        assert (reported[key] == "needed") is field.is_required(), key
        if isinstance(field.default, bool):
            assert reported[key] == f"`{str(field.default).lower()}`", key
        elif isinstance(field.default, str | int) and field.default != "":
            assert reported[key] == f"`{field.default}`", key


VARIABLE = re.compile(r"""["']((?:GITHUB|GH|MILEPOST)_[A-Z_]+)["']""")


def test_every_variable_that_the_code_reads_is_told() -> None:
    read = {
        name
        for file in (ROOT / "bot").rglob("*.py")
        for name in VARIABLE.findall(file.read_text(encoding="utf-8"))
    }
    rows = (
        *sections(REFERENCE / "environment.md")["Environment variables"].rows,
        *sections(REFERENCE / "server.md")["Environment"].rows,
        *sections(REFERENCE / "action.md")["Environment"].rows,
    )
    assert {codes(row[0])[0] for row in rows} == read


def test_the_defaults_of_the_variables_are_told() -> None:
    rows = sections(REFERENCE / "environment.md")["Environment variables"].rows
    reported = {codes(row[0])[0]: row[1] for row in rows}
    plain = settings.environment({})
    assert reported["GITHUB_API_URL"] == f"`{plain.api_url}`"
    assert reported["MILEPOST_WRITE_INTERVAL"] == f"`{plain.write_interval:g}`"
    assert reported["MILEPOST_MAX_WAIT"] == f"`{plain.max_wait:g}`"


ERRORS = sections(REFERENCE / "errors.md")


def _kin(root: type[errors.MilepostError]) -> Iterator[type[errors.MilepostError]]:
    """All that a person may be told; tests have errors of their own."""
    for kind in root.__subclasses__():
        if kind.__module__.startswith("bot."):
            yield kind
            yield from _kin(kind)


@pytest.fixture(scope="module")
def _every_module() -> None:
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if "__main__" not in found.name and ".migrations" not in found.name:
            importlib.import_module(found.name)


@pytest.mark.usefixtures("_every_module")
def test_every_error_class_is_told_with_its_code() -> None:
    reported = {codes(row[0])[0]: int(row[1]) for row in ERRORS["Classes"].rows}
    assert reported == {kind.__name__: kind.exit_code for kind in _kin(errors.MilepostError)}


@pytest.mark.usefixtures("_every_module")
def test_every_exit_code_is_told() -> None:
    from bot.errors import EXIT_INTERRUPTED

    reported = {int(row[0]) for row in ERRORS["Exit codes"].rows}
    plain = {errors.EXIT_OK, errors.EXIT_BUG, errors.EXIT_CHANGES, EXIT_INTERRUPTED}
    assert reported == plain | {kind.exit_code for kind in _kin(errors.MilepostError)}
