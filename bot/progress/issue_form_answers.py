"""Finds the issues filed by an issue form, and reads the answers in their bodies.

GitHub writes a form's answers into the body as `### Label`, a blank line, the value. The words
`_No response_` stand for an empty one, and the ids of the fields are gone (docs: issue forms).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime

from bot.planning.marker import Key
from bot.planning.observed_state import ObservedState
from bot.planning.snapshot import IssueState

JOURNAL = "kind:journal"
ASSESSMENT = "kind:assessment"
APPLICATION = "kind:application"
NO_RESPONSE = "_No response_"
MOST = 100
_HEADING = re.compile(r"^### +(\S.*)$", re.MULTILINE)
_NAMED_DAY = ("%d %b %Y", "%d %B %Y", "%d. %B %Y", "%B %d, %Y", "%b %d, %Y", "%Y/%m/%d")


def issues_with_label(observed: ObservedState, label: Key) -> Iterator[IssueState]:
    """Yield issues of who may write with our label and no marker, by number, no duplicates."""
    ours = observed.labels.get(label)
    if ours is None:
        return
    name = ours.name.casefold()
    marked = {our.state.number for our in (*observed.issues.values(), *observed.duplicates)}
    for issue in observed.snapshot.labelled:
        wears = name in {worn.casefold() for worn in issue.labels}
        copy = issue.state == "closed" and issue.state_reason == "duplicate"
        theirs = issue.number not in marked and issue.author_id in observed.snapshot.trust.writers
        if wears and not copy and theirs:
            yield issue


def filed_issues(observed: ObservedState, label: Key) -> Iterator[IssueState]:
    """Yield those of them that count."""
    return (one for one in issues_with_label(observed, label) if not withdrawn(one))


def withdrawn(issue: IssueState) -> bool:
    """Return whether the issue was closed as not done, so that it does not count."""
    return issue.state == "closed" and not issue.finished


def sections(body: str) -> tuple[tuple[str, str], ...]:
    """Return labels and values of a form, without unanswered ones; "" labels what is above all."""
    text = visible(body)
    parts = _HEADING.split(text)
    pairs = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    found = ((label.strip(), value.strip()) for label, value in pairs)
    return tuple((label, value) for label, value in found if value not in {"", NO_RESPONSE})


def labels(body: str) -> list[str]:
    """Return the labels of a form, those of unanswered fields included."""
    return [label.strip() for label in _HEADING.findall(visible(body))]


def title_of(issue: IssueState) -> str:
    """Return the title; one left as the form began it (`Journal: `) gets the first answer."""
    title = issue.title.strip()
    if not title.endswith((":", "\uff1a")):  # Chinese and Japanese write a wide one
        return title
    answers = [value for _, value in sections(issue.body) if as_day(value) is None]
    return f"{title} {first_line(answers[0])}" if answers else title.rstrip(" :\uff1a\xa0\u202f")


def first_line(text: str) -> str:
    """Return the first line, at most 100 characters, cut at a word."""
    line = next((found.strip() for found in text.splitlines() if found.strip()), "")
    if len(line) <= MOST:
        return line
    return f"{line[:MOST].rpartition(' ')[0] or line[:MOST]}…"


def visible(body: str) -> str:
    """Return the part of a body that readers see: Unix line ends, no hidden comments."""
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    seen, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        seen.append(text[at:start])
        at = end + len("-->")
    return "".join((*seen, text[at:])).strip()


def as_day(text: str) -> date | None:
    """Return the day that `text` is (`2026-11-23`, `23 Nov 2026`); None for anything else."""
    text = " ".join(text.split())
    try:
        return date.fromisoformat(text) if "-" in text else _named(text)
    except ValueError:
        return None


def _named(text: str) -> date | None:
    for shape in _NAMED_DAY:
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:  # the next shape may fit; a text of none is no day
            continue
    return None
