"""`/pause` and `/resume`: days without study."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.progress import quantities
from bot.progress.command import Command, CommandContext, CommandError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.templating import render

if TYPE_CHECKING:
    from bot.progress.path import LearningPath

LONGEST_PAUSE = timedelta(days=366)


class PauseUntil(Command):
    """No study from the day of the command to `last`, both included."""

    form = "/pause until 2026-08-16"
    line_format = "/pause until {0.last}"
    help_line = gettext_noop("Pauses your path until the end of that day.")
    position = 100

    last: date

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read the last day, or how long."""
        today = context.today
        last = quantities.until(text, today)
        if last is None:
            day = today + timedelta(days=13)
            raise CommandError(
                _(
                    "Write a date or how long, such as `/pause until %(day)s` or `/pause 2 weeks`.",
                    day=day,
                )
            )
        if last < today:
            raise CommandError(_("Choose today or a later day: that one is over."))
        if last - today > LONGEST_PAUSE:
            raise CommandError(_("A pause can last up to a year."))
        return cls(last=last)

    def pressed(self, path: "LearningPath") -> Self | None:
        """Return it as long as the day is not over."""
        return self if path.today <= self.last <= path.today + LONGEST_PAUSE else None

    def replay(self, history: HistoryBuilder) -> None:
        history.pause(history.day, self.last)

    def reply(self, context: ReplyContext) -> str:
        return render("replies/pause.md.j2", last=context.path.dates.last, until=self.last)


class Resume(Command):
    """The pause that runs ends before this day."""

    form = "/resume"
    help_line = gettext_noop("Ends the pause.")
    position = 110
    has_button = True

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Check that a pause is running."""
        if not any(p.first <= context.today <= p.last for p in context.path.settings.pauses):
            raise CommandError(_("There's no pause to end."))
        return cls()

    def replay(self, history: HistoryBuilder) -> None:
        running = [p for p in history.pauses if p.first <= history.day <= p.last]
        history.pauses = [p for p in history.pauses if p not in running]
        for pause in running:
            history.pause(pause.first, history.day - timedelta(days=1))

    def reply(self, context: ReplyContext) -> str:
        return render("replies/resume.md.j2", last=context.path.dates.last)
