"""docs/how-to/use-an-assistant.md: its session is a real one, and its tables say what there is."""

import json
import re
from typing import Any

import pytest
import typer
import yaml
from assistant.mcp_session import READ, McpSession
from docs.pages import ROOT, codes, fences, sections

from bot.cli.app import app

PAGE = ROOT / "docs/how-to/use-an-assistant.md"


class Block(yaml.SafeDumper):
    """YAML as people write it: texts of several lines in blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else "")


Block.add_representer(str, _text)


def as_yaml(value: dict[str, Any], code: str) -> str:
    """A call or an answer, with the addresses and the code of the page."""
    if code:  # before YAML sees it, which quotes one that is all digits
        value = json.loads(json.dumps(value).replace(code, "5c4f2b71"))
    text = yaml.dump(value, Dumper=Block, sort_keys=False, allow_unicode=True, width=90)
    text = re.sub(r"http://127\.0\.0\.1:\d+/learner/portfolio", "https://github.com/you/path", text)
    return text.replace("learner/portfolio", "you/path").replace(" by learner", " by you")


@pytest.mark.usefixtures("begun")
def test_the_session_on_the_page_is_a_real_one(
    session: McpSession, request: pytest.FixtureRequest
) -> None:
    """`--force-regen` writes it into the page."""
    lines, code = [], ""
    log: dict[str, Any] = {"time": "2h30m", "issue": READ, "note": "chapters 1 and 2"}
    for name, arguments in [("next_steps", {}), ("log_hours", log), ("log_hours", log)]:
        call = {**arguments, "confirm": code} if code else arguments
        answer = session.call(name, **call)
        code = code or answer["confirm"]
        answer = {key: value for key, value in answer.items() if value}
        lines += [f"# call: {name}", as_yaml(call, code) if call else "{}\n", "# answer"]
        lines += [as_yaml(answer, code)]
    written = "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
    written = written.replace("\n# call", "\n\n# call")
    (shown,) = fences(PAGE, "text")
    if request.config.getoption("force_regen"):
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(page.replace(shown.text, written), encoding="utf-8")
    assert shown.text == written


def test_each_tool_is_in_the_table(session: McpSession) -> None:
    rows = sections(PAGE)["What it can do"].rows
    assert [codes(row[0])[0] for row in rows] == list(session.tools())


def test_the_configuration_starts_the_command() -> None:
    (fence,) = fences(PAGE, "json")
    (server,) = json.loads(fence.text)["mcpServers"].values()
    assert server["command"].endswith("/milepost")
    name, *options = server["args"]
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    assert {o for o in options if o.startswith("-")} <= {o for p in command.params for o in p.opts}
