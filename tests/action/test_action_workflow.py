"""`milepost init --workflow`: a workflow with the least rights, for exactly these settings."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.terminal import Terminal
from hypothesis import given
from hypothesis import strategies as st
from pytest_regressions.file_regression import FileRegressionFixture

from bot.cli.workflow import DAILY_PATH, WORKFLOW_PATH, minute, render
from bot.planning import daily_workflow
from bot.settings import CONFIG_PATH, Settings

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
ACTION = "learning/milepost@v0"


def settings(**more: Any) -> Settings:
    return Settings.model_validate({"start": "2026-01-05"} | more)


def workflow(**more: Any) -> dict[str, Any]:
    """The workflow for these settings, read as GitHub does; `on` is YAML's word for true."""
    return read(WORKFLOW_PATH, **more)


def read(path: str, **more: Any) -> dict[str, Any]:
    made = yaml.safe_load(render(settings(**more), "learner/portfolio", ACTION)[path])
    assert isinstance(made, dict)
    return made | {"on": made.pop(True)}


@pytest.mark.parametrize("path", [WORKFLOW_PATH, DAILY_PATH], ids=["events", "daily"])
def test_the_file_as_it_is_written(path: str, file_regression: FileRegressionFixture) -> None:
    made = render(
        settings(curriculum="guides/my path.md", timezone="Europe/Berlin"),
        "learner/portfolio",
        ACTION,
    )
    file_regression.check(made[path], extension=".yml")


def test_what_is_enabled_again_is_the_file_that_is_written() -> None:
    assert daily_workflow.DAILY_PATH == DAILY_PATH


def test_the_schedule_stands_apart_and_shares_all_else() -> None:
    """So that what GitHub does to a workflow with a schedule leaves the other events alone."""
    events, daily = workflow(), read(DAILY_PATH)
    assert "schedule" not in events["on"]
    assert set(daily["on"]) == {"schedule", "workflow_dispatch"}
    for part in ("permissions", "concurrency", "runs-on"):
        assert daily["jobs"]["keep"][part] == events["jobs"]["keep"][part]


@pytest.mark.parametrize(
    ("publish", "rights"),
    [
        ({}, {"contents": "read", "issues": "write"}),
        ({"badge": True}, {"contents": "write", "issues": "write"}),
        ({"readme": True}, {"contents": "write", "issues": "write"}),
        ({"reports": "branch"}, {"contents": "write", "issues": "write"}),
        (
            {"reports": "pull-request"},
            {"contents": "write", "issues": "write", "pull-requests": "write"},
        ),
    ],
)
def test_it_asks_for_no_right_that_the_settings_do_not_need(
    publish: dict[str, Any], rights: dict[str, str]
) -> None:
    made = workflow(publish=publish)
    assert made["permissions"] == {}
    assert made["jobs"]["keep"]["permissions"] == rights
    assert read(DAILY_PATH, publish=publish)["jobs"]["keep"]["permissions"] == rights
    assert "write" not in {made["jobs"]["plan"]["permissions"][k] for k in ("contents", "issues")}


@pytest.mark.parametrize(
    ("schedule", "events", "daily"),
    [("none", None, None), ("restart", "write", None), ("keep", "write", "write")],
)
def test_only_who_asks_for_it_gives_the_right_to_enable_workflows(
    schedule: str, events: str | None, daily: str | None
) -> None:
    given = [workflow(schedule=schedule), read(DAILY_PATH, schedule=schedule)]
    rights = [made["jobs"]["keep"]["permissions"].get("actions") for made in given]
    assert rights == [events, daily]


def test_runs_queue_and_are_never_cut_off() -> None:
    assert workflow()["jobs"]["keep"]["concurrency"] == {
        "group": "milepost",
        "cancel-in-progress": False,
    }


def test_a_tag_starts_no_run() -> None:
    """A filter of branches alone leaves tags out; `**` is every branch."""
    push = workflow()["on"]["push"]
    assert push["branches"] == ["**"]
    assert not {"tags", "tags-ignore"} & set(push)


def test_it_hears_of_changes_to_the_guide_whatever_it_is_called() -> None:
    on = workflow(curriculum="C++ [mine]*.md")["on"]
    assert on["push"]["paths"] == [CONFIG_PATH, r"C\+\+ \[mine\]\*.md"]
    assert on["pull_request"] == {"paths": on["push"]["paths"]}
    assert workflow(curriculum="devops-to-mlops")["on"]["push"]["paths"] == [CONFIG_PATH]


@given(st.from_regex(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9_.-]{1,100}", fullmatch=True))
def test_its_minute_is_off_the_hour_and_the_repository_s_own(repository: str) -> None:
    assert minute(repository) == minute(repository.upper())
    assert minute(repository) in range(1, 60)
    assert minute(repository) % 5


def test_repositories_do_not_all_run_at_once() -> None:
    assert len({minute(f"learner-{n}/portfolio") for n in range(200)}) > 40


def test_its_hour_is_that_of_the_summary_where_the_learner_is() -> None:
    """Source: the commit "Update schedule docs to include timezone" of github/docs (#60290)."""
    made = read(DAILY_PATH, timezone="America/St_Johns", summary={"hour": 19})
    assert made["on"]["schedule"] == [
        {"cron": f"{minute('learner/portfolio')} 19 * * *", "timezone": "America/St_Johns"}
    ]


def test_it_keeps_settings_that_are_there(terminal: Terminal) -> None:
    terminal.follow()
    before = (terminal.folder / CONFIG_PATH).read_bytes()
    ran = terminal("init", "--workflow", "--action", "mine/milepost@v1")
    assert (ran.code, ran.out) == (0, f"Wrote {WORKFLOW_PATH}.\nWrote {DAILY_PATH}.\n")
    assert (terminal.folder / CONFIG_PATH).read_bytes() == before
    made = (terminal.folder / WORKFLOW_PATH).read_text(encoding="utf-8")
    assert re.findall(r"uses: (mine\S+)", made) == ["mine/milepost@v1"] * 2
    assert terminal("init", "--workflow").code == 3
    assert terminal("init", "--workflow", "--force").code == 0
    again = (terminal.folder / WORKFLOW_PATH).read_text(encoding="utf-8")
    assert again == made  # the action is taken from the files that are replaced
    assert (terminal.folder / CONFIG_PATH).read_bytes() == before


def test_it_writes_both_for_the_action_that_is_named(terminal: Terminal) -> None:
    ran = terminal("init", "--workflow", "--yes", "--action", ACTION)
    assert ran.out == f"Wrote {CONFIG_PATH}.\nWrote {WORKFLOW_PATH}.\nWrote {DAILY_PATH}.\n"
    assert ACTION in (terminal.folder / DAILY_PATH).read_text(encoding="utf-8")


@pytest.mark.parametrize("flags", [("--yes",), ()])
def test_it_stops_where_nobody_names_the_action(terminal: Terminal, flags: tuple[str, ...]) -> None:
    given = ("--curriculum", "devops-to-mlops", "--start", "2026-02-02", "--timezone", "UTC")
    ran = terminal("init", "--workflow", *given, *flags)
    assert ran.code == 64
    assert "--action OWNER/milepost@v0" in ran.err
    assert not list(terminal.folder.iterdir())


def test_it_asks_for_the_action(terminal: Terminal) -> None:
    terminal.follow()
    ran = terminal.dialogue("init", "--workflow", answers={"The action to use": ACTION})
    assert ran.code == 0, ran.err
    assert ACTION in (terminal.folder / WORKFLOW_PATH).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "action", ["milepost", "a/b", "a/b@c d", "OWNER/milepost@v0", "a/b@c\n      - run: id"]
)
def test_it_takes_no_word_that_is_no_action(terminal: Terminal, action: str) -> None:
    ran = terminal("init", "--workflow", "--yes", "--action", action)
    assert ran.code == 3
    assert "OWNER/NAME@TAG" in ran.err
    assert not list(terminal.folder.iterdir())


@pytest.mark.parametrize("path", [WORKFLOW_PATH, DAILY_PATH], ids=["events", "daily"])
def test_checks_get_the_rights_to_read_what_they_look_for(path: str) -> None:
    def rights(kinds: set[str], **publish: Any) -> dict[str, str]:
        made = render(settings(publish=publish), "learner/portfolio", ACTION, kinds)[path]
        found = yaml.safe_load(made)["jobs"]["keep"]["permissions"]
        assert isinstance(found, dict)
        return found

    least = {"contents": "read", "issues": "write"}
    assert rights({"file", "release", "tag", "link"}) == least
    assert rights({"workflow"}) == {**least, "actions": "read"}
    assert rights({"pull_request"}) == {**least, "pull-requests": "read"}
    assert rights({"pull_request"}, reports="pull-request")["pull-requests"] == "write"


def test_init_asks_for_what_the_curriculum_needs(terminal: Terminal) -> None:
    for name, reads in (("devops-to-mlops", True), ("learn-python-12-weeks", False)):
        ran = terminal(
            *("init", "--workflow", "--yes", "--force", "--action", ACTION, "--curriculum", name)
        )
        assert ran.code == 0
        text = (terminal.folder / WORKFLOW_PATH).read_text(encoding="utf-8")
        assert ("actions: read" in text) is reads


@pytest.mark.parametrize(
    "more",
    [{}, {"publish": {"reports": "pull-request", "badge": True}}, {"schedule": "keep"}],
)
def test_checkers_find_nothing_in_it(tmp_path: Path, more: dict[str, Any]) -> None:
    (tmp_path / WORKFLOW_PATH).parent.mkdir(parents=True)
    files = []
    kinds = {"workflow", "pull_request"}
    made = render(settings(**more), "learner/portfolio", ACTION, kinds)
    for path, text in made.items():
        (tmp_path / path).write_text(text)
        files.append(str(tmp_path / path))
    rules = tmp_path / "zizmor.yml"  # the release that is used is the reader's choice
    rules.write_text("rules: {unpinned-uses: {disable: true}}")
    for command in (
        ["actionlint", "-no-color", *files],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files],
        ["zizmor", "--offline", "--quiet", "--config", str(rules), *files],
    ):
        ran = subprocess.run([str(BIN / command[0]), *command[1:]], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_checkout_is_the_commit_that_we_use_ourselves() -> None:
    ours = "\n".join(
        file.read_text(encoding="utf-8") for file in (ROOT / ".github/workflows").glob("*.yml")
    )
    used = set(re.findall(r"actions/checkout@\S+ # v\S+", ours))
    made = set(
        re.findall(r"actions/checkout@\S+ # v\S+", render(settings(), "a/b", ACTION)[WORKFLOW_PATH])
    )
    assert used <= made
