"""Find by their words which parts of a curriculum belong together, where it doesn't say so.

A guide that is used as it is has its skills, books and next steps in one place and its tasks in
another. Words that few tasks have decide; what fits nothing is left out. Where a curriculum names
such relations itself, those count alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from math import log
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bot.curriculum.model import Curriculum, WorkItem

Ids = dict[str, tuple[str, ...]]
ENOUGH = 0.65  # the part of a phrase, by the weight of its words, that has to be found
MOST = 5
MOST_BROUGHT = 50
MOST_PARTS = 100  # of a kind are compared, so that no guide takes long
MOST_RESOURCES = 500
STEM = 6
RARE = 0.2  # the part of the tasks that a telling word may stand in
LEAST_RARE = 3
DAYS = {"week": 31, "month": 62, "quarter": 123}  # from the start, with some room
_WORD = re.compile(r"[^\W_]+[+#]*")
_ACRONYM = re.compile(r"\b[A-Z]{2,4}\b")
_PARTS = re.compile(r"[(),;&]|\band\b")
_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an and any are as at be by do for from have how in into is it its of on one or per the"
        " their to up use using via vs what with your you all more most new first own complete"
        " completed learn set start read build write get make create basic basics introduction"
        " finish understand understanding practice existing experience",
    )
)


class Relations(NamedTuple):
    """Ids by id. Tasks and deliverables have theirs with their kind in front: `task:ID`.

    `skills` and `resources` are of tasks and deliverables, `evidence` of checkpoint items, `stands`
    of action items, `helps` of transferable skills (tasks that these make easier), `feeds` of
    assessed skills (skills to develop).
    """

    skills: Ids
    resources: Ids
    evidence: Ids
    stands: Ids
    helps: Ids
    feeds: Ids


class _Place(NamedTuple):
    """A task or deliverable: its module's place, days from the start, and words around it.

    `levels` are the words of its title, then those of its unit and of its module.
    """

    kind: str
    id: str
    item: "WorkItem"
    module: int
    day: int
    levels: tuple[frozenset[str], ...]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


def find_relations(curriculum: "Curriculum") -> Relations:
    """Return what the curriculum names, or else what the words of its parts suggest."""
    return _RelationFinder(curriculum).relations()


class _RelationFinder:
    def __init__(self, curriculum: "Curriculum") -> None:
        self._curriculum = curriculum
        titles = [task.title for task in curriculum.tasks()]
        titles += [unit.title for unit in curriculum.units()]
        titles += [module.title for module in curriculum.modules()]
        self._acronyms = {found for title in titles for found in _ACRONYM.findall(title)}
        self._places = list(self._walk())
        counts = Counter(word for place in self._places for word in place.levels[0])
        self._counts, self._all = counts, max(1, len(self._places))
        self._weights: dict[str, float] = {}
        self._titled: dict[str, list[_Place]] = {}
        self._around: dict[str, list[int]] = {}
        for number, place in enumerate(self._places):
            for word in place.levels[0]:
                self._titled.setdefault(word, []).append(place)
            for word in place.levels[0] | place.levels[1]:
                self._around.setdefault(word, []).append(number)

    def relations(self) -> Relations:
        return Relations(
            skills=self._skills(),
            resources=self._resources(),
            evidence=self._evidence(),
            stands=self._stands(),
            helps=self._helps(),
            feeds=self._feeds(),
        )

    def _walk(self) -> Iterator[_Place]:
        day = 0
        for number, module in enumerate(self._curriculum.modules()):
            around = self._words(module.title)
            for unit in module.units:
                near = self._words(unit.title)
                for task in unit.all_tasks():
                    levels = self._words(task.title), near, around
                    yield _Place("task", task.id, task, number, day, levels)
                day += unit.days
            for left in module.deliverables:
                levels = self._words(left.title), frozenset[str](), around
                yield _Place("deliverable", left.id, left, number, day, levels)

    def _words(self, text: str) -> frozenset[str]:
        """Return the beginnings of the telling words; a phrase counts as its acronym."""
        words = _WORD.findall(text)
        found: list[str] = []
        at = 0
        while at < len(words):
            for length in (4, 3, 2):
                initials = "".join(word[0] for word in words[at : at + length]).upper()
                if len(initials) == length and initials in self._acronyms:
                    found.append(initials)
                    at += length
                    break
            else:
                found.append(words[at])
                at += 1
        return frozenset(
            _stem(word) for word in found if word.casefold() not in _STOP and not word.isdigit()
        )

    def _weight(self, word: str) -> float:
        found = self._weights.get(word)
        if found is None:
            found = self._weights[word] = log(1 + self._all / max(self._counts[word], 0.5))
        return found

    def _share(self, phrase: frozenset[str], words: frozenset[str]) -> float:
        """Return how much of a phrase is in the words, from 0 to 1."""
        whole = sum(map(self._weight, phrase))
        return sum(map(self._weight, phrase & words)) / whole if whole else 0.0

    def _is_rare(self, word: str) -> bool:
        return self._counts[word] <= max(LEAST_RARE, RARE * self._all)

    def _fits(self, phrases: Iterable[frozenset[str]], words: frozenset[str]) -> bool:
        """Return whether most of a phrase is in the words, something telling in it."""
        return any(
            any(map(self._is_rare, phrase & words)) and self._share(phrase, words) >= ENOUGH
            for phrase in phrases
            if not phrase.isdisjoint(words)
        )

    def _skills(self) -> Ids:
        """Return the skills of each piece of work: by its title, else its unit's, its module's."""
        named = {place.key: place.item.skills for place in self._places if place.item.skills}
        if named or not self._curriculum.skills:
            return named
        phrases = {
            skill.id: [self._words(text) for text in (skill.title, *skill.specifics)]
            for skill in self._curriculum.skills[:MOST_PARTS]
        }
        order = {name: n for n, name in enumerate(phrases)}
        by_word: dict[str, dict[str, None]] = {}
        for name, some in phrases.items():
            for word in frozenset().union(*some):
                by_word.setdefault(word, {})[name] = None
        found: Ids = {}
        for place in self._places:
            for words in place.levels:
                rare = filter(self._is_rare, words)
                near = {name for word in rare for name in by_word.get(word, ())}
                ordered = sorted(near, key=order.__getitem__)
                fitting = tuple(name for name in ordered if self._fits(phrases[name], words))
                if fitting:
                    found[place.key] = fitting
                    break
        return found

    def _resources(self) -> Ids:
        """Return the resources of each piece of work: those it names, and those in its title."""
        found = {place.key: place.item.resources for place in self._places}
        named = {name for names in found.values() for name in names}
        named |= {name for action in self._curriculum.actions for name in action.resources}
        unnamed = (one for one in self._curriculum.resources if one.id not in named)
        for resource in islice(unnamed, MOST_RESOURCES):
            words = self._words(resource.title)
            rarest = min(words, key=self._counts.__getitem__, default="")
            if not self._is_rare(rarest):
                continue
            for place in self._titled.get(rarest, ()):
                if words <= place.levels[0]:
                    found[place.key] = (*found[place.key], resource.id)
        return {key: names for key, names in found.items() if names}

    def _evidence(self) -> Ids:
        """Return the work up to a checkpoint that shows each of its lines."""
        items = [(c, item) for c in self._curriculum.checkpoints for item in c.items]
        named = {item.id: item.evidence for _, item in items if item.evidence}
        if named:
            return named
        order = {module.id: n for n, module in enumerate(self._curriculum.modules())}
        found: Ids = {}
        for checkpoint, item in items[:MOST_PARTS]:
            last = order[checkpoint.after]
            found[item.id] = self._closest(item.title, module=last)
        return {name: ids for name, ids in found.items() if ids}

    def _stands(self) -> Ids:
        """Return the work that each action item stands for, of about its time."""
        actions = self._curriculum.actions
        named = {action.id: action.stands_for for action in actions if action.stands_for}
        if named:
            return named
        found: Ids = {}
        for action in actions[:MOST_PARTS]:
            last = DAYS[action.horizon]
            closest = self._closest(action.title, day=last)
            found[action.id] = closest[:1]
        return {name: ids for name, ids in found.items() if ids}

    def _closest(
        self, text: str, *, module: int | None = None, day: int | None = None
    ) -> tuple[str, ...]:
        """Return the ids of the work whose titles have most of a line, at least two words of it.

        Only that up to a module, by its place, or up to a day of the path.
        """
        words = self._words(text)
        known = frozenset(word for word in words if self._counts[word])
        near = {
            place.key: place
            for word in known
            if self._is_rare(word)
            for place in self._titled[word]
            if (module is None or place.module <= module) and (day is None or place.day <= day)
        }
        fitting = [
            (self._share(known, place.levels[0]), place.id)
            for place in near.values()
            if len(known & place.levels[0]) > 1 and self._fits([known], place.levels[0])
        ]
        best = sorted(fitting, key=lambda one: (-one[0], one[1]))
        return tuple(name for _, name in best)[:MOST]

    def _feeds(self) -> Ids:
        """Return the skills to develop that each assessed skill is about."""
        rated = self._curriculum.assessment.skills
        named = {skill.id: skill.skills for skill in rated if skill.skills}
        if named:
            return named
        phrases = {skill.id: self._words(skill.title) for skill in self._curriculum.skills}
        found: Ids = {}
        for skill in rated:
            words = self._words(skill.title)
            about = tuple(name for name, phrase in phrases.items() if phrase and phrase <= words)
            if about:
                found[skill.id] = about
        return found

    def _helps(self) -> Ids:
        """Return the tasks that each skill the learner brings makes easier."""
        found: Ids = {}
        for brought in self._curriculum.transferable_skills[:MOST_BROUGHT]:
            parts = (part for one in _PARTS.split(brought.title) for part in _alternatives(one))
            phrases = [phrase for part in parts if (phrase := self._words(part))]
            rare = {word for phrase in phrases for word in phrase if self._is_rare(word)}
            near = {n for word in rare for n in self._around.get(word, ())}
            fitting = (
                place.id
                for place in (self._places[n] for n in sorted(near))
                if place.kind == "task"
                and any(self._fits(phrases, words) for words in place.levels[:2])
            )
            if some := tuple(islice(fitting, MOST)):
                found[brought.id] = some
        return found


def _alternatives(text: str) -> list[str]:
    """Return the names in `AWS/GCP/Azure`; two alone, as in `CI/CD`, are one."""
    return text.split("/") if text.count("/") > 1 else [text]


@lru_cache(maxsize=1 << 12)
def _stem(word: str) -> str:
    """Return a word's beginning, without the commonest endings."""
    word = word.casefold()
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            word = word.removesuffix(ending)
            break
    return word.removesuffix("e")[:STEM] if len(word) > 3 else word
