"""`/approve`: a mentor approves what was done. They need no right to write in the repository."""

from typing import Self

from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.progress.command import THIS_ISSUE, Command, CommandContext, CommandError
from bot.progress.learner_history import HistoryBuilder


class Approve(Command):
    """A mentor (`by` of the entry) approves this issue."""

    form = "/approve"
    help_line = gettext_noop("For mentors: approves the work on this issue.")
    position = 55
    only_on = frozenset({"task", "deliverable", "project"})
    log_issue = THIS_ISSUE
    moves_dates = False
    for_mentors = True

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Check who writes it."""
        if context.by.casefold() not in context.path.approvers:
            raise CommandError(_("Only mentors whom the settings name can use `/approve`."))
        return cls()

    def replay(self, history: HistoryBuilder) -> None:
        history.attested[history.key] = (history.by, history.day)
