"""`/open`: the issues of a later unit are made now."""

from datetime import date
from typing import Self

from bot.curriculum.model import Curriculum
from bot.planning.marker import Key
from bot.progress import names
from bot.progress.command import Command, CommandContext, NotUnderstoodError
from bot.progress.learner_history import HistoryBuilder
from bot.settings import Settings


class OpenUnit(Command):
    """A unit's issues are to be made now."""

    form = "/open UNIT"
    help_line = "Brings the issues of a later stretch forward."
    position = 160

    unit: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read which unit: by name, by label or month, or the next."""
        window = context.dates.window(context.today, context.in_force.ahead)
        opened = frozenset({dates.unit for dates in window} | context.course.opened)
        here = context.dates.current(context.today)
        found = names.units_meant(
            text, context.curriculum, context.dates, here.unit if here else None, opened
        )
        if not found and names.is_next(text):
            raise NotUnderstoodError("Every stretch of the path has its issues already.")
        ahead = [unit for unit in names.of_units(context.curriculum) if unit.id not in opened]
        return cls(unit=names.only("later stretch", text, found, ahead).id)

    def pressed(self, curriculum: Curriculum, settings: Settings, today: date) -> Self | None:
        """Return it as long as the curriculum has the unit."""
        return self if self.unit in {unit.id for unit in curriculum.units()} else None

    def format_command(self) -> str:
        """Return the unit."""
        return f"/open {self.unit}"

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Open the unit, where the curriculum still has it."""
        if self.unit in {unit.id for unit in history.curriculum.units()}:
            history.opened.add(self.unit)
