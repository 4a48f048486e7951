"""`/credit`: what the learner knew before the path began."""

from bot.i18n import gettext_noop
from bot.progress.command import THIS_ISSUE, WORK, Command
from bot.progress.learner_history import HistoryBuilder


class Credit(Command):
    """This was known before the path began: done, at no hours."""

    form = "/credit"
    help_line = gettext_noop("Closes this issue as already known, with no hours.")
    position = 50
    only_on = WORK
    log_issue = THIS_ISSUE
    state_reason = "completed"

    def replay(self, history: HistoryBuilder) -> None:
        history.credited.add(history.key)
