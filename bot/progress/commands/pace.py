"""`/pace`: another speed."""

from typing import Self

from pydantic import Field

from bot import i18n
from bot.errors import ConfigError
from bot.i18n import gettext as _
from bot.i18n import gettext_noop, ngettext
from bot.planning.schedule import PlanOverride, add_months, schedule
from bot.progress import quantities
from bot.progress.command import Command, CommandContext, CommandError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.settings import FileSettings
from bot.templating import render

MAX_PACE = 80
MAX_MONTHS = 120


class SetPace(Command):
    """Another speed from the present unit on. `was` is the pace in the settings file then."""

    form = "/pace 10h"
    help_line = gettext_noop("Sets a new pace: hours a week, or months in all.")
    position = 120

    hours: float | None = Field(default=None, gt=0, le=MAX_PACE)
    months: int | None = Field(default=None, ge=1, le=MAX_MONTHS)
    was: str = ""

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read hours a week, or months in all, with which the path has dates."""
        found = quantities.pace(text)
        if found is None:
            raise CommandError(
                _(
                    "Write hours a week, such as `/pace 10h`, or months in all, such as"
                    " `/pace 15 months`."
                )
            )
        hours, months = found
        if hours is not None and not 1 <= hours <= MAX_PACE:
            least, most = i18n.format_hours(1), i18n.format_hours(MAX_PACE)
            raise CommandError(
                _("Choose from %(least)s to %(most)s a week.", least=least, most=most)
            )
        if months is not None:
            _check_months(months, context)
        speed = {"hours_per_week": hours, "pace": months}
        try:
            schedule(context.path.curriculum, context.path.settings.model_copy(update=speed))
        except ConfigError:
            raise CommandError(_("Choose another pace: your path doesn't fit this one.")) from None
        return cls(hours=hours, months=months, was=pace_of(context.path.file_settings))

    def format_command(self) -> str:
        """Return hours or months."""
        return (
            f"/pace {self.hours:.15g}h" if self.hours is not None else f"/pace {self.months} months"
        )

    def replay(self, history: HistoryBuilder) -> None:
        if self.was == pace_of(history.settings):
            override = PlanOverride(on=history.day, hours_per_week=self.hours, months=self.months)
            history.turns.append(override)

    def reply(self, context: ReplyContext) -> str:
        speed = {"hours": self.hours, "months": self.months}
        return render("replies/pace.md.j2", last=context.path.dates.last, **speed)


def pace_of(settings: FileSettings) -> str:
    """Return the pace as the settings file has it, to notice later that it was edited."""
    if settings.hours_per_week is not None:
        return f"{settings.hours_per_week:g}h"
    return f"{settings.pace} months" if settings.pace is not None else ""


def _check_months(months: int, context: CommandContext) -> None:
    if not 1 <= months <= MAX_MONTHS:
        raise CommandError(_("Choose from 1 to %(most)s months.", most=MAX_MONTHS))
    end = add_months(context.path.settings.start, months)
    if end <= context.today:
        raise CommandError(
            ngettext(
                "Choose a longer time: %(num)s month from the start ended on %(day)s.",
                "Choose a longer time: %(num)s months from the start ended on %(day)s.",
                months,
                day=i18n.format_date(end),
            )
        )
