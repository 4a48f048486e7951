"""Draws curricula from a few lines of text, so that a test shows the path it is about.

Phase: Foundations
  Month 1: Basics -> Two small programs
    Week 1-2: First steps
      - Read the tutorial (5h)
      - Install the tools (2h) [setup] #python
    Choice: Your way
      Option: Web
        - Build a page (4h)
      Option: Data
        - Clean a table (4h)
  Checkpoint: One month in
    - Can write a program
Next week:
  - Join the forum
"""

import re
from typing import Any

from bot.curriculum.base import slugify
from bot.curriculum.model import Curriculum

WEEK = re.compile(r"(?:Week|Day) (\d+)(?:-(\d+))?: (.+)")
TASK = re.compile(r"- (.+?)(?: \((\d+(?:-\d+)?)h\))?(?: \[([\w-]+)\])?((?: #[\w-]+)*)(\?)?$")


def curriculum(drawing: str, *, title: str = "A small path", **more: Any) -> Curriculum:
    """The curriculum that `drawing` shows; `more` are further fields of it."""
    return Curriculum.model_validate(_Drawing(drawing).data | {"title": title} | more)


class _Drawing:
    def __init__(self, drawing: str) -> None:
        self.data: dict[str, Any] = {"phases": [], "checkpoints": [], "actions": []}
        self._skills: dict[str, None] = {}
        self._into: list[dict[str, Any]] = []
        self._horizon: str | None = None
        self._number = 0
        for line in filter(str.strip, drawing.splitlines()):
            self._line(line.strip())
        self.data["skills"] = [{"id": name, "title": name} for name in self._skills]

    def _line(self, line: str) -> None:
        head, _, rest = line.partition(": ")
        if line.startswith("- "):
            self._item(line)
        elif head == "Phase":
            self.data["phases"].append({"title": rest, "modules": []})
        elif head.startswith(("Month", "Module")):
            self._module(head.split()[0].lower(), rest)
        elif found := WEEK.fullmatch(line):
            self._unit(found)
        elif head == "Choice":
            self._units()[-1]["choice"] = {"title": rest, "options": []}
        elif head == "Option":
            option = {"title": rest, "tasks": []}
            self._units()[-1]["choice"]["options"].append(option)
            self._into = option["tasks"]  # type: ignore[assignment]
        elif head == "Checkpoint":
            after = self._modules()[-1]["id"]
            self._into = []
            self.data["checkpoints"].append({"title": rest, "after": after, "items": self._into})
        elif line.startswith("Next "):
            self._horizon = line.removeprefix("Next ").rstrip(":")
            self._into = self.data["actions"]
        else:
            raise ValueError(f"what is {line!r}?")

    def _modules(self) -> list[dict[str, Any]]:
        return self.data["phases"][-1]["modules"]  # type: ignore[no-any-return]

    def _units(self) -> list[dict[str, Any]]:
        return self._modules()[-1]["units"]  # type: ignore[no-any-return]

    def _module(self, kind: str, text: str) -> None:
        self._number += 1
        title, _, deliverable = text.partition(" -> ")
        module: dict[str, Any] = {
            "id": slugify(title),
            "kind": kind,
            "number": self._number,
            "title": title,
            "units": [],
        }
        if deliverable:
            module["deliverables"] = [{"title": deliverable}]
        self._modules().append(module)

    def _unit(self, found: re.Match[str]) -> None:
        weeks = int(found[2] or found[1]) - int(found[1]) + 1
        label = found[0].partition(":")[0]
        unit: dict[str, Any] = {"title": found[3], "label": label, "weeks": weeks, "tasks": []}
        self._units().append(unit)
        self._into = unit["tasks"]

    def _item(self, line: str) -> None:
        found = TASK.fullmatch(line)
        assert found, line
        item: dict[str, Any] = {"title": found[1]}
        if found[2]:
            item["hours"] = found[2]
        if found[3]:
            item["kind"] = found[3]
        if found[4]:
            item["skills"] = [name.removeprefix("#") for name in found[4].split()]
            self._skills.update(dict.fromkeys(item["skills"]))
        if found[5]:
            item["optional"] = True
        if self._into is self.data["actions"]:
            item["horizon"] = self._horizon
        self._into.append(item)
