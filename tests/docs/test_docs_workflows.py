"""Workflows and commands in the docs: what a template writes, or what fits the program.

Whole workflows of `milepost init --workflow` are those of its template: `--force-regen` writes them
into the page. Any other workflow or step is held against `action.yml`, and any other command, also
in a fence that no test runs, against the options that there are.
"""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import yaml
from docs.pages import PAGES, ROOT, Fence, fences, name_of, steps, tokens
from typer._click.exceptions import ClickException

from bot.action.inputs import ActionCommand
from bot.cli.app import app
from bot.cli.workflow import DAILY_PATH, WORKFLOW_PATH, render
from bot.settings import CONFIG_PATH, parse

DECLARED: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HOW_TO = ROOT / "docs/how-to/run-as-an-action.md"
OF_A_COMMAND = re.compile(r"^\s*(?:\$ )?(?:docker compose exec \w+ )?(?:\S*/bin/)?milepost (.*)$")
OF_THE_SHELL = re.compile(r" [|>#;&]")
PERMISSIONS = {"actions", "contents", "issues", "pull-requests"}


def with_steps() -> Iterator[tuple[Path, Fence]]:
    """Each fence that uses an action."""
    for page in PAGES:
        yield from ((page, f) for f in steps(page) if isinstance(f, Fence) and "uses: " in f.text)


def dictionaries(value: object) -> Iterator[dict[Any, Any]]:
    """The mappings in a value, at any depth."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from dictionaries(one)
    elif isinstance(value, list):
        for one in value:
            yield from dictionaries(one)


def test_a_page_shows_the_workflows() -> None:
    assert len(list(with_steps())) >= 4


@pytest.mark.parametrize(
    ("page", "fence"), [pytest.param(page, f, id=name_of(page)) for page, f in with_steps()]
)
def test_a_workflow_has_no_input_or_output_that_is_not_there(page: Path, fence: Fence) -> None:
    shown = yaml.safe_load(fence.text)
    ours = [s for s in dictionaries(shown) if "/milepost@" in str(s.get("uses"))]
    assert ours, f"{name_of(page)}: a step of another action only"
    for step in ours:
        given = step.get("with", {})
        assert set(given) <= set(DECLARED["inputs"])
        command = str(given.get("command", "auto"))
        assert "${{" in command or command in list(ActionCommand)
    for name, output in re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", fence.text):
        assert name in {step.get("id") for step in ours}
        assert output in DECLARED["outputs"]
    if isinstance(shown, dict) and "jobs" in shown:
        by_hand = (shown[True].get("workflow_dispatch") or {}).get("inputs", {})
        assert set(re.findall(r"\binputs\.([\w-]+)", fence.text)) == set(by_hand)
        rights = [s.get("permissions") or {} for s in dictionaries(shown)]
        assert {name for one in rights for name in one} <= PERMISSIONS
        assert fence.name.startswith(".github/workflows/"), "a whole workflow has its file's name"


@pytest.mark.parametrize("path", [WORKFLOW_PATH, DAILY_PATH])
def test_the_workflows_to_copy_are_those_that_init_writes(
    path: str, request: pytest.FixtureRequest
) -> None:
    shown = {fence.name: fence.text for fence in fences(HOW_TO, "yaml")}
    settings = parse(shown[CONFIG_PATH])
    made = render(settings, "octocat/portfolio", "OWNER/milepost@v0")[path]
    if request.config.getoption("force_regen") and shown[path] != made:
        text = HOW_TO.read_text(encoding="utf-8")
        HOW_TO.write_text(text.replace(shown[path], made), encoding="utf-8")
    assert shown[path] == made


def commands_of(page: Path) -> Iterator[str]:
    """The arguments of each `milepost ...`, in fences and in running text.

    What a console prints is none; in running text the value of the last option may be missing.
    """
    for fence in (s for s in steps(page) if isinstance(s, Fence)):
        for line in fence.text.replace("\\\n", " ").splitlines():
            shown = line.startswith("$ ") or fence.language != "console"
            if shown and (found := OF_A_COMMAND.match(line)):
                yield found[1]
    for token in tokens(page):
        for child in token.children or ():
            if child.type == "code_inline" and (found := OF_A_COMMAND.match(child.content)):
                yield found[1] if found[1].split()[-1] not in WITH_VALUE else f"{found[1]} X"


def options_with_value(group: Any) -> Iterator[str]:
    """The long options of all commands that take a value."""
    for command in group.commands.values():
        if hasattr(command, "commands"):
            yield from options_with_value(command)
        for parameter in command.params:
            if not getattr(parameter, "is_flag", False):
                yield from (one for one in parameter.opts if one.startswith("--"))


WITH_VALUE = set(options_with_value(typer.main.get_command(app)))


WITH_COMMANDS = [page for page in PAGES if any(commands_of(page))]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_each_command_parses(page: Path) -> None:
    whole = [
        line for line in commands_of(page) if not any(s in line for s in ("...", "[", "COMMAND"))
    ]
    assert [line for line in whole if not parses(shlex.split(OF_THE_SHELL.split(line)[0]))] == []


def test_each_command_that_the_program_advises_parses() -> None:
    """In errors and hints, and in what templates say."""
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "templates").rglob("*.j2")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    lines = [line for text in texts for line in re.findall(r"`milepost ([^`\n]+)`", text)]
    assert len(lines) > 20
    for line in lines:
        words = re.sub(r"\{\{.*?\}\}|\{.*?\}", "X", OF_THE_SHELL.split(line)[0]).split()
        assert parses([*words, "X"] if words[-1] in WITH_VALUE else words), line


def test_each_target_of_make_is_there() -> None:
    targets = re.findall(r"^([a-z-]+)(?: [a-z-]+)*:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for page in PAGES:
        for child in (c for token in tokens(page) for c in token.children or ()):
            if child.type == "code_inline" and child.content.startswith("make "):
                words = [w for w in child.content.split()[1:] if "=" not in w]
                assert set(words) <= set(targets), name_of(page)


def parses(words: list[str]) -> bool:
    """Whether these words name a command, with options and choices that there are."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return False
        command, words = command.commands[words[0]], words[1:]
    context = command.context_class(command, info_name="milepost")
    try:
        found, rest, _ = command.make_parser(context).parse_args(list(words))
    except ClickException:
        return False
    return not rest and all(has_value(parameter, found) for parameter in command.params)


def has_value(parameter: Any, found: dict[str, Any]) -> bool:
    """Whether the value that was found for an option is one of its choices, where it has some."""
    choices = set(literals(parameter.type_descriptor.annotation)) - {type(None)}
    value = found.get(parameter.name)
    free = not choices or not isinstance(value, str) or value.isupper()
    return free or value in {*choices, "md"}


def literals(annotation: object) -> Iterator[object]:
    """The values of a Literal, also in a union."""
    for one in get_args(annotation):
        yield from literals(one) if get_args(one) else [one]


def test_a_wrong_command_does_not_parse() -> None:
    for words in (["plan", "--formt", "json"], ["plam"], ["plan", "--format", "yaml"]):
        assert not parses(words)


def test_each_extra_and_each_lock_is_there() -> None:
    extras = {"milepost": set(PROJECT["optional-dependencies"]), "github-sandbox": set[str]()}
    extras["."] = extras["milepost"]
    files = [*PAGES, *(ROOT / "bot").rglob("*.py"), *(ROOT / "templates").rglob("*.j2")]
    found = 0
    for file in files:
        text = file.read_text(encoding="utf-8")
        for package, names in re.findall(r"(`milepost|\bgithub-sandbox|'\.)\[([\w,-]+)\]", text):
            assert set(names.split(",")) <= extras[package.lstrip("'`")], (file, names)
            found += 1
        for lock in re.findall(r"pip install [^`\n]*-r (\S+?)[`\s]", text):
            assert (ROOT / lock).is_file(), (file, lock)
    assert found >= 5
