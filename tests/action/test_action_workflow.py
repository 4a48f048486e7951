"""`milepost init --workflow`: a workflow with the least rights, for exactly these settings."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from cli.terminal import Terminal
from hypothesis import given
from hypothesis import strategies as st
from pytest_regressions.file_regression import FileRegressionFixture

from bot.cli.workflow import ACTION, DAILY_PATH, WORKFLOW_PATH, hour, minute, render
from bot.settings import CONFIG_PATH, Settings

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


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


def test_runs_queue_and_are_never_cut_off() -> None:
    assert workflow()["jobs"]["keep"]["concurrency"] == {
        "group": "milepost",
        "cancel-in-progress": False,
    }


def test_it_hears_of_changes_to_the_guide_whatever_it_is_called() -> None:
    on = workflow(curriculum="C++ [mine]*.md")["on"]
    assert on["push"]["paths"] == [CONFIG_PATH, r"C\+\+ \[mine\]\*.md"]
    assert on["pull_request"] == on["push"]
    assert workflow(curriculum="devops-to-mlops")["on"]["push"]["paths"] == [CONFIG_PATH]


@given(st.from_regex(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9_.-]{1,100}", fullmatch=True))
def test_its_minute_is_off_the_hour_and_the_repository_s_own(repository: str) -> None:
    assert minute(repository) == minute(repository.upper())
    assert minute(repository) in range(1, 60)
    assert minute(repository) % 5


def test_repositories_do_not_all_run_at_once() -> None:
    assert len({minute(f"learner-{n}/portfolio") for n in range(200)}) > 40


@given(
    st.sampled_from(
        ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati"]
    ),
    st.integers(0, 23),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_its_hour_is_never_before_the_summary_s_nor_long_after(
    zone: str, wanted: int, day: date
) -> None:
    made = hour(settings(timezone=zone, summary={"hour": wanted}))
    at = datetime(day.year, day.month, day.day, made, tzinfo=UTC).astimezone(ZoneInfo(zone))
    since = timedelta(hours=(at.hour - wanted) % 24, minutes=at.minute)
    assert timedelta() <= since < timedelta(hours=2)


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
    assert (terminal.folder / CONFIG_PATH).read_bytes() == before


def test_it_writes_both_and_says_what_is_left_to_do(terminal: Terminal) -> None:
    ran = terminal("init", "--workflow", "--yes")
    assert ran.out == f"Wrote {CONFIG_PATH}.\nWrote {WORKFLOW_PATH}.\nWrote {DAILY_PATH}.\n"
    assert f"in place of OWNER: {ACTION}" in ran.err


@pytest.mark.parametrize("action", ["milepost", "a/b", "a/b@c d", "a/b@c\n      - run: id"])
def test_it_takes_no_word_that_is_no_action(terminal: Terminal, action: str) -> None:
    ran = terminal("init", "--workflow", "--yes", "--action", action)
    assert ran.code == 3
    assert "OWNER/NAME@TAG" in ran.err
    assert not list(terminal.folder.iterdir())


@pytest.mark.parametrize("publish", [{}, {"reports": "pull-request", "badge": True}])
def test_checkers_find_nothing_in_it(tmp_path: Path, publish: dict[str, Any]) -> None:
    (tmp_path / WORKFLOW_PATH).parent.mkdir(parents=True)
    files = []
    for path, text in render(settings(publish=publish), "learner/portfolio", ACTION).items():
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
