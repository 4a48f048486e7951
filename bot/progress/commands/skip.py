"""`/skip`: an issue is not going to be done."""

from typing import Self

from bot.i18n import gettext_noop
from bot.progress.command import THIS_ISSUE, WORK, Command, CommandContext
from bot.progress.names import one_line


class Skip(Command):
    """This issue is not going to be done."""

    form = "/skip [why]"
    line_format = "/skip {0.why}"
    help_line = gettext_noop("Closes this issue as not planned.")
    position = 30
    only_on = WORK
    log_issue = THIS_ISSUE
    state_reason = "not_planned"

    why: str = ""

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read why, in any words."""
        return cls(why=one_line(text))
