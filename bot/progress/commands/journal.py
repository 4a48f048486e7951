"""`/journal`: an entry of the journal, which is an issue of its own."""

import textwrap
from datetime import date
from typing import Self

from bot import i18n, templating
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.changes import CreateIssue, UpdateIssue
from bot.planning.desired_state import MAX_REGION
from bot.planning.marker import Key, Marker, digest, normalized, wrap
from bot.planning.observed_state import ObservedState
from bot.progress.command import Command, CommandContext, CommandError, LogIssue, ReplyContext
from bot.progress.issue_form_answers import JOURNAL

MAX_JOURNAL = 50_000
_MAX_FIRST = 60


class Journal(Command):
    """An entry of the journal; it becomes an issue of its own and stands in no log."""

    form = "/journal TEXT"
    line_format = "/journal {0.text}"
    help_line = gettext_noop("Adds an entry to your journal.")
    position = 150
    multiline = True
    log_issue = LogIssue("an issue of its own", stored=False)

    text: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read the entry."""
        if not text:
            example = _("What I learned today")
            raise CommandError(_("Write some text, such as `/journal %(text)s`.", text=example))
        if len(text) > MAX_JOURNAL:
            most = i18n.format_number(MAX_JOURNAL)
            raise CommandError(_("Use at most %(most)s characters.", most=most))
        return cls(text=text)

    def reply(self, context: ReplyContext) -> str:
        return _("It's in your journal now.")

    def own_issue(
        self, key: Key, day: date, observed: ObservedState
    ) -> tuple[CreateIssue | UpdateIssue, ...]:
        """Return what makes the entry once, and closes it so that it does not clutter."""
        existing = observed.issues.get(key)
        if existing is not None:
            state = existing.state
            made = _closing(key, state.number, state.title, state.body, state.labels)
            return (made,) if state.state == "open" else ()
        return () if observed.ledger.has(key) else self._made(key, day, observed)

    def _made(
        self, key: Key, day: date, observed: ObservedState
    ) -> tuple[CreateIssue, UpdateIssue]:
        body = templating.render("replies/journal.md.j2", text=self.text)
        if len(body) > MAX_REGION:
            raise CommandError(_("Your entry is too long for one issue. Write it in two parts."))
        label = observed.labels.get(JOURNAL)
        first = next(filter(None, (line.strip("#*>-_` ") for line in self.text.splitlines())), "")
        short = textwrap.shorten(first, _MAX_FIRST, placeholder="…") or first[:_MAX_FIRST]
        shown = i18n.format_date(day).replace(i18n.NO_BREAK, " ")
        # NOTE: The title of an issue.
        title = _("Journal, %(day)s: %(beginning)s", day=shown, beginning=short)
        marker = Marker(
            key=key,
            title=digest(title),
            body=digest(normalized(body)),
            labels=(digest(JOURNAL)[:8],) if label else (),
            due=day.isoformat(),
        )
        made = CreateIssue(
            key=key,
            title=title,
            body=wrap(body, marker),
            labels=(label.name,) if label else (),
            milestone=None,
        )
        return made, _closing(key, None, title, made.body, made.labels)


def _closing(
    key: Key, number: int | None, title: str, body: str, labels: tuple[str, ...]
) -> UpdateIssue:
    return UpdateIssue(
        key=key,
        number=number,
        title=title,
        body=body,
        labels=labels,
        state="closed",
        state_reason="completed",
        fields=("state",),
        why=_("filed entries are kept closed"),
    )
