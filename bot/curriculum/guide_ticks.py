"""Tick the boxes of finished tasks in a guide, and change no other byte of it.

A box is found by the words of its task. What was ticked is read again: unless the guide says the
same as before, but for those tasks being done, it is left as it is.
"""

import re
from collections.abc import Callable, Collection, Iterator

from bot.curriculum.model import Curriculum

_BOX = re.compile(rb"^([ \t>]*(?:[-*+]|\d{1,3}[.)])[ \t]+\[)[ ](\][ \t]+)(.*)$", re.MULTILINE)
_COUNT = re.compile(r" \(\d+\)$")
_WORD = re.compile(r"\w+")
MOST_TRIES = 8  # readings of a guide in a run, where its boxes can't be ticked together


def tick_boxes(
    guide: bytes, tasks: Collection[str], read: Callable[[bytes], Curriculum]
) -> tuple[bytes, frozenset[str]]:
    """Return the guide with the boxes of `tasks` ticked, and the ids of those that were.

    `read` returns the curriculum of a guide and raises GuideError for none.
    """
    before = read(guide)
    boxes = dict(_boxes(guide, before, tasks))
    if _differs_only_by(before, changed := _ticked(guide, boxes.values()), boxes, read):
        return changed, frozenset(boxes)
    done: dict[str, int] = {}
    for name, at in list(boxes.items())[:MOST_TRIES]:
        some = {**done, name: at}
        if _differs_only_by(before, _ticked(guide, some.values()), some, read):
            done = some
    return _ticked(guide, done.values()), frozenset(done)


def _boxes(
    guide: bytes, curriculum: Curriculum, tasks: Collection[str]
) -> Iterator[tuple[str, int]]:
    """Yield each task with the place of the space in its box.

    Tasks with equal titles have their boxes in the guide's order.
    """
    lines = [
        (found.end(1), _words(found[3].decode("utf-8", errors="replace")))
        for found in _BOX.finditer(guide)
    ]
    taken: set[int] = set()
    for task in curriculum.tasks():
        if task.done:
            continue
        fitting = (
            at
            for words in _wordings(task.title)
            for at, line in lines
            if at not in taken and _within(words, line)
        )
        at = next(fitting, None)
        if at is not None:
            taken.add(at)
            if task.id in tasks:
                yield task.id, at


def _wordings(title: str) -> Iterator[list[str]]:
    """Yield the words of a title, then those without what tells it from others that are alike."""
    own = _COUNT.sub("", title)
    for text in dict.fromkeys((title, own, own.partition(": ")[2])):
        yield _words(text)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _within(words: list[str], line: list[str]) -> bool:
    """Return whether all words stand in the line, in their order."""
    rest = iter(line)
    return bool(words) and all(word in rest for word in words)


def _ticked(guide: bytes, places: Collection[int]) -> bytes:
    changed = bytearray(guide)
    for at in places:
        changed[at : at + 1] = b"x"
    return bytes(changed)


def _differs_only_by(
    before: Curriculum,
    changed: bytes,
    tasks: Collection[str],
    read: Callable[[bytes], Curriculum],
) -> bool:
    """Return whether the changed guide differs by these tasks being done, and by nothing else."""
    after = read(changed)
    done = {*before.done(), *tasks}
    return set(after.done()) == done and _without_ticks(before) == _without_ticks(after)


def _without_ticks(curriculum: Curriculum) -> object:
    def bare(part: object) -> object:
        if isinstance(part, dict):
            return {name: bare(value) for name, value in part.items() if name != "done"}
        return [bare(one) for one in part] if isinstance(part, list | tuple) else part

    return bare(curriculum.model_dump())
