"""The pages on the Action say what `action.yml` and the program do."""

from typing import Any

import pytest
import yaml
from docs.pages import ROOT, codes, sections

from bot.action.event import requested_activity
from bot.action.inputs import ActionCommand, Inputs

PAGE = sections(ROOT / "docs/reference/action.md")
DECLARED: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def test_inputs_and_their_defaults_are_told() -> None:
    reported = {codes(row[0])[0]: "".join(codes(row[1])) for row in PAGE["Inputs"].rows}
    assert reported == {name: of["default"] for name, of in DECLARED["inputs"].items()}


def test_outputs_are_told() -> None:
    assert [codes(row[0])[0] for row in PAGE["Outputs"].rows] == list(DECLARED["outputs"])


def test_commands_are_told() -> None:
    assert [codes(row[0])[0] for row in PAGE["Commands"].rows] == list(ActionCommand)


@pytest.mark.parametrize("row", PAGE["Events"].rows, ids=lambda row: row[0])
def test_events_do_what_is_told(row: tuple[str, str]) -> None:
    payload = {
        "action": "opened",
        "ref": "refs/heads/main",
        "repository": {"default_branch": "main"},
        "pull_request": {"number": 1, "base": {"ref": "main"}},
    }
    reported = codes(row[1])[0] if codes(row[1]) else None
    for event in codes(row[0]) or ["release"]:
        assert requested_activity(event, payload, Inputs()).what == reported
