"""A repository of the sandbox in which the Action runs, in this process or by `action.yml`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from cli.terminal import CURRICULUM, Terminal, curriculum_text, settings_text
from planning.paths import SMALL

from bot.action.run import main
from bot.curriculum.model import Curriculum
from bot.settings import CONFIG_PATH

NOW = datetime(2026, 1, 6, 9, tzinfo=UTC)


@dataclass(frozen=True)
class ActionRun:
    """What a run left behind."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


class ActionRunner:
    """The learner's repository, and runs of the Action in it."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.sandbox = terminal.sandbox
        self.folder = terminal.folder
        self._runs = 0

    def follow(self, path: Curriculum = SMALL, **fields: Any) -> None:
        """Put settings, and the curriculum that they name, on the default branch."""
        self.terminal.push(CURRICULUM, curriculum_text(path))
        self.terminal.push(CONFIG_PATH, settings_text(**fields))

    def event(self, action: str | None = None, **more: Any) -> dict[str, Any]:
        """A payload as GitHub sends it, as far as the Action reads it."""
        payload: dict[str, Any] = {
            "repository": {
                "full_name": self.sandbox.repository,
                "default_branch": "main",
                "fork": False,
                "is_template": False,
            },
            "sender": {"login": "learner", "type": "User"},
        }
        return payload | ({"action": action} if action else {}) | more

    def run(
        self,
        event: str,
        payload: Mapping[str, Any] | None = None,
        *,
        now: datetime = NOW,
        **inputs: str,
    ) -> ActionRun:
        """One run in this process; `inputs` as the workflow gives them."""
        self._runs += 1
        place = self.folder.parent / f"run-{self._runs}"
        place.mkdir()
        (place / "event.json").write_text(
            json.dumps(self.event() if payload is None else payload), encoding="utf-8"
        )
        environ = self.terminal.environ | {
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(place / "event.json"),
            "GITHUB_WORKSPACE": str(self.folder),
            "GITHUB_OUTPUT": str(place / "outputs"),
            "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
            "RUNNER_TEMP": str(place),
            **{f"MILEPOST_{name.upper()}": value for name, value in inputs.items()},
        }
        out = StringIO()
        code = main(environ, out=out, now=lambda: now)
        summary = place / "summary.md"
        return ActionRun(
            code=code,
            log=out.getvalue(),
            outputs=read_outputs(place / "outputs"),
            summary=summary.read_text(encoding="utf-8") if summary.exists() else "",
        )

    def writes(self) -> int:
        """How many writes the Action has made so far."""
        made = self.sandbox.world.journal.writes
        return sum(entry.user_agent != "learner" for entry in made)

    def age(self, issue: int, days: int) -> None:
        """Let an issue have been made so long ago."""
        world = self.sandbox.world
        with world.lock:
            found = world.repository().issues[issue]
            found.birth = replace(found.birth, at=found.birth.at - timedelta(days=days))
            found.updated_at += timedelta(seconds=1)  # or its ETag would be the same


def read_outputs(file: Path) -> dict[str, str]:
    """What a step put into the file that GITHUB_OUTPUT names, as the runner reads it."""
    found: dict[str, str] = {}
    lines = iter(file.read_text(encoding="utf-8").split("\n") if file.exists() else ())
    for line in lines:
        name, _, end = line.partition("<<")
        if end:
            value = []
            while (part := next(lines)) != end:
                value.append(part)
            found[name] = "\n".join(value)
    return found
