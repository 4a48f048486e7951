"""Effort: how much each piece of work weighs in percentages, sums and forecasts, and whose hours.

Where few tasks have hours, each task weighs the same and tasks are counted: a sum of hours that
nobody stated would be invented.
"""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from bot.curriculum.model import Curriculum, Deliverable, Task
from bot.i18n import format_hours, gettext_noop
from bot.i18n import gettext as _
from bot.planning.snapshot import FrozenModel

ENOUGH = 0.5  # the part of the tasks that need hours for sums in hours


class EffortSource(StrEnum):
    """Whose hours the sums are made of; `tasks` says that tasks are counted instead."""

    TASKS = "tasks"
    GUIDE = "guide"
    ESTIMATE = "estimate"
    BOTH = "both"


class _Sources:
    """What stands behind a sum of hours, in the language in use; nothing behind a task count."""

    def __getitem__(self, source: EffortSource) -> str:
        """Return the words for whose hours they are."""
        texts = {
            EffortSource.TASKS: "",
            EffortSource.GUIDE: _("by the guide"),
            EffortSource.ESTIMATE: _("estimated"),
            EffortSource.BOTH: _("partly estimated"),
        }
        return texts[source]


SOURCES = _Sources()


_FINISHED = {
    EffortSource.GUIDE: gettext_noop("%(hours)s of finished work, by the guide"),
    EffortSource.ESTIMATE: gettext_noop("%(hours)s of finished work, estimated"),
    EffortSource.BOTH: gettext_noop("%(hours)s of finished work, partly estimated"),
}


def describe_finished(hours: float, sources: Iterable[EffortSource]) -> str:
    """Return hours of finished work, and whose hours they are; not for a number of tasks."""
    return _(_FINISHED[joint_source(sources)], hours=format_hours(hours))


def describe_logged(hours: float) -> str:
    """Return hours that the learner logged."""
    return _("%(hours)s logged", hours=format_hours(hours))


class Effort(FrozenModel):
    """The weight of work: its hours, or one for each task.

    `shares` are the weights of tasks that state no hours, by id: their part of what their unit's
    own hours leave, which are the guide's (`by_guide`), else the mean of those that do.
    """

    source: EffortSource
    shares: dict[str, float] = Field(default_factory=dict)
    by_guide: frozenset[str] = frozenset()

    @property
    def in_hours(self) -> bool:
        """Whether weights are hours."""
        return self.source is not EffortSource.TASKS

    def weight(self, item: Task | Deliverable) -> float:
        """Return the weight of a task or deliverable; 0 for a deliverable without hours."""
        if not self.in_hours:
            return float(isinstance(item, Task))
        if item.hours is not None:
            return item.hours.middle
        return self.shares.get(item.id, 0.0) if isinstance(item, Task) else 0.0

    def source_of(self, item: Task | Deliverable) -> EffortSource:
        """Return whose hours the weight of one piece of work is."""
        if not self.in_hours:
            return EffortSource.TASKS
        if item.hours is not None:
            return EffortSource(item.hours_from)
        return EffortSource.GUIDE if item.id in self.by_guide else EffortSource.ESTIMATE


def joint_source(sources: Iterable[EffortSource]) -> EffortSource:
    """Return whose hours a sum is, of parts with these sources; an estimate when it has none."""
    found = set(sources)
    if len(found) > 1:
        return EffortSource.BOTH
    return found.pop() if found else EffortSource.ESTIMATE


def effort(curriculum: Curriculum) -> Effort:
    """Return the effort of a curriculum's work."""
    tasks = list(curriculum.tasks())
    by_unit = _shares_of_units(curriculum)
    known = sum(task.hours is not None or task.id in by_unit for task in tasks)
    if known < max(1.0, ENOUGH * len(tasks)):
        return Effort(source=EffortSource.TASKS)
    stated = [task.hours.middle for task in tasks if task.hours]
    mean = sum(stated or by_unit.values()) / (len(stated) or len(by_unit))
    unsaid = [task.id for task in tasks if task.hours is None]
    found = Effort(
        source=EffortSource.BOTH,
        shares={name: by_unit.get(name, mean) for name in unsaid},
        by_guide=frozenset(by_unit),
    )
    sources = [found.source_of(task) for task in tasks]
    sources += [found.source_of(one) for one in curriculum.deliverables() if one.hours]
    return found.model_copy(update={"source": joint_source(sources)})


def _shares_of_units(curriculum: Curriculum) -> dict[str, float]:
    """Return the share of each task in what its unit's own hours leave, by id."""
    shares: dict[str, float] = {}
    for unit in curriculum.units():
        unsaid = [task for task in unit.tasks if task.hours is None]
        stated = sum(task.hours.middle for task in unit.tasks if task.hours)
        left = unit.hours.middle - stated if unit.hours else 0.0
        if left > 0:
            shares |= {task.id: left / len(unsaid) for task in unsaid}
    return shares
