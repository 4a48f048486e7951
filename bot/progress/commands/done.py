"""`/done` and `/reopen`: an issue is finished, or is not after all."""

from bot.i18n import gettext_noop
from bot.progress.command import THIS_ISSUE, WORK, Command
from bot.progress.learner_history import HistoryBuilder


class Done(Command):
    """This issue is done."""

    form = "/done"
    help_line = gettext_noop("Closes this issue as done.")
    position = 20
    only_on = WORK
    log_issue = THIS_ISSUE
    state_reason = "completed"


class Reopen(Command):
    """This issue is to be done after all."""

    form = "/reopen"
    help_line = gettext_noop("Reopens this issue.")
    position = 40
    only_on = WORK
    log_issue = THIS_ISSUE
    state_reason = "reopened"

    def replay(self, history: HistoryBuilder) -> None:
        history.credited.discard(history.key)
