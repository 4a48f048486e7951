"""`/log`: hours of study, and taking back what was logged by mistake."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field

from bot.i18n import format_hours, gettext_noop
from bot.i18n import gettext as _
from bot.planning.desired_state import SUMMARY_KEY
from bot.progress import quantities
from bot.progress.command import Command, CommandContext, CommandError, LogIssue
from bot.progress.learner_history import HistoryBuilder, Logged
from bot.progress.names import one_line

MAX_HOURS = 24
LONGEST_AGO = timedelta(days=366)
_MINUS = ("-", "\N{MINUS SIGN}", "\N{EN DASH}")


class Log(Command):
    """Hours of study spent, on this issue or at large; a negative number takes some back.

    `on` is the day they were spent, None for that of the command.
    """

    form = "/log 2h30m [note]"
    help_line = gettext_noop("Logs hours of study; a minus takes some back.")
    position = 60
    log_issue = LogIssue("the issue, else the summary issue", None)
    moves_dates = False

    hours: float = Field(ge=-10_000, le=10_000)
    on: date | None = None
    note: str = ""

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read hours, a day, then a note."""
        minus = text.startswith(_MINUS)
        found = quantities.hours(text[1:].lstrip() if minus else text)
        if found is None:
            raise CommandError(_("Write hours and minutes, such as `/log 2h30m`."))
        hours, note = found
        if not 0 < hours <= MAX_HOURS:
            most = format_hours(MAX_HOURS)
            raise CommandError(_("Log more than 0 and at most %(most)s at once.", most=most))
        day = quantities.day(note, context.today, ahead=False)
        on, note = day or (None, note)
        if on is not None and not context.today - LONGEST_AGO <= on <= context.today:
            raise CommandError(_("Choose a day of the past year, up to today."))
        return cls(hours=-hours if minus else hours, on=on, note=one_line(note))

    def format_command(self) -> str:
        """Return the command with its day and note, if there are any."""
        day = f" on {self.on}" if self.on else ""
        return f"/log {self.hours:.15g}h{day}" + (f", {self.note}" if self.note else "")

    def replay(self, history: HistoryBuilder) -> None:
        key = None if history.key == SUMMARY_KEY else history.key
        if self.hours < 0:
            history.take_back(-self.hours, key, self.on)
        elif self.hours:
            day = self.on or history.day
            history.logged.append(Logged(day=day, hours=self.hours, key=key, note=self.note))

    @property
    def sum_key(self) -> str:
        """Hours of one day are all alike."""
        return str(self.on or "")

    def add(self, others: list[Self]) -> Self:
        """Return all hours, without the notes."""
        hours = round(self.hours + sum(other.hours for other in others), 2)
        return type(self)(hours=hours, on=self.on)
