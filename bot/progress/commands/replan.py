"""`/replan`: the path goes on today, where the learner is."""

from typing import Self

from bot.curriculum.model import Curriculum
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.schedule import PlanOverride
from bot.progress import names
from bot.progress.command import Command, CommandContext, CommandError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.templating import render


class Replan(Command):
    """The path goes on today at `unit`, the first that is not finished; later dates follow."""

    form = "/replan"
    help_line = gettext_noop("Continues the plan today from where you are.")
    position = 170
    has_button = True

    unit: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Find the first unit that is not finished."""
        unit = context.path.first_unfinished()
        if unit is None:
            raise CommandError(_("Your path is done: there's nothing left to plan."))
        return cls(unit=unit)

    def replay(self, history: HistoryBuilder) -> None:
        history.turns.append(PlanOverride(on=history.day, unit=self.unit))

    def fits(self, curriculum: Curriculum) -> bool:
        return self.unit in {unit.id for unit in curriculum.units()}

    def reply(self, context: ReplyContext) -> str:
        units = {unit.id: unit.title for unit in names.of_units(context.path.curriculum)}
        unit = units.get(self.unit, self.unit)
        return render("replies/replan.md.j2", last=context.path.dates.last, unit=unit)
