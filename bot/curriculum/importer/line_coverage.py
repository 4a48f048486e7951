"""The result of an import: the curriculum, and what became of every line of the guide."""

from typing import Any

from pydantic import Field

from bot.curriculum.base import CurriculumModel
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.model import Curriculum


class LinePlacement(CurriculumModel):
    """The lines `first` to `last`, counted from 1, both included, and what they became."""

    first: int = Field(ge=1)
    last: int = Field(ge=1)
    became: str


class GuideLine(CurriculumModel):
    """A line that found no place: its number from 1, its words, and why where that is known."""

    number: int = Field(ge=1)
    text: str
    why: str = ""


class ImportResult(CurriculumModel):
    """The result of reading a guide.

    `repairs` are sentences on what was repaired before reading. Every line with words on it is in
    `placed` or in `unplaced`. `unit_names` are the units as the guide calls them, in order;
    `readings` describes the best readings where several are close; `account` counts what the items
    and table rows became. `hours` is the sum, low and high, of the hours that the guide states for
    its units and tasks. `wrong_checks` are lines that begin as a check and are none.
    """

    curriculum: Curriculum
    repairs: tuple[str, ...] = ()
    placed: tuple[LinePlacement, ...] = ()
    unplaced: tuple[GuideLine, ...] = ()
    unit_names: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    account: dict[str, int] = Field(default_factory=dict)
    hours: tuple[float, float] | None = None
    wrong_checks: tuple[GuideLine, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Return counts for machines; `hours` is the middle where the guide states a range."""
        guide = self.curriculum
        units = [
            {"title": name, "kind": unit.kind.value, "tasks": len(list(unit.all_tasks()))}
            for name, unit in zip(self.unit_names, guide.units(), strict=True)
        ]
        return {
            "title": guide.title,
            "units": units,
            "total_tasks": len(list(guide.tasks())),
            "deliverables": len(list(guide.deliverables())),
            "checkpoints": len(guide.checkpoints),
            "hours": round(sum(self.hours) / 2, 1) if self.hours else None,
            "phases": len(guide.phases),
            "modules": len(list(guide.modules())),
            "options": sum(len(choice.options) for choice in guide.choices()),
            "checkpoint_items": sum(len(checkpoint.items) for checkpoint in guide.checkpoints),
            "action_items": len(guide.actions),
            "learning_metrics": len(guide.metrics),
            "assessed_skills": len(guide.assessment.skills),
            "roles": len(guide.roles),
            "project_ideas": len(guide.projects),
            "resources": len(guide.resources),
            "unplaced_lines": len(self.unplaced),
        }


class LineCoverage:
    """What the lines of a guide became. A line may be placed again: the last call counts."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._became: list[str] = [""] * len(self._lines)
        self._why: list[str] = [""] * len(self._lines)

    def place(self, became: str, *blocks: Block | BlockRow | None) -> None:
        """Record that all lines of `blocks` became `became`. None is left out."""
        for block in blocks:
            if block:
                self.place_lines(block.first, block.last, became)

    def place_lines(self, first: int, last: int, became: str) -> None:
        """Record that the lines `first` to `last` became `became`."""
        for number in range(first - 1, min(last, len(self._lines))):
            self._became[number] = became

    def mark_unplaced(self, why: str, *blocks: Block | None) -> None:
        """Record why `blocks` found no place. The first reason counts; placed lines stay placed."""
        for block in filter(None, blocks):
            for number in range(block.first - 1, min(block.last, len(self._lines))):
                self._why[number] = self._why[number] or why

    def became(self, line: int) -> str:
        """Return what a line became, "" where it has no place."""
        return self._became[line - 1]

    def is_placed(self, block: Block) -> bool:
        """Return whether the first line of `block` has a place."""
        return bool(self._became[block.first - 1])

    def placed(self) -> tuple[LinePlacement, ...]:
        """Return runs of lines that became the same thing, blank lines inside a run included."""
        runs: list[tuple[int, int, str]] = []
        for number, became in enumerate(self._became, 1):
            if not became or not self._lines[number - 1].strip():
                continue
            first, last, before = runs[-1] if runs else (0, 0, "")
            if before == became and not any(map(str.strip, self._lines[last : number - 1])):
                runs[-1] = first, number, became
            else:
                runs.append((number, number, became))
        return tuple(
            LinePlacement(first=first, last=last, became=became) for first, last, became in runs
        )

    def unplaced(self) -> tuple[GuideLine, ...]:
        """Return every line with words on it that became nothing."""
        return tuple(
            GuideLine(number=number, text=text.strip(), why=why)
            for number, (text, became, why) in enumerate(
                zip(self._lines, self._became, self._why, strict=True), 1
            )
            if text.strip() and not became
        )
