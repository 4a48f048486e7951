"""Kinds of the numbers in a guide: hours, posts, courses, people, ..."""

import re
from enum import StrEnum

from bot.curriculum.sections import LearningMetric, Target


class Kind(StrEnum):
    """The kind of a number in the guide, as far as its words show it."""

    HOURS = "hours"
    COURSES = "courses"
    PROJECTS = "projects"
    POSTS = "posts"
    CONTRIBUTIONS = "contributions"
    PEOPLE = "people"
    PRIVATE = "private"
    OTHER = "other"


# The first that fits counts: "Time to the first MLOps project role" is nobody's project.
_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})", re.IGNORECASE))
    for kind, words in (
        (Kind.PRIVATE, r"salar|income|wage|compensation|pay\b|raise\b|time to\b|bonus"),
        (Kind.CONTRIBUTIONS, r"contribut|open[ -]source"),
        (Kind.POSTS, r"posts?\b|articles?\b|blog"),
        (Kind.PEOPLE, r"network\b|networking\b|connections?\b|contacts?\b|people\b"),
        (Kind.COURSES, r"courses?\b|moocs?\b"),
        (Kind.PROJECTS, r"projects?\b|portfolio|programs?\b|apps?\b"),
        (Kind.HOURS, r"hours?\b|study time"),
    )
)


def kind_of(number: LearningMetric | Target) -> Kind:
    """Return the kind of a guide's number, by the words of English guides."""
    for text in (number.title, number.unit or ""):
        for kind, words in _WORDS:
            if words.search(text):
                return kind
    return Kind.OTHER
