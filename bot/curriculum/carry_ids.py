"""Carry the ids of a curriculum over to another reading of its guide, by text and place.

What was made and done is remembered by ids, and the importer makes ids of words and numbers. So
what is still the same part keeps its id when it is reworded, moved or numbered anew.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import NamedTuple, TypeVar

from bot.curriculum.base import MAX_ID, Item, slugify
from bot.curriculum.model import (
    Checkpoint,
    Curriculum,
    Deliverable,
    Module,
    Option,
    Phase,
    Task,
    Unit,
)

SIMILAR = 0.75
MOST_COMPARED = 2_500  # pairs of texts in one place
MOST_REPEATED = 50  # parts with one title, above which it identifies none of them
_T = TypeVar("_T", bound=Item)
_Ids = dict[str, str]  # an id of the new curriculum -> that of the same part in the old one


class _Part(NamedTuple):
    """A part and its place."""

    item: Item
    home: str
    title: str = ""

    @property
    def text(self) -> str:
        return slugify(self.title or self.item.title)


class _Whole(NamedTuple):
    """A part that holds others, and what these are called."""

    item: Item
    content: set[str]

    @property
    def text(self) -> str:
        return slugify(self.item.title)

    def may_be(self, other: "_Whole") -> bool:
        """Return whether they have an id, a title, or half of the larger one's content."""
        half = 2 * len(self.content & other.content) >= max(len(self.content), len(other.content))
        return half or self.item.id == other.item.id or self.text == other.text


_TRAITS: tuple[Callable[[_Part], tuple[str, str]], ...] = (
    lambda part: (part.home, part.text),
    lambda part: ("", part.text),
    lambda part: ("", part.item.id),
)
_LIKE: tuple[tuple[float, Callable[[_Whole], set[str]]], ...] = (
    (1.0, lambda part: part.content),
    (0.9, lambda part: {part.text}),
    (0.5, lambda part: {part.item.id}),
)


def carry_ids(old: Curriculum, new: Curriculum) -> Curriculum:
    """Return `new` with the ids and aliases of those of its parts that are in `old`, too."""
    return _Renamed(old, new).curriculum()


def count_tasks(old: Curriculum, new: Curriculum) -> tuple[int, int]:
    """Return how many tasks `new` has that `old` has not, and how many the other way round."""
    before, after = ({task.id for task in one.tasks()} for one in (old, new))
    return len(after - before), len(before - after)


class _Renamed:
    def __init__(self, old: Curriculum, new: Curriculum) -> None:
        self._new = new
        units = _by_content(_units(old), _units(new))
        modules = _by_content(_modules(old), _modules(new, units))
        phases = _by_content(_phases(old), _phases(new, modules))
        choices = _by_text(_choices(old), _choices(new, units))
        options = _by_text(_options(old), _options(new, choices))
        homes = {**units, **{f"/{after}": f"/{before}" for after, before in options.items()}}
        tasks = _by_text(_tasks(old), _tasks(new, homes))
        deliverables = _by_text(_deliverables(old), _deliverables(new, modules))
        checkpoints = _by_text(_checkpoints(old), _checkpoints(new, modules))
        self._units = _Names(old.units(), new.units(), units)
        self._modules = _Names(old.modules(), new.modules(), modules)
        self._phases = _Names(old.phases, new.phases, phases)
        self._choices = _Names(old.choices(), new.choices(), choices)
        self._options = _Names(_all_options(old), _all_options(new), options)
        self._tasks = _Names(old.tasks(), new.tasks(), tasks)
        self._deliverables = _Names(old.deliverables(), new.deliverables(), deliverables)
        self._checkpoints = _Names(old.checkpoints, new.checkpoints, checkpoints)

    def curriculum(self) -> Curriculum:
        new = self._new
        update = {
            "phases": tuple(map(self._phase, new.phases)),
            "checkpoints": tuple(map(self._checkpoint, new.checkpoints)),
        }
        return new.model_copy(update=update)

    def _phase(self, phase: Phase) -> Phase:
        modules = tuple(map(self._module, phase.modules))
        return self._phases.renamed(phase.model_copy(update={"modules": modules}))

    def _module(self, module: Module) -> Module:
        update = {
            "units": tuple(map(self._unit, module.units)),
            "deliverables": tuple(map(self._deliverable, module.deliverables)),
        }
        return self._modules.renamed(module.model_copy(update=update))

    def _deliverable(self, deliverable: Deliverable) -> Deliverable:
        unit = self._units.ids.get(deliverable.unit or "")
        return self._deliverables.renamed(deliverable.model_copy(update={"unit": unit}))

    def _unit(self, unit: Unit) -> Unit:
        update: dict[str, object] = {"tasks": tuple(map(self._tasks.renamed, unit.tasks))}
        if unit.choice:
            options = tuple(map(self._option, unit.choice.options))
            choice = unit.choice.model_copy(update={"options": options})
            update["choice"] = self._choices.renamed(choice)
        return self._units.renamed(unit.model_copy(update=update))

    def _option(self, option: Option) -> Option:
        tasks = tuple(map(self._tasks.renamed, option.tasks))
        return self._options.renamed(option.model_copy(update={"tasks": tasks}))

    def _checkpoint(self, checkpoint: Checkpoint) -> Checkpoint:
        def evidence(name: str) -> str:
            return self._tasks.ids.get(name) or self._deliverables.ids.get(name) or name

        items = tuple(
            item.model_copy(update={"evidence": tuple(map(evidence, item.evidence))})
            for item in checkpoint.items
        )
        update = {
            "after": self._modules.ids[checkpoint.after],
            "unit": self._units.ids.get(checkpoint.unit or ""),
            "items": items,
        }
        return self._checkpoints.renamed(checkpoint.model_copy(update=update))


class _Names:
    """The ids that the parts of one kind get: the old one's where it is the same part.

    `same` maps ids of the new curriculum to those of the same parts of the old one, `ids` maps
    each id of the new one to the one that it gets.
    """

    def __init__(self, old: Iterable[Item], new: Iterable[Item], same: _Ids) -> None:
        parts = {item.id: item for item in old}
        self._aliases = {name: parts[before].aliases for name, before in same.items()}
        taken = {name for item in parts.values() for name in (item.id, *item.aliases)}
        self.ids: _Ids = {}
        for item in new:
            self.ids[item.id] = same.get(item.id) or _free(item.id, taken)
            taken.add(self.ids[item.id])

    def renamed(self, item: _T) -> _T:
        aliases = self._aliases.get(item.id, item.aliases)
        return item.model_copy(update={"id": self.ids[item.id], "aliases": aliases})


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name[: MAX_ID - 6].rstrip('-')}-{number}"
    return candidate


def _home(name: str, same: _Ids | None) -> str:
    """Return a place by its id in the old curriculum; `same` is None for a part of that."""
    return name if same is None else same.get(name, f"new {name}")


def _units(curriculum: Curriculum) -> list[_Whole]:
    return [
        _Whole(unit, {slugify(_own_title(t, unit)) for t in unit.all_tasks()})
        for unit in curriculum.units()
    ]


def _modules(curriculum: Curriculum, same: _Ids | None = None) -> list[_Whole]:
    return [
        _Whole(module, {_home(unit.id, same) for unit in module.units})
        for module in curriculum.modules()
    ]


def _phases(curriculum: Curriculum, same: _Ids | None = None) -> list[_Whole]:
    return [
        _Whole(phase, {_home(module.id, same) for module in phase.modules})
        for phase in curriculum.phases
    ]


def _choices(curriculum: Curriculum, same: _Ids | None = None) -> list[_Part]:
    return [_Part(u.choice, _home(u.id, same)) for u in curriculum.units() if u.choice]


def _options(curriculum: Curriculum, same: _Ids | None = None) -> list[_Part]:
    return [
        _Part(option, _home(choice.id, same))
        for choice in curriculum.choices()
        for option in choice.options
    ]


def _all_options(curriculum: Curriculum) -> list[Option]:
    return [option for choice in curriculum.choices() for option in choice.options]


def _tasks(curriculum: Curriculum, same: _Ids | None = None) -> list[_Part]:
    return [
        _Part(task, _home(home, same), _own_title(task, unit))
        for unit in curriculum.units()
        for home, tasks in _lists(unit)
        for task in tasks
    ]


def _own_title(task: Task, unit: Unit) -> str:
    """Return a task's title without what tells it from others alike: its unit's label, a count."""
    title = re.sub(r" \(\d+\)$", "", task.title)
    front, colon, rest = title.partition(": ")
    return rest if colon and (unit.label or unit.title) in front else title


def _lists(unit: Unit) -> Iterator[tuple[str, tuple[Task, ...]]]:
    yield unit.id, unit.tasks
    for option in unit.choice.options if unit.choice else ():
        yield f"/{option.id}", option.tasks


def _deliverables(curriculum: Curriculum, same: _Ids | None = None) -> list[_Part]:
    return [
        _Part(deliverable, _home(module.id, same))
        for module in curriculum.modules()
        for deliverable in module.deliverables
    ]


def _checkpoints(curriculum: Curriculum, same: _Ids | None = None) -> list[_Part]:
    return [_Part(one, _home(one.after, same)) for one in curriculum.checkpoints]


def _by_content(old: list[_Whole], new: list[_Whole]) -> _Ids:
    """Return which parts have most content in common, or a title, or at least an id."""
    points: dict[tuple[int, int], float] = defaultdict(float)
    for weight, names in _LIKE:
        holders: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, parts in enumerate((old, new)):
            for at, part in enumerate(parts):
                for name in names(part):
                    holders[name][side].append(at)
        for before, after in holders.values():
            many = max(len(before), len(after))
            for pair in product(before, after) if many <= MOST_REPEATED else ():
                points[pair] += weight / many
    ranked = sorted(points, key=lambda pair: (-points[pair], abs(pair[0] - pair[1]), pair))
    pairs = ((old[before], new[after]) for before, after in ranked)
    return _pairs((a.item.id, b.item.id) for a, b in pairs if a.may_be(b))


def _pairs(ranked: Iterable[tuple[str, str]]) -> _Ids:
    """Return the pairs of old and new ids, best first, each id once."""
    same: _Ids = {}
    used: set[str] = set()
    for before, after in ranked:
        if before not in used and after not in same:
            used.add(before)
            same[after] = before
    return same


def _by_text(old: list[_Part], new: list[_Part]) -> _Ids:
    """Return which parts have one text in one place, then anywhere, then a similar one there.

    An id in common counts, too: a title may say more, where several parts would have the same.
    """
    same: _Ids = {}
    for trait in _TRAITS:
        waiting: dict[tuple[str, str], list[_Part]] = defaultdict(list)
        for part in _left(old, same.values()):
            waiting[trait(part)].append(part)
        for part in _left(new, same):
            if parts := waiting[trait(part)]:
                same[part.item.id] = parts.pop(0).item.id
    homes: dict[str, tuple[list[_Part], list[_Part]]] = defaultdict(lambda: ([], []))
    for side, parts in enumerate((_left(old, same.values()), _left(new, same))):
        for part in parts:
            homes[part.home][side].append(part)
    likeness = {
        (before.item.id, after.item.id): _likeness(before.text, after.text)
        for olds, news in homes.values()
        if len(olds) * len(news) <= MOST_COMPARED
        for before, after in product(olds, news)
    }
    near = [pair for pair, found in likeness.items() if found >= SIMILAR]
    return {**same, **_pairs(sorted(near, key=lambda pair: -likeness[pair]))}


def _left(parts: list[_Part], used: Iterable[str]) -> list[_Part]:
    gone = set(used)
    return [part for part in parts if part.item.id not in gone]


def _likeness(before: str, after: str) -> float:
    """Return from 0 to 1 how alike two slugs are; 0 where their numbers differ."""
    if Counter(re.findall(r"\d+", before)) != Counter(re.findall(r"\d+", after)):
        return 0.0
    few, many = sorted((set(before.split("-")), set(after.split("-"))), key=len)
    if len(few) > 1 and few <= many:
        return 1.0
    from difflib import SequenceMatcher

    return SequenceMatcher(None, before, after, autojunk=False).ratio()
