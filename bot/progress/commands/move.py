"""`/move`: a task, or all that lies ahead, on another day."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from pydantic import Field

from bot.i18n import gettext as _
from bot.i18n import gettext_noop, ngettext
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.schedule import unit_by_key
from bot.progress import names, quantities
from bot.progress.command import THIS_ISSUE, Command, CommandContext, CommandError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.templating import render

if TYPE_CHECKING:
    from bot.progress.path import LearningPath

MOVABLE = frozenset({"task", "deliverable"})
MAX_DAYS = 730


class Move(Command):
    """This task that many days later (or earlier); on the summary issue all that lies ahead.

    Its time was over by `late` days then: later is later than that day.
    """

    form = "/move +1w"
    line_format = "/move {0.days:+}d"
    help_line = gettext_noop("Moves this task; on the dashboard, everything ahead.")
    position = 90
    log_issue = THIS_ISSUE

    days: int = Field(ge=-MAX_DAYS, le=MAX_DAYS)
    late: int = Field(default=0, ge=0)

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read days and weeks."""
        days = quantities.span(text)
        if days is None or not days:
            raise CommandError(_("Write days or weeks, such as `/move +1w` or `/move -3d`."))
        if abs(days) > MAX_DAYS:
            raise CommandError(
                ngettext("The maximum is %(num)s day.", "The maximum is %(num)s days.", MAX_DAYS)
            )
        if context.key == SUMMARY_KEY and days < 0:
            raise CommandError(
                _(
                    "To be done earlier, use a faster `/pace` or bring a part forward with `/open`."
                    " The whole path only moves to later days."
                )
            )
        if context.key != SUMMARY_KEY and context.kind not in MOVABLE:
            raise CommandError(
                _(
                    "Write `/move` on a task or a deliverable, or on the dashboard to move"
                    " everything ahead."
                )
            )
        late = context.today - _due(context.path, context.key)
        return cls(days=days, late=max(0, late.days) if days > 0 else 0)

    def replay(self, history: HistoryBuilder) -> None:
        if history.key == SUMMARY_KEY:
            history.pause(history.day, history.day + timedelta(days=self.days - 1))
        else:
            moved = history.moved.get(history.key, 0)
            history.moved[history.key] = moved + self.days + self.late

    def reply(self, context: ReplyContext) -> str:
        path = context.path
        home = _unit(path, context.key)
        units = {unit.id: unit.title for unit in names.of_units(path.curriculum)}
        return render(
            "replies/move.md.j2",
            days=self.days,
            last=path.dates.last,
            unit=units[home] if home else "",
            due=path.dates[home].last if home else None,
        )


def _unit(path: "LearningPath", key: str | None) -> str | None:
    """Return the unit that a task or deliverable stands in now; None for anything else."""
    return path.places.get(key or "") or unit_by_key(path.curriculum).get(key or "")


def _due(path: "LearningPath", key: str | None) -> date:
    """Return the last day of the unit that something is in; `date.max` for what is in none."""
    unit = _unit(path, key)
    return path.dates[unit].last if unit else date.max
