"""Finds the part of a curriculum that a name means.

A name fits by id, title, alias or another name a person may use; else by a beginning that only one
has, else by words that only one title has. Case, accents and punctuation do not matter. A number of
the guide is also known by its kind: hours, posts, courses, people, ...
"""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.curriculum.base import Item, slugify
from bot.curriculum.model import Choice, Curriculum, Option
from bot.curriculum.sections import LearningMetric, Target
from bot.i18n import format_list, ngettext
from bot.i18n import gettext as _
from bot.planning.path import PlannedPath
from bot.planning.unit_names import module_word, unit_names
from bot.progress.command import CommandError


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
    """Return the kind of a guide's number, by English words: a translated one keeps its id."""
    for text in (number.title, number.unit or "", number.id.replace("-", " ")):
        for kind, words in _WORDS:
            if words.search(text):
                return kind
    return Kind.OTHER


SHOWN = 4
# What people call the things that are counted, beside the guide's words.
_NAMES = {
    Kind.PEOPLE: ("connections", "contacts", "people", "network"),
    Kind.POSTS: ("posts", "articles", "blog posts"),
    Kind.CONTRIBUTIONS: ("contributions", "pull requests", "prs"),
    Kind.PROJECTS: ("projects",),
    Kind.COURSES: ("courses",),
}


class Named(NamedTuple):
    """Something with a name: its id, its title in replies, and other names."""

    id: str
    title: str
    names: tuple[str, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """All its names as they are compared."""
        return tuple(_plain(name) for name in (self.id, self.title, *self.names))


def matching(text: str, among: Sequence[Named]) -> tuple[Named, ...]:
    """Return the items that `text` may mean: one, several when it is ambiguous, or none."""
    exact = tuple(one for one in among if one.id == text.strip())
    wanted = _plain(text)
    if exact or not wanted:
        return exact[:1]
    words = wanted.split("-")
    tests: tuple[Callable[[Named], bool], ...] = (
        lambda one: wanted in one.slugs,
        lambda one: any(slug.startswith(wanted) for slug in one.slugs),
        lambda one: any(
            all(any(part.startswith(word) for part in slug.split("-")) for word in words)
            for slug in one.slugs
        ),
    )
    for fits in tests:
        if found := tuple(one for one in among if fits(one)):
            return found
    return ()


def listed(among: Iterable[Named], near: str = "") -> str:
    """Return some titles for a reply, as a list, those closest to `near` first."""
    titles = [one.title for one in among]
    if near:
        from difflib import get_close_matches

        close = get_close_matches(near.casefold(), [t.casefold() for t in titles], n=3, cutoff=0.5)
        titles.sort(
            key=lambda t: close.index(t.casefold()) if t.casefold() in close else len(close)
        )
    shown = [f"'{title}'" for title in titles[:SHOWN]]
    if more := len(titles) - len(shown):
        shown.append(ngettext("%(num)s more", "%(num)s more", more))
    return format_list(shown)


def one(text: str, among: Sequence[Named], found: Sequence[Named] | None = None) -> Named:
    """Return the one thing that `text` means, or was `found` for it. Raises CommandError."""
    found = matching(text, among) if found is None else found
    if len(found) == 1:
        return found[0]
    quoted = one_line(text)[:60]
    if found:
        ambiguous = _(
            "Which one do you mean? '%(text)s' could be %(titles)s.",
            text=quoted,
            titles=listed(found),
        )
        raise CommandError(ambiguous)
    if not among:
        raise CommandError(_("There's nothing left to choose."))
    titles = listed(among, quoted)
    if not quoted:
        raise CommandError(_("You can choose: %(titles)s.", titles=titles))
    raise CommandError(
        _("Nothing is called '%(text)s'. You can choose: %(titles)s.", text=quoted, titles=titles)
    )


def one_line(text: str) -> str:
    """Return `text` on one line, with single spaces."""
    return " ".join(text.split())


def of_items(items: Iterable[Item]) -> list[Named]:
    """Return items by id, title and aliases."""
    return [Named(item.id, item.title, item.aliases) for item in items]


def of_options(choice: Choice) -> list[Named]:
    """Return the options of a choice, also by letter, number and label."""
    return [
        Named(option.id, option.title, (*option.aliases, *_ordinals(option, index)))
        for index, option in enumerate(choice.options)
    ]


def _ordinals(option: Option, index: int) -> tuple[str, ...]:
    character, number = chr(ord("a") + index % 26), str(index + 1)
    label = (option.label,) if option.label else ()
    return (character, f"option {character}", number, f"option {number}", *label)


def of_counted(curriculum: Curriculum) -> list[Named]:
    """Return the metrics and targets that may be counted, one a kind; no hours, none private."""
    found: dict[str, Named] = {}
    numbers: tuple[LearningMetric | Target, ...] = (
        *curriculum.metrics,
        *curriculum.success.quantitative,
    )
    for number in numbers:
        kind = kind_of(number)
        if kind in {Kind.HOURS, Kind.PRIVATE}:
            continue
        name = number.title if kind is Kind.OTHER else kind
        names = (number.id, number.title, *number.aliases, *_NAMES.get(kind, ()))
        one = found.get(name) or Named(number.id, number.title)
        found[name] = one._replace(names=(*one.names, *names))
    return list(found.values())


def of_units(curriculum: Curriculum) -> list[Named]:
    """Return every unit by id, title, full name and aliases."""
    full = unit_names(curriculum)
    return [
        Named(unit.id, full[unit.id], (unit.title, *unit.aliases)) for unit in curriculum.units()
    ]


def units_meant(
    text: str, path: PlannedPath, here: str | None, opened: frozenset[str]
) -> tuple[Named, ...]:
    """Return the units that `text` may mean; the learner is in unit `here`, `opened` have issues.

    A label such as "Week 3-4" is one of the present module first. A module ("month 2") means its
    first unit that has no issues yet, and "next" the first such one of the path.
    """
    every = of_units(path.curriculum)
    by_id = {one.id: one for one in every}
    exact = tuple(one for one in every if one.id == text.strip())
    if exact:
        return exact
    wanted = _plain(text)
    if is_next(text):
        return tuple(by_id[d.unit] for d in path.dates.units if d.unit not in opened)[:1]
    modules = list(path.curriculum.modules())
    labelled = [(m, u) for m in modules for u in m.units if u.label and _plain(u.label) == wanted]
    if labelled:
        near = [u for m, u in labelled if here in {unit.id for unit in m.units}]
        return tuple(by_id[u.id] for u in near or [u for _, u in labelled])
    for module in modules:
        names = (f"{module.kind} {module.number}", module_word(module), module.title)
        if wanted in {module.id, *map(_plain, names)} - {""}:
            ahead = (unit for unit in module.units if unit.id not in opened)
            return (by_id[next(ahead, module.units[0]).id],)
    return matching(text, every)


def is_next(text: str) -> bool:
    """Return whether the next one is meant, without a name."""
    return _plain(text) in {"", "next"}


def _plain(text: str) -> str:
    return slugify(text) if any(c.isalnum() for c in text) else ""
