"""Duplicate issues: two with one key, made by two runs at once. One stays, and no work is lost.

Which one counts says `observe`. Another that nobody touched is closed and told to be a mistake; one
that somebody worked on loses its marks and is the learner's own from then on. What was said there
is in the memory of the one that counts by then (`bot/sync/run_commands.py`). Both come last.
"""

import re
from datetime import timedelta

from bot import templating
from bot.planning.changes import UpdateIssue
from bot.planning.drift import issue_touched
from bot.planning.marker import BEGIN, LEDGER, MEMORY, Key
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.plan import Note

AT_ONCE = timedelta(days=1)
"""Duplicates are made within it; what is copied later was copied on purpose."""

_MARK = re.compile(r"<!-- milepost:end [^\n]*-->\n*")


class DuplicateIssueDiff:
    """What to do about issues whose key another one has. `notes` tell of those left alone."""

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
        if not are_duplicates(extra, first):
            text = (
                f"Issue {extra.state.number} says it is issue {first.state.number}: "
                f"only {first.state.number} is kept up."
            )
            self.notes.append(Note(kind="duplicate", key=extra.key, text=text))
            return
        unit = self._observed.unit_of_milestone.get(extra.state.milestone or 0)
        touched = issue_touched(extra, self._label_keys, unit)
        why = f"it was made twice, and #{first.state.number} is the one that counts"
        if touched or extra.state.state_reason == "reopened":
            self.changes.append(_release(extra, why))
        else:
            self.changes.append(_closed(extra, first.state.number, why))


def are_duplicates(one: OurIssue, other: OurIssue) -> bool:
    """Whether two issues with one key were made by runs of ours at the same time."""
    apart = abs(one.state.created_at - other.state.created_at)
    return one.state.author == other.state.author and apart <= AT_ONCE


def _release(extra: OurIssue, why: str) -> UpdateIssue:
    body = MEMORY.sub("", LEDGER.sub("", extra.state.body.replace("\r\n", "\n")))
    body = _MARK.sub("", body.replace(f"{BEGIN}\n", "").replace(BEGIN, "")).strip()
    return UpdateIssue(
        key=extra.key,
        number=extra.state.number,
        title=extra.state.title,
        body=body,
        fields=("marker",),
        why=f"{why}; this one is yours",
    )


def _closed(extra: OurIssue, first: int, why: str) -> UpdateIssue:
    return UpdateIssue(
        key=extra.key,
        number=extra.state.number,
        title=extra.state.title,
        body=templating.render("issues/duplicate.md.j2", number=first),
        state="closed",
        state_reason="not_planned",
        fields=("text", "labels", "milestone", "state"),
        why=why,
    )
