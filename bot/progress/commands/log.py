"""`/log`: hours of study."""

from typing import Self

from pydantic import Field

from bot.planning.desired_state import SUMMARY_KEY
from bot.progress import quantities
from bot.progress.command import Command, CommandContext, CommandError, LogIssue
from bot.progress.learner_history import HistoryBuilder, Logged
from bot.progress.names import one_line

MAX_HOURS = 24


class Log(Command):
    """Hours of study spent, on this issue or at large."""

    form = "/log 2h30m [note]"
    help_line = "Notes hours of study."
    position = 60
    log_issue = LogIssue("the issue, else the summary issue", None)
    moves_dates = False

    hours: float = Field(gt=0, le=10_000)
    note: str = ""

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read hours, then a note."""
        found = quantities.hours(text)
        if found is None:
            raise CommandError("How long? Hours and minutes work, such as `/log 2h30m`.")
        hours, note = found
        if not 0 < hours <= MAX_HOURS:
            raise CommandError(f"One entry holds up to {MAX_HOURS} hours, and more than none.")
        return cls(hours=hours, note=one_line(note))

    def format_command(self) -> str:
        """Return the command with the note, if there is one."""
        return f"/log {self.hours:.15g}h" + (f", {self.note}" if self.note else "")

    def replay(self, history: HistoryBuilder) -> None:
        key = None if history.key == SUMMARY_KEY else history.key
        found = Logged(day=history.day, hours=self.hours, key=key, note=self.note)
        history.logged.append(found)

    @property
    def sum_key(self) -> str:
        """Hours are all alike."""
        return ""

    def add(self, others: list[Self]) -> Self:
        """Return all hours, without the notes."""
        return type(self)(hours=round(self.hours + sum(other.hours for other in others), 2))
