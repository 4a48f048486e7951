"""Duplicate issues: two with one key, made by two runs at once. One stays, and no work is lost.

Which one counts says `observe`. Another that nobody touched is closed and told to be a mistake; one
that somebody worked on loses its marks and is the learner's own from then on. What was said there
is in the memory of the one that counts by then (`bot/sync/run_commands.py`). Both come last.
"""

import re
from datetime import timedelta

from bot import templating
from bot.i18n import gettext as _
from bot.planning.changes import UpdateIssue
from bot.planning.drift import issue_touched
from bot.planning.marker import BEGIN, LEDGER, MEMORY, Key
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.plan import Note

AT_ONCE = timedelta(days=1)
"""Duplicates are made within it; what is copied later was copied on purpose."""

_MARK = re.compile(r"<!-- milepost:end [^\n]*-->\n*")


class DuplicateIssueDiff:
    """The changes for issues whose key another one has; `notes` name those left alone."""

    def __init__(self, observed: ObservedState, label_keys: dict[str, Key]) -> None:
        self.changes: list[UpdateIssue] = []
        self.notes: list[Note] = []
        self._observed = observed
        self._label_keys = label_keys
        for extra in observed.duplicates:
            # Summaries of a week close by themselves (`bot/reports/weekly.py`).
            if extra.state.state == "open" and not extra.key.startswith("weekly:"):
                self._one(extra, observed.issues[extra.key])

    def _one(self, extra: OurIssue, first: OurIssue) -> None:
        if not are_duplicates(extra, first, self._observed):
            number, other = extra.state.number, first.state.number
            text = _(
                "Issue #%(number)s is a copy of #%(other)s. Milepost updates only #%(other)s.",
                number=number,
                other=other,
            )
            self.notes.append(Note(kind="duplicate", key=extra.key, text=text))
            return
        unit = self._observed.unit_of_milestone.get(extra.state.milestone or 0)
        touched = issue_touched(extra, self._label_keys, unit)
        why = _("made twice: #%(number)s is the one that counts", number=first.state.number)
        if touched or extra.state.state_reason == "reopened":
            change = UpdateIssue(
                key=extra.key,
                number=extra.state.number,
                title=extra.state.title,
                body=_without_marks(extra.state.body),
                fields=("marker",),
                why=" · ".join((why, _("this one is yours"))),
            )
        else:
            change = UpdateIssue(
                key=extra.key,
                number=extra.state.number,
                title=extra.state.title,
                body=templating.render("issues/duplicate.md.j2", number=first.state.number),
                state="closed",
                state_reason="not_planned",
                fields=("text", "labels", "milestone", "state"),
                why=why,
            )
        self.changes.append(change)


def are_duplicates(one: OurIssue, other: OurIssue, observed: ObservedState) -> bool:
    """Return whether two issues with one key were made by runs of ours at the same time.

    By one account, or by two that the path was written by, as an Action and an App may be.
    """
    apart = abs(one.state.created_at - other.state.created_at)
    authors = {one.state.author_id, other.state.author_id}
    return apart <= AT_ONCE and (len(authors) == 1 or authors <= observed.ledger.writers)


def _without_marks(body: str) -> str:
    text = MEMORY.sub("", LEDGER.sub("", body.replace("\r\n", "\n")))
    return _MARK.sub("", text.replace(f"{BEGIN}\n", "").replace(BEGIN, "")).strip()
