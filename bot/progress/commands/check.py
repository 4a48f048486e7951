"""`/check`: Milepost looks for a task's work; and what it found, which it logs by itself."""

from typing import Self

from pydantic import Field

from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.progress.command import (
    NOWHERE,
    THIS_ISSUE,
    Command,
    CommandContext,
    CommandError,
    ReplyContext,
)
from bot.progress.learner_history import CheckState, Evidence, FoundCheck, HistoryBuilder
from bot.templating import render

EVIDENCE_KINDS = {"pull request": "pull-request"}


class RunChecks(Command):
    """Look now for what the checks of this issue name."""

    form = "/check"
    help_line = gettext_noop("Looks for this task's work in your repository.")
    position = 55
    only_on = frozenset({"task", "deliverable", "project"})
    log_issue = NOWHERE
    moves_dates = False
    runs_checks = True

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read no words. Raises CommandError where nothing is to be checked."""
        if context.key not in context.path.checks:
            raise CommandError(_("Milepost has nothing to look for here. Close it when it's done."))
        return cls()

    def reply(self, context: ReplyContext) -> str:
        lines = context.path.checks.get(context.key or "", ())
        return render("replies/check.md.j2", lines=lines)


class CheckResults(Command):
    """What was found of the checks of this issue; a check is named by its one line.

    `found` has the address of each, `unknown` why it could not be looked up.
    """

    do = "checks"
    log_issue = THIS_ISSUE
    moves_dates = False

    found: dict[str, str] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unknown: dict[str, str] = Field(default_factory=dict)

    def format_command(self) -> str:
        """Return the words for it."""
        every = len(self.found) + len(self.missing) + len(self.unknown)
        return _("checks: %(found)s of %(all)s found", found=len(self.found), all=every)

    def replay(self, history: HistoryBuilder) -> None:
        before = history.checks.get(history.key, CheckState())
        found = {
            name: FoundCheck(before.found[name].day if name in before.found else history.day, url)
            for name, url in self.found.items()
        }
        history.checks[history.key] = CheckState(
            found=found, missing=self.missing, unknown=self.unknown
        )
        if found and not self.missing:
            evidence = history.evidence.setdefault(history.key, {})
            for name, one in found.items():
                evidence.setdefault(one.url, _evidence(name, one.url, history))

    def equals(self, state: CheckState | None) -> bool:
        """Return whether it says what is known already."""
        if state is None:
            return False
        urls = {name: one.url for name, one in state.found.items()}
        return (urls, state.missing, state.unknown) == (self.found, self.missing, self.unknown)

    @property
    def sum_key(self) -> str:
        """Of a log that is too long, the last look of each week stays."""
        return "checks"


def _evidence(name: str, url: str, history: HistoryBuilder) -> Evidence:
    kind, _, value = name.partition(": ")
    title = "" if kind == "link" else value.partition(", ")[0]
    return Evidence(day=history.day, kind=EVIDENCE_KINDS.get(kind, kind), url=url, title=title)
