"""Workflows that an earlier `milepost init` wrote name this Action by its moving tag."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from upgrade.scenario import RECORDINGS

from bot.action.inputs import ActionCommand

WORKFLOWS = sorted(RECORDINGS.glob("*.yml"), key=lambda file: file.stem)
ACTION = yaml.safe_load((Path(__file__).parents[2] / "action.yml").read_text(encoding="utf-8"))
OURS = "milepost/milepost@v0"


def read(file: Path) -> dict[str, Any]:
    loaded = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert isinstance(loaded, dict)
    return loaded


def steps(file: Path) -> list[dict[str, Any]]:
    """The steps that use the Action."""
    jobs = read(file)["jobs"].values()
    return [step for job in jobs for step in job["steps"] if step.get("uses") == OURS]


def test_both_files_of_both_kinds_are_recorded() -> None:
    assert [file.stem for file in WORKFLOWS] == [
        "plain-milepost",
        "plain-milepost-daily",
        "publishing-milepost",
        "publishing-milepost-daily",
    ]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_input_and_command_that_it_gives_is_still_taken(file: Path) -> None:
    assert steps(file)
    for step in steps(file):
        given = step.get("with", {})
        assert set(given) <= set(ACTION["inputs"])
    offered = read(file)["on"].get("workflow_dispatch") or {}
    command = offered.get("inputs", {}).get("command", {})
    assert set(command.get("options", ())) <= set(ActionCommand)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_it_gives_all_that_the_action_needs(file: Path) -> None:
    needed = {
        name
        for name, about in ACTION["inputs"].items()
        if about.get("required") and "default" not in about
    }
    for step in steps(file):
        assert needed <= set(step.get("with", {}))
