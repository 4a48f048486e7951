"""What Milepost itself puts into the log: evidence that was found, and a mentor's approval."""

from typing import Literal

from bot.i18n import gettext as _
from bot.progress.command import THIS_ISSUE, Command
from bot.progress.learner_history import Evidence, HistoryBuilder


class Evidenced(Command):
    """Something linked from this issue exists."""

    do = "evidence"
    log_issue = THIS_ISSUE

    kind: Literal["pull-request", "release", "repository", "post"]
    url: str
    title: str = ""

    def format_command(self) -> str:
        """Return the words for it."""
        return _("evidence %(url)s", url=self.url)

    def replay(self, history: HistoryBuilder) -> None:
        found = Evidence(day=history.day, kind=self.kind, url=self.url, title=self.title)
        history.evidence.setdefault(history.key, {})[self.url] = found

    def repeats(self, logged: Command) -> bool:
        return isinstance(logged, Evidenced) and logged.url == self.url


class Attested(Command):
    """A mentor (`by` of the entry) approved this issue."""

    do = "attest"
    log_issue = THIS_ISSUE

    def format_command(self) -> str:
        """Return the words for it."""
        return _("approval")

    def replay(self, history: HistoryBuilder) -> None:
        history.attested[history.key] = (history.by, history.day)

    def repeats(self, logged: Command) -> bool:
        return isinstance(logged, Attested)
