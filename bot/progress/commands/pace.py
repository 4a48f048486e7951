"""`/pace`: another speed."""

from typing import Self

from pydantic import Field

from bot import i18n
from bot.errors import ConfigError
from bot.planning.schedule import PlanOverride, add_months, schedule
from bot.progress import quantities
from bot.progress.command import Command, CommandContext, CommandError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.settings import Settings
from bot.templating import plural, render

MAX_PACE = 80
MAX_MONTHS = 120


class SetPace(Command):
    """Another speed from the present unit on. `was` is the pace in the settings file then."""

    form = "/pace 10h"
    help_line = "Another speed: hours a week, or months in all."
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
                "How fast? `/pace 10h` says hours a week, `/pace 15 months` how long in all."
            )
        hours, months = found
        if hours is not None and not 1 <= hours <= MAX_PACE:
            raise CommandError(f"A pace is between 1 and {MAX_PACE} hours a week.")
        if months is not None:
            _check_months(months, context)
        speed = {"hours_per_week": hours, "pace": months}
        try:
            schedule(context.path.curriculum, context.path.settings.model_copy(update=speed))
        except ConfigError as impossible:
            raise CommandError(f"That does not work out: {impossible.what}") from None
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


def pace_of(settings: Settings) -> str:
    """Return the pace as the settings file has it, to notice later that it was edited."""
    if settings.hours_per_week is not None:
        return f"{settings.hours_per_week:g}h"
    return f"{settings.pace} months" if settings.pace is not None else ""


def _check_months(months: int, context: CommandContext) -> None:
    if not 1 <= months <= MAX_MONTHS:
        raise CommandError(f"A pace is between 1 and {MAX_MONTHS} months in all.")
    end = add_months(context.path.settings.start, months)
    if end <= context.today:
        raise CommandError(
            f"{plural(months, 'month')} from the start ended on {i18n.format_date(end)} already:"
            " a longer time works."
        )
