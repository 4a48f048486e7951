"""The result of an import: the curriculum, and what became of every line of the guide."""

from typing import Any

from pydantic import Field

from bot.curriculum.base import CurriculumModel
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
    `hours` is the sum, low and high, of the hours that the guide states for its units and tasks.
    """

    curriculum: Curriculum
    repairs: tuple[str, ...] = ()
    placed: tuple[LinePlacement, ...] = ()
    unplaced: tuple[GuideLine, ...] = ()
    unit_names: tuple[str, ...] = ()
    hours: tuple[float, float] | None = None

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
