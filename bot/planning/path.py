"""The path as it is planned: what is to be learned, under which settings, and when."""

from datetime import date
from functools import cached_property
from typing import Self

from bot.curriculum.model import Curriculum
from bot.planning.schedule import NO_OVERRIDES, PlanOverrides, Schedule, schedule
from bot.planning.snapshot import FrozenModel
from bot.settings import Settings


class PlannedPath(FrozenModel):
    """A curriculum on one day.

    `settings` are those in force: with the choices and pauses made on the way. `overrides` are what
    else bends the plan. `today` is the day in `settings.zone`.
    """

    curriculum: Curriculum
    settings: Settings
    today: date
    overrides: PlanOverrides = NO_OVERRIDES

    @classmethod
    def at_start(cls, curriculum: Curriculum, settings: Settings) -> Self:
        """Return the path on its first day, before anything was decided on the way."""
        return cls(curriculum=curriculum, settings=settings, today=settings.start)

    @cached_property
    def dates(self) -> Schedule:
        """The dates of all units. Raises ConfigError when the settings allow none."""
        return schedule(self.curriculum, self.settings, self.overrides.turns)
