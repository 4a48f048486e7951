"""`/replan`: the path goes on today, where the learner is."""

from datetime import date
from typing import Self

from bot.curriculum.model import Curriculum
from bot.planning.marker import Key
from bot.planning.plan_overrides import PlanOverride
from bot.progress import names
from bot.progress.command import Command, CommandContext, NotUnderstoodError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.settings import Settings
from bot.templating import render


class Replan(Command):
    """The path goes on today at `unit`, the first that is not finished; later dates follow."""

    form = "/replan"
    help_line = "Goes on today where you are; later dates follow."
    position = 170

    unit: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Find the first unit that is not finished."""
        unit = context.first_unfinished()
        if unit is None:
            raise NotUnderstoodError("Everything on the path is done: nothing is left to plan.")
        return cls(unit=unit)

    def pressed(self, curriculum: Curriculum, settings: Settings, today: date) -> Self | None:
        """Return it as long as the curriculum has the unit."""
        return self if self.unit in {unit.id for unit in curriculum.units()} else None

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Bend the plan, where the curriculum still has the unit."""
        if self.unit in {unit.id for unit in history.curriculum.units()}:
            history.turns.append(PlanOverride(on=day, unit=self.unit))

    def reply(self, context: ReplyContext) -> str:
        """Return the unit, and the last day that follows."""
        units = {unit.id: unit.title for unit in names.of_units(context.curriculum)}
        unit = units.get(self.unit, self.unit)
        return render("replies/replan.md.j2", last=context.last, unit=unit)
