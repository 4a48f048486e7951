"""`/revert`: the newest command of whoever writes it is taken back."""

from datetime import date
from typing import Self

from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.progress.command import Command, CommandContext, CommandError, ReplyContext
from bot.progress.names import one_line
from bot.templating import render


class Revert(Command):
    """The command with the index `n` of a comment has no effect any more.

    `line` shows it, `day` is when it was written, `moved` whether it moved dates. What opens or
    closes an issue, or starts work on it, is taken back at the issue itself.
    """

    form = "/revert"
    help_line = gettext_noop("Undoes your newest command.")
    position = 175
    reads_logs = True

    comment: int
    n: int = 0
    line: str
    day: date | None = None
    moved: bool = False

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Find the newest command of the same person that is in force."""
        newest = context.path.newest_command(context.by)
        if newest is None:
            raise CommandError(_("You have no command to undo."))
        command = newest.command
        if command.starts or command.asks_for_help:
            why = _(
                "To undo `/%(command)s`, remove its label from the issue.", command=command.word
            )
            raise CommandError(why)
        if command.state_reason:
            undo = "done" if command.state_reason == "reopened" else "reopen"
            raise CommandError(
                _(
                    "To undo `/%(command)s`, write `/%(undo)s` on its issue.",
                    command=command.word,
                    undo=undo,
                )
            )
        line = one_line(command.format_command())
        day = context.path.day_of(newest.at)
        return cls(comment=newest.id, n=newest.n, line=line, day=day, moved=command.moves_dates)

    def reply(self, context: ReplyContext) -> str:
        last = context.path.dates.last if self.moved else None
        return render("replies/revert.md.j2", line=self.line, day=self.day, last=last)
