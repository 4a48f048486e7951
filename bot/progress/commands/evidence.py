"""What Milepost itself puts into the log: evidence that was found, and a mentor's approval."""

from datetime import date
from typing import Literal

from bot.planning.marker import Key
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
        """Return words for the plan: nobody writes this."""
        return f"evidence {self.url}"

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Add the evidence to the issue, each address once."""
        found = Evidence(day=day, kind=self.kind, url=self.url, title=self.title)
        history.evidence.setdefault(key, {})[self.url] = found

    def repeats(self, logged: Command) -> bool:
        """Whether this address is known."""
        return isinstance(logged, Evidenced) and logged.url == self.url


class Attested(Command):
    """A mentor (`by` of the entry) approved this issue."""

    do = "attest"
    log_issue = THIS_ISSUE

    def format_command(self) -> str:
        """Return a word for the plan: nobody writes this."""
        return "approval"

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Remember who approved the issue."""
        history.attested[key] = (by, day)

    def repeats(self, logged: Command) -> bool:
        """Whether somebody approved it before."""
        return isinstance(logged, Attested)
