"""`milepost template`: a folder that is a whole template repository."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cli.terminal import Terminal, curriculum_text
from planning.paths import SMALL
from pytest_regressions.file_regression import FileRegressionFixture

from bot.cli.template import PAGES, SKILL_PATH
from bot.cli.workflow import DAILY_PATH, WORKFLOW_PATH
from bot.curriculum.load import catalog_names
from bot.settings import CONFIG_PATH, parse

BIN = Path(sys.executable).parent
ACTION = ("--action", "learning/milepost@v0")


def files(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("name", catalog_names())
def test_a_built_in_curriculum_is_a_whole_repository(terminal: Terminal, name: str) -> None:
    assert terminal("template", "made", "--curriculum", name, *ACTION).code == 0
    made = terminal.folder / "made"
    forms = {path for path in files(made) if path.startswith(".github/ISSUE_TEMPLATE/")}
    assert forms
    assert files(made) - forms == {CONFIG_PATH, WORKFLOW_PATH, DAILY_PATH, *PAGES}
    settings = parse((made / CONFIG_PATH).read_text(encoding="utf-8"))
    assert (settings.curriculum, settings.start, settings.timezone) == (name, None, "UTC")
    for path in files(made) - {WORKFLOW_PATH, DAILY_PATH}:
        assert "learning/milepost" not in (made / path).read_text(encoding="utf-8"), path


def test_it_is_a_template_before_its_first_push_so_that_no_path_starts_there(
    terminal: Terminal,
) -> None:
    ran = terminal("template", "made", *ACTION)
    assert 0 < ran.text.index("Template repository") < ran.text.index("push these files")


def test_the_readme_as_it_is_written(
    terminal: Terminal, file_regression: FileRegressionFixture
) -> None:
    assert terminal("template", "made", *ACTION).code == 0
    readme = (terminal.folder / "made" / "README.md").read_text(encoding="utf-8")
    file_regression.check(readme, extension=".md")
    for address in re.findall(r"\]\(([^)]+)\)", readme):
        assert address.startswith("../../") or (terminal.folder / "made" / address).exists()


def test_a_curriculum_of_ones_own_goes_along_in_its_language(terminal: Terminal) -> None:
    terminal.write(
        "courses/camino.yml", curriculum_text(SMALL.model_copy(update={"language": "es"}))
    )
    assert terminal("template", "made", "--curriculum", "courses/camino.yml", *ACTION).code == 0
    made = terminal.folder / "made"
    assert "camino.yml" in files(made)
    assert parse((made / CONFIG_PATH).read_text(encoding="utf-8")).curriculum == "camino.yml"
    assert '- "camino.yml"' in (made / WORKFLOW_PATH).read_text(encoding="utf-8")
    assert "belong to its authors" in (made / "NOTICE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "readme.md", "NOTICE.md"])
def test_a_guide_named_like_a_page_gets_a_name_of_its_own(terminal: Terminal, name: str) -> None:
    guide = "# Path\n\n## Week 1\n\n- [ ] Begin\n"
    terminal.write(name, guide)
    assert terminal("template", "made", "--curriculum", name, *ACTION).code == 0
    made = terminal.folder / "made"
    assert (made / "guide.md").read_text(encoding="utf-8") == guide
    assert parse((made / CONFIG_PATH).read_text(encoding="utf-8")).curriculum == "guide.md"
    assert "belong to its authors" in (made / "NOTICE.md").read_text(encoding="utf-8")


def test_the_skill_names_the_curriculum_as_a_shell_takes_it(terminal: Terminal) -> None:
    terminal.write("my_path (2).yml", curriculum_text(SMALL))
    assert terminal("template", "made", "--curriculum", "my_path (2).yml", *ACTION).code == 0
    skill = (terminal.folder / "made" / SKILL_PATH).read_text(encoding="utf-8")
    assert "`milepost curriculum show 'my_path (2).yml' --json`" in skill


@pytest.mark.parametrize(
    ("arguments", "code", "reported"),
    [
        (("full", *ACTION), 64, "'full' isn't an empty folder"),
        (("full/file", *ACTION), 64, "isn't an empty folder"),
        (("made",), 64, "which Milepost the workflows are to use"),
        (("made", "--action", "OWNER/milepost@v0"), 3, "isn't a valid action reference"),
        (("made", "--curriculum", "nonsense", *ACTION), 4, "nonsense"),
        (("made", "--curriculum", "none.md", *ACTION), 4, "there is no file 'none.md'"),
    ],
)
def test_what_is_wrong_writes_nothing(
    terminal: Terminal, arguments: tuple[str, ...], code: int, reported: str
) -> None:
    terminal.write("full/file", "mine")
    ran = terminal("template", *arguments)
    assert ran.code == code
    assert reported in ran.err
    assert not (terminal.folder / "made").exists()
    assert files(terminal.folder) == {"full/file"}


def test_the_first_push_needs_no_paths_and_later_ones_cost_no_minute(terminal: Terminal) -> None:
    assert terminal("template", "made", *ACTION).code == 0
    daily = yaml.safe_load((terminal.folder / "made" / DAILY_PATH).read_text(encoding="utf-8"))
    assert daily[True]["push"] == {"branches": ["**"]}
    condition = daily["jobs"]["keep"]["if"]
    assert condition == (
        "github.event_name != 'push' || "
        "(github.event.created || github.event.head_commit.message == 'Initial commit') && "
        "github.ref_name == github.event.repository.default_branch"
    )
    events = yaml.safe_load((terminal.folder / "made" / WORKFLOW_PATH).read_text(encoding="utf-8"))
    assert events[True]["push"]["paths"] == [CONFIG_PATH]
    for job in (daily["jobs"]["keep"], events["jobs"]["keep"]):
        rights = {"contents": "write", "issues": "write", "actions": "read"}  # for its checks
        assert job["permissions"] == rights


def test_the_checkers_of_workflows_have_nothing_to_say(terminal: Terminal) -> None:
    assert terminal("template", "made", *ACTION).code == 0
    workflows = [str(terminal.folder / "made" / path) for path in (WORKFLOW_PATH, DAILY_PATH)]
    rules = terminal.folder / "zizmor.yml"  # the release that is used is the reader's choice
    rules.write_text("rules: {unpinned-uses: {disable: true}}")
    for command in (
        ["actionlint", "-shellcheck=", "-pyflakes=", *workflows],
        ["zizmor", "--quiet", "--offline", "--config", str(rules), *workflows],
        ["check-jsonschema", "--quiet", "--builtin-schema", "vendor.github-workflows", *workflows],
    ):
        ran = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
