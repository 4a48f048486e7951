"""Overrides of the plan: what the learner decided on the way, beside the settings file.

Choices and pauses made on the way are put into the settings themselves; what has no place there
stands here. Without any, nothing changes.
"""

from datetime import date

from pydantic import Field

from bot.planning.marker import Key
from bot.planning.snapshot import FrozenModel


class PlanOverride(FrozenModel):
    """From the day `on` the path goes another way.

    With `unit` that unit begins on `on`, and the units after it follow. Without, the unit that `on`
    falls in keeps its first day. `hours_per_week` or `months` (for the whole path, counted from its
    start) is the pace from there; with neither the pace stays.
    """

    on: date
    unit: str | None = None
    hours_per_week: float | None = None
    months: int | None = None


class PlanOverrides(FrozenModel):
    """Decisions made on the way.

    `opened` are units whose issues exist ahead of the window. `moved` says by how many days a
    task's place differs from the curriculum's. `projects` are the ideas started, in that order.
    `without_optional` says that optional tasks are no longer made.
    """

    turns: tuple[PlanOverride, ...] = ()
    opened: frozenset[str] = frozenset()
    moved: dict[Key, int] = Field(default_factory=dict)
    projects: tuple[str, ...] = ()
    without_optional: bool = False


NO_OVERRIDES = PlanOverrides()
