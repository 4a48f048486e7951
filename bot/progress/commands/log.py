"""`/log`: hours of study."""

from datetime import date
from typing import Self

from pydantic import Field

from bot.planning.desired import SUMMARY_KEY
from bot.planning.marker import Key
from bot.progress import quantities
from bot.progress.command import Command, CommandContext, LogIssue, NotUnderstoodError
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
            raise NotUnderstoodError("How long? Hours and minutes work, such as `/log 2h30m`.")
        hours, note = found
        if not 0 < hours <= MAX_HOURS:
            raise NotUnderstoodError(
                f"One entry holds up to {MAX_HOURS} hours, and more than none."
            )
        return cls(hours=hours, note=one_line(note))

    def format_command(self) -> str:
        """Return the command with the note, if there is one."""
        return f"/log {self.hours:.15g}h" + (f", {self.note}" if self.note else "")

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Add the hours to the issue, or to none where they were logged on the summary issue."""
        about = None if key == SUMMARY_KEY else key
        history.logged.append(Logged(day=day, hours=self.hours, key=about, note=self.note))

    @property
    def sum_key(self) -> str:
        """Hours are all alike."""
        return ""

    def add(self, others: list[Self]) -> Self:
        """Return all hours, without the notes."""
        return type(self)(hours=round(self.hours + sum(other.hours for other in others), 2))
