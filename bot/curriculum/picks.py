"""Find what a learner picks one of beside the choices of the path: a cloud, "A OR B" in a task.

A pick takes no tasks away and makes none. It's remembered like a choice and named where it matters.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from bot.curriculum.base import Item, slugify
from bot.i18n import find_language

if TYPE_CHECKING:
    from bot.curriculum.model import Curriculum
    from bot.curriculum.sections import Cloud

MOST_SIDES = 4
_OR = re.compile(r"\s+OR\s+")
# A translated built-in path has the picks of its source. Each word only in its language: "o" is an
# article in Portuguese, and O'Reilly prints books.
_ANY_OR: dict[str | None, str] = {"es": r"\b(?:or|o)\b", "pt": r"\b(?:or|ou)\b", "zh": r"\bor\b|或"}
_CLOUD = re.compile(r"\b(?:clouds?|nubes?|nuve(?:m|ns))\b|云", re.IGNORECASE)


class Pick(NamedTuple):
    """One of several: its id, the options, and the id of the unit it matters from.

    `details` say more of an option, by id. `tasks` are the ids of tasks that leave it open.
    """

    id: str
    options: tuple[Item, ...]
    details: dict[str, str]
    unit: str
    tasks: frozenset[str]


def find_picks(curriculum: "Curriculum") -> tuple[Pick, ...]:
    """Return the cloud where the guide names several, then what tasks leave open, in order."""
    taken = {choice.id for choice in curriculum.choices()}
    found: list[Pick] = []
    named = _CloudNames(curriculum.clouds)
    for pick in (*_cloud(curriculum, named), *_of_tasks(curriculum, named)):
        if pick.id not in taken:
            taken.add(pick.id)
            found.append(pick)
    return tuple(found)


def _cloud(curriculum: "Curriculum", named: "_CloudNames") -> Iterator[Pick]:
    """Yield the pick of a cloud, from the first unit with a task about clouds on."""
    if len(curriculum.clouds) < 2:
        return
    about = [
        (unit.id, task.id, named.count(task.title))
        for unit in curriculum.units()
        for task in unit.all_tasks()
        if _CLOUD.search(task.title) or named.count(task.title)
    ]
    yield Pick(
        id="cloud",
        options=curriculum.clouds,
        details={one.id: ", ".join(one.services) for one in curriculum.clouds},
        unit=about[0][0] if about else next(curriculum.units()).id,
        tasks=frozenset(task for _, task, count in about if count > 1),
    )


class _CloudNames:
    """The names of clouds: the first word of each, and its services."""

    def __init__(self, clouds: tuple["Cloud", ...]) -> None:
        self._names = [_any_of((one.title.split()[0], *one.services)) for one in clouds]

    def count(self, text: str) -> int:
        """Return how many clouds a text names."""
        return sum(name.search(text) is not None for name in self._names)


def _of_tasks(curriculum: "Curriculum", named: _CloudNames) -> Iterator[Pick]:
    for unit in curriculum.units():
        for task in unit.all_tasks():
            sides = _sides(task.title, curriculum)
            if 1 < len(sides) <= MOST_SIDES and named.count(task.title) < 2:
                options = tuple(Item.model_construct(id=slugify(one), title=one) for one in sides)
                yield Pick(
                    id=slugify(" or ".join(sides)),
                    options=options,
                    details={},
                    unit=unit.id,
                    tasks=frozenset({task.id}),
                )


def _sides(title: str, curriculum: "Curriculum") -> list[str]:
    """Return the sides of "A OR B", or the tools of one category that are joined by "or"."""
    word = _ANY_OR.get(find_language(curriculum.language), r"\bor\b")
    if not re.search(word, title, re.IGNORECASE):
        return []
    sides = [side.strip() for side in _OR.split(title)]
    if len(sides) > 1:
        return list(dict.fromkeys(filter(None, sides)))
    named = ([t for t in c.tools if _any_of((t,)).search(title)] for c in curriculum.tools)
    return next((tools for tools in named if len(tools) > 1), [])


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
