"""`/start`: work on an issue begins."""

from bot.i18n import gettext_noop
from bot.progress.command import THIS_ISSUE, WORK, Command
from bot.progress.learner_history import HistoryBuilder


class Start(Command):
    """Work on this issue begins."""

    form = "/start"
    help_line = gettext_noop("Marks this issue as in progress.")
    position = 10
    only_on = WORK
    log_issue = THIS_ISSUE
    starts = True

    def replay(self, history: HistoryBuilder) -> None:
        history.started.setdefault(history.key, history.day)
