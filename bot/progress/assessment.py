"""Self-ratings that stand in issues: in an assessment issue of ours, or filed by the form.

They are read from lines such as `- ML fundamentals: 4`, `ML fundamentals: 4/5`, and from the
sections of the form (`### ML fundamentals`, `4`). What is not a whole number on the scale, or names
no assessed skill, is only text. Where the guide was translated since, a skill that none of the
lines names is rated by the line in its place, as long as there is one for each skill.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from bot.curriculum.base import slugify
from bot.curriculum.model import Curriculum
from bot.planning.observed_state import ObservedState
from bot.planning.snapshot import IssueState
from bot.progress import issue_form_answers as forms
from bot.progress.command_log import closed_at
from bot.progress.learner_history import Rating
from bot.settings import FileSettings

# A whole number, maybe "/5" or "of 5" in a language, then nothing or words: not "4.5", not "3-4".
_VALUE = re.compile(
    r"(?P<value>\d{1,2})(?:\s*(?:/|(?:of|de|von|sur)\b)\s*(?P<scale>\d{1,2}))?"
    r"(?![\d/])(?!\s*[-\u2013.,]\s*\d)"
)
_SPLIT = re.compile("[:=\uff1a]")
_BULLET = re.compile(r"^(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_EMPHASIS = "*_` \t"
_LONGEST = 400  # characters; a longer line is prose
_COLONS = 5  # at which a line is split


def ratings_in_issues(
    curriculum: Curriculum, observed: ObservedState, settings: FileSettings
) -> tuple[Rating, ...]:
    """Return the ratings by day, then in the curriculum's order; one for each skill and issue.

    The day is the one the issue was closed on, in the learner's zone, else the one it was created
    on: edits of an open issue move nothing in history. Where an issue rates a skill twice, the last
    line counts.
    """
    found: list[Rating] = []
    known: dict[str, str] = {}
    for rated in curriculum.rated:
        for name in (rated.title, rated.id, *rated.aliases):
            known.setdefault(slugify(name), rated.id)
    for issue, pairs, fields in _answers(observed):
        names = _in_place(fields, known, [rated.id for rated in curriculum.rated]) | known
        day = (closed_at(issue) or issue.created_at).astimezone(settings.zone).date()
        values: dict[str, int] = {}
        for name, text in pairs:
            skill = names.get(slugify(name))
            value = parse_rating(text, curriculum.assessment.scale)
            if skill is not None and value is not None:
                values[skill] = value
        found += [Rating(day=day, skill=skill, value=value) for skill, value in values.items()]
    order = {skill.id: index for index, skill in enumerate(curriculum.rated)}
    return tuple(sorted(found, key=lambda rating: (rating.day, order[rating.skill])))


def parse_rating(text: str, scale: int) -> int | None:
    """Return the rating from 1 to `scale` that `text` begins with; None without one."""
    found = _VALUE.match(text.strip(_EMPHASIS))
    if found is None or int(found["scale"] or scale) != scale:
        return None
    value = int(found["value"])
    return value if 1 <= value <= scale else None


def pairs_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and value from lines `name: value`, for each colon that may end the name."""
    for line in text.splitlines():
        words = _BULLET.sub("", line.strip(" \t>"))
        if len(words) <= _LONGEST:
            for at in islice(_SPLIT.finditer(words), _COLONS):
                yield words[: at.start()].strip(_EMPHASIS), words[at.end() :]


def _in_place(fields: list[set[str]], known: dict[str, str], rated: list[str]) -> dict[str, str]:
    """Return the skills of names that are none, by the place of their field among the others."""
    if len(fields) != len(rated):
        return {}
    named = {known[name] for names in fields for name in names if name in known}
    return {
        name: skill
        for names, skill in zip(fields, rated, strict=True)
        if skill not in named and names.isdisjoint(known)
        for name in names
    }


class _Answer(NamedTuple):
    """An issue, names and the text behind them, and for each field the names that it may have."""

    issue: IssueState
    pairs: list[tuple[str, str]]
    fields: list[set[str]]


def _answers(observed: ObservedState) -> Iterator[_Answer]:
    """Yield the issues by number."""
    found: dict[int, _Answer] = {}
    for key, ours in observed.issues.items():
        if key.startswith("assessment:") and not forms.withdrawn(ours.state):
            theirs = forms.visible(f"{ours.marked.before}\n{ours.marked.after}")
            lines = [line for line in theirs.splitlines() if _BULLET.match(line.strip(" \t>"))]
            fields = [{slugify(name) for name, _ in pairs_in(line)} for line in lines]
            pairs = list(pairs_in(theirs))
            found[ours.state.number] = _Answer(ours.state, pairs, list(filter(None, fields)))
    for issue in forms.filed_issues(observed, forms.ASSESSMENT):
        pairs = [*forms.sections(issue.body), *pairs_in(forms.visible(issue.body))]
        found[issue.number] = _Answer(
            issue, pairs, [{slugify(h)} for h in forms.labels(issue.body)]
        )
    for number in sorted(found):
        yield found[number]
