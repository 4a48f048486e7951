"""`/start`: work on an issue begins."""

from bot.progress.command import THIS_ISSUE, WORK, Command
from bot.progress.learner_history import HistoryBuilder


class Start(Command):
    """Work on this issue begins."""

    form = "/start"
    help_line = "Says that you work on this issue now."
    position = 10
    only_on = WORK
    log_issue = THIS_ISSUE
    starts = True

    def replay(self, history: HistoryBuilder) -> None:
        history.started.setdefault(history.key, history.day)
