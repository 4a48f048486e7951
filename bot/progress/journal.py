"""The learner's journal: entries written by `/journal` or by the issue form, oldest first."""

import re
from collections.abc import Iterator
from datetime import date

from bot import i18n
from bot.i18n import gettext as _
from bot.planning.changes import CloseIssue
from bot.planning.marker import Marker
from bot.planning.observed_state import ObservedState
from bot.planning.snapshot import FrozenModel, IssueState
from bot.progress import issue_form_answers as forms
from bot.progress.path import LearningPath

HIGHLIGHT = "journal:highlight"
_SAME_BEGINNING = 30  # characters that two beginnings must share to be the same
_TITLE = re.compile(r"Journal, ([^:]{8,20}):")  # as entries began before markers had the day


class JournalEntry(FrozenModel):
    """An entry: its issue, the day it is about (in the learner's zone), and what it says.

    `text` has a line `Label: value` for each answer of a form. `highlighted` means that the learner
    put our label for highlights on it.
    """

    number: int
    url: str
    day: date
    title: str
    text: str
    highlighted: bool

    @property
    def excerpt(self) -> str:
        """The first line, where the title does not say it already."""
        line = forms.first_line(self.text)
        beginnings = (part[:_SAME_BEGINNING] for part in (line, line.partition(": ")[2]) if part)
        return "" if any(part in self.title for part in beginnings) else line

    @property
    def dated(self) -> bool:
        """Whether the title says the day, in any language, as `/journal` writes it."""
        return any(text in self.title for text in i18n.every_date(self.day))


def journal(path: LearningPath) -> tuple[JournalEntry, ...]:
    """Return the entries, oldest first: issues of ours with a key `journal:*` and those by form.

    The day is the one written in the form, or with `/journal` (it may be read days after it was
    written), when that is no later than the issue; else the day on which the issue was created.
    """
    entries = [_entry(path, *found) for found in _journal_issues(path.observed)]
    return tuple(sorted(entries, key=lambda entry: (entry.day, entry.number)))


def closings(observed: ObservedState) -> tuple[CloseIssue, ...]:
    """Return changes that close journal entries and self-assessments filed by a form.

    Only their state changes. One that somebody opened again stays open.
    """
    found = {
        issue.number: CloseIssue(
            number=issue.number, title=issue.title, why=_("filed entries are kept closed")
        )
        for kind in (forms.JOURNAL, forms.ASSESSMENT)
        for issue in forms.issues_with_label(observed, kind)
        if issue.state == "open" and issue.state_reason != "reopened"
    }
    return tuple(found[number] for number in sorted(found))


def _journal_issues(observed: ObservedState) -> Iterator[tuple[IssueState, str, Marker | None]]:
    """Yield the issues, each with the part of its body that is the entry, and its marker."""
    for key, ours in observed.issues.items():
        if key.startswith("journal:") and not forms.withdrawn(ours.state):
            marked = ours.marked
            parts = (marked.before, marked.region or "", marked.after)
            text = "\n\n".join(part.strip() for part in parts if part.strip())
            yield ours.state, text, marked.marker
    yield from ((one, one.body, None) for one in forms.filed_issues(observed, forms.JOURNAL))


def _entry(path: LearningPath, issue: IssueState, body: str, marker: Marker | None) -> JournalEntry:
    made = path.day_of(issue.created_at)
    answers = forms.sections(body)
    dated = ((label, forms.as_day(value)) for label, value in answers)
    days = [(label, day) for label, day in dated if day and day <= made]
    of_the_form = days[0][0] if days else None
    lines = [
        f"{label}: {value}" if label else value
        for label, value in answers
        if label != of_the_form or forms.as_day(value) is None
    ]
    highlight = path.observed.labels.get(HIGHLIGHT)
    worn = {name.casefold() for name in issue.labels}
    return JournalEntry(
        number=issue.number,
        url=issue.url,
        day=days[0][1] if days else min(_day_written(issue, marker) or made, made),
        title=forms.title_of(issue),
        text="\n".join(lines),
        highlighted=highlight is not None and highlight.name.casefold() in worn,
    )


def _day_written(issue: IssueState, marker: Marker | None) -> date | None:
    """Return the day that `/journal` wrote down; of older entries only the title has it."""
    if marker is not None and marker.due:
        return forms.as_day(marker.due)
    found = _TITLE.match(issue.title)
    return forms.as_day(found[1]) if found else None
