"""The path as it is planned: curriculum, settings in force, and dates."""

from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bot.curriculum.model import Curriculum
from bot.errors import ConfigError
from bot.i18n import ENGLISH, find_language
from bot.planning.schedule import NO_OVERRIDES, PlanOverrides, Schedule, schedule, start_as_of
from bot.planning.snapshot import FrozenModel
from bot.settings import FileSettings, Settings

MOST_NAMED = 8
ANY_DAY = date(2024, 1, 1)


class AnInstance:
    """Mark a field that takes an instance of its class as it is.

    pydantic's `InstanceOf` builds the class's whole schema all the same, which takes long.
    """

    @staticmethod
    def __get_pydantic_core_schema__(source: type, _: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of an instance."""
        return core_schema.is_instance_schema(source)


class PlannedPath(FrozenModel):
    """A curriculum on one day.

    `settings` are those in force: with the choices and pauses made on the way. `overrides` are what
    else bends the plan. `today` is the day in `settings.zone`, `repository` (owner/name) where the
    path is, as far as it is known.
    """

    curriculum: Annotated[Curriculum, AnInstance]  # checked when it was read
    settings: Annotated[Settings, AnInstance]
    today: date
    overrides: PlanOverrides = NO_OVERRIDES
    repository: str = ""

    @classmethod
    def at_start(cls, curriculum: Curriculum, settings: FileSettings) -> Self:
        """Return the path on its first day, before anything was decided on the way.

        Where the settings name no date it is one like any other: good for checks.
        """
        day = start_as_of(curriculum, settings, ANY_DAY)
        return cls(curriculum=curriculum, settings=settings.starting(day), today=day)

    @cached_property
    def language(self) -> str:
        """The language of what is written there: the settings', else the curriculum's."""
        found = self.settings.language or find_language(self.curriculum.language)
        return found or ENGLISH

    @cached_property
    def dates(self) -> Schedule:
        """Return the dates of all units. Raises ConfigError when the settings allow none."""
        return schedule(self.curriculum, self.settings, self.overrides.turns)

    def check_settings(self) -> None:
        """Raise ConfigError when a setting does not fit the curriculum, or allows no dates."""
        choices = {
            choice.id: [o.id for o in choice.options] for choice in self.curriculum.choices()
        }
        choices |= {pick.id: [o.id for o in pick.options] for pick in self.curriculum.picks}
        for name, taken in self.settings.choices.items():
            _check_known("choice", name, list(choices), where="choices")
            _check_known("option", taken, choices[name], where=f"choices.{name}")
        tasks = sorted({n for task in self.curriculum.tasks() for n in (task.id, *task.aliases)})
        for name in self.settings.credits:
            _check_known("task", name, tasks, where="credits")
        _ = self.dates


def _check_known(kind: str, name: str, known: list[str], *, where: str) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    if near:
        text = f"the curriculum has no {kind} '{name}'. Did you mean '{near[0]}'?"
    else:
        some = ", ".join(known[:MOST_NAMED]) or "none"
        more = ", …" if len(known) > MOST_NAMED else ""
        text = f"the curriculum has no {kind} '{name}'; it has: {some}{more}."
    raise ConfigError(text, where=where)
