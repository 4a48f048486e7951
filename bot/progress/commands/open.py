"""`/open`: the issues of a later unit are made now."""

from typing import Self

from bot.curriculum.model import Curriculum
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.marker import Key
from bot.progress import names
from bot.progress.command import Command, CommandContext, CommandError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.templating import render


class OpenUnit(Command):
    """A unit's issues are to be made now."""

    form = "/open UNIT"
    line_format = "/open {0.unit}"
    help_line = gettext_noop("Creates the issues of a later part now.")
    position = 160
    has_button = True

    unit: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read which unit: by name, by label or month, or the next."""
        path = context.path
        opened = path.units_with_issues(context.today, path.settings.ahead)
        here = path.dates.current(context.today)
        found = names.units_meant(text, path, here.unit if here else None, opened)
        if not found and names.is_next(text):
            raise CommandError(_("Every part of your path has its issues already."))
        ahead = [unit for unit in names.of_units(path.curriculum) if unit.id not in opened]
        return cls(unit=names.one(text, ahead, found).id)

    def replay(self, history: HistoryBuilder) -> None:
        history.opened.add(self.unit)

    def reply(self, context: ReplyContext) -> str:
        units = {unit.id: unit.title for unit in names.of_units(context.path.curriculum)}
        return render("replies/open.md.j2", unit=units.get(self.unit, self.unit))

    def issues_made(self, curriculum: Curriculum) -> tuple[Key, ...]:
        # A guide may have lost the unit since an earlier run logged this.
        units = [unit for unit in curriculum.units() if unit.id == self.unit]
        choices = (unit.choice for unit in units if unit.choice)
        tasks = (task for unit in units for task in unit.tasks)
        return (*(f"task:{task.id}" for task in tasks), *(f"choice:{c.id}" for c in choices))

    def fits(self, curriculum: Curriculum) -> bool:
        return self.unit in {unit.id for unit in curriculum.units()}
