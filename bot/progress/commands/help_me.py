"""`/help-me`: a learner would like help, until the label is off or the issue is closed."""

from typing import Self

from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.progress.command import THIS_ISSUE, Command, CommandContext, LogIssue
from bot.progress.learner_history import HelpWanted, HistoryBuilder
from bot.progress.names import one_line


class HelpMe(Command):
    """The learner would like help with this issue; Milepost logs it, too, where a label says so."""

    form = "/help-me [words]"
    line_format = "/help-me {0.words}"
    help_line = gettext_noop("Asks your mentors for help with this issue.")
    position = 50
    log_issue = LogIssue("the issue, else the summary issue", None)
    moves_dates = False
    asks_for_help = True

    words: str = ""

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read what it is about, in any words."""
        return cls(words=one_line(text))

    def replay(self, history: HistoryBuilder) -> None:
        history.help_wanted[history.key] = HelpWanted(day=history.day, words=self.words)


class HelpOver(Command):
    """No help is wanted any more, as the issue shows."""

    do = "help-over"
    log_issue = THIS_ISSUE
    moves_dates = False

    def format_command(self) -> str:
        """Return the words for it."""
        return _("no more help needed")

    def replay(self, history: HistoryBuilder) -> None:
        history.help_wanted.pop(history.key, None)
