"""Choose between the readings of a guide by a weighted sum of what speaks for each.

The weights are learned (see `bench/learn_choice.py`) from guides that were counted by hand and from
rewrites of them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log2
from statistics import mean, pstdev

from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.candidates import Candidate
from bot.curriculum.importer.collector import SectionCollector
from bot.curriculum.importer.drafts import PathDraft
from bot.curriculum.importer.keys import NUMBERED, UNKNOWN_SIGN

MAX_HEADING = 120
CLOSE = 0.4  # points: of guides with two readings as close as this, a third is read wrongly
MOST_SHOWN = 3
NEARLY_ALL = 0.9
MANY_BOXES = 3  # where a third of the lines of work are boxes, boxes are what counts
FEWEST = 4  # units that a number in a heading may mean
_TIME = {"day", "week", "month", "date", "dates"}
_USED = {"task", "what a task says more", "checkpoint item", "deliverable", "goal"}


@dataclass
class Reading:
    """One reading of a guide: its title, path and sections, and the candidate it came from."""

    title: str
    path: PathDraft
    parts: SectionCollector
    candidate: Candidate
    features: dict[str, float] = field(default_factory=dict)
    account: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkLines:
    """The lines of a guide that may be work: its boxes, its other items, the rows of its tables.

    `numbers` are those that its headings name beside a word: "16 weeks".
    """

    boxes: tuple[int, ...]
    items: tuple[int, ...]
    rows: tuple[int, ...]
    numbers: frozenset[int]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> "WorkLines":
        """Return the work in these blocks."""
        items = [b for b in blocks if b.kind == "item" and b.text and not b.is_anchor]
        return cls(
            tuple(b.first for b in items if b.checked is not None),
            tuple(b.first for b in items if b.checked is None),
            tuple(row.first for b in blocks if b.kind == "table" for row in b.rows),
            frozenset(
                int(one)
                for b in blocks
                if b.kind == "heading" and len(b.text) < MAX_HEADING
                for one in re.findall(r"(?<![\d.])\d{1,3}(?=[\s-]?[^\W\d_]{2})", b.text)
                if int(one) >= FEWEST
            ),
        )


def features(reading: Reading, work: WorkLines) -> dict[str, float]:
    """Return what speaks for or against a reading, by name."""
    units = list(reading.path.units())
    counts = [len(unit.tasks) + (2 if unit.choice else 0) for unit in units]
    marks = [unit.mark for unit in units]
    number = len(units)
    became = reading.parts.coverage.became

    def used(lines: Sequence[int], kinds: set[str]) -> float:
        return sum(became(one) in kinds for one in lines) / len(lines) if lines else 0.0

    whole = len(work.boxes) + len(work.items) + len(work.rows)
    boxed = min(1.0, MANY_BOXES * len(work.boxes) / max(whole, 1))  # a few may be a checklist
    roles = reading.candidate.roles
    unit = "topics" if reading.candidate.topics else roles.unit or ""
    follow = [b.first == a.last + 1 or b.first <= 1 for a, b in pairwise(marks)]
    average = mean(counts) if counts else 0
    groups = Counter(mark.group for mark in marks)
    ends = {number, max((mark.last for mark in marks), default=0)}
    return {
        "boxes used": boxed * used(work.boxes, _USED),
        "boxes tasks": boxed * used(work.boxes, {"task"}),
        "items used": used(work.items, _USED),
        "rows used": used(work.rows, _USED),
        "follow": mean(follow) if follow else 0.0,
        "from one": float(bool(marks) and marks[0].first <= 1),
        "empty": sum(not one for one in counts) / max(number, 1),
        "single": float(number == 1),
        "pair": float(number == 2),
        "many": max(0.0, log2(max(number, 1) / 30)),
        "uneven": min(2.0, pstdev(counts) / average) if number > 1 and average else 1.0,
        "thin": float(average < 1.5),
        "fat": max(0.0, log2(max(average, 1) / 12)),
        "named": float(not work.numbers.isdisjoint(ends)),
        "mixed": 1 - max(groups.values(), default=0) / max(number, 1),
        "week": float(unit in {"week", "dates"}),
        "month": float(unit == "month"),
        "day": float(unit in {"day", "date"}),
        "module": float(unit in {"module", "lesson"}),
        "phase": float(unit in {"phase", "part"}),
        "inner time": float(unit in {"clock", "weekday"}),
        "unknown": float(
            unit.startswith(UNKNOWN_SIGN) and unit != NUMBERED and _TIME.isdisjoint(roles.order)
        ),
        "numbered": float(unit == NUMBERED),
        "topics": float(unit == "topics"),
        "depth": float(min(2, roles.order.index(roles.unit))) if roles.unit in roles.order else 0.0,
        "default": float(reading.candidate.default),
    }


def is_certain(reading: Reading) -> bool:
    """Return whether a reading accounts for nearly everything, by units that follow each other."""
    found = reading.features
    used = max(found["boxes used"], found["items used"])
    return (
        len(list(reading.path.units())) >= FEWEST
        and used >= NEARLY_ALL
        and found["follow"] >= NEARLY_ALL
        and not found["empty"]
        and not found["mixed"]
        and not found["thin"]
        and found["fat"] < 1
    )


def close_readings(found: Sequence[Reading]) -> list[Reading]:
    """Return the best readings where several are about as good, else none."""
    close = [one for one in found if score(found[0].features) - score(one.features) < CLOSE]
    return close[:MOST_SHOWN] if len(close) > 1 else []


WEIGHTS: dict[str, float] = {
    "boxes used": 3.9,
    "boxes tasks": 0.9,
    "items used": 1.4,
    "rows used": 0.9,
    "follow": 0.4,
    "from one": 0.7,
    "empty": -3.0,
    "single": -2.0,
    "pair": -1.3,
    "many": -0.7,
    "uneven": -1.0,
    "thin": -0.7,
    "fat": -1.4,
    "named": 1.6,
    "mixed": -1.2,
    "week": 1.6,
    "month": 0.5,
    "day": 0.1,
    "module": 0.6,
    "phase": -0.3,
    "inner time": 0.1,
    "unknown": 1.0,
    "numbered": 0.3,
    "topics": -1.6,
    "default": 1.4,
    "depth": 0.8,
}


def score(found: dict[str, float]) -> float:
    """Return the weighted sum of the features of a reading."""
    return sum(WEIGHTS.get(name, 0.0) * value for name, value in found.items())
