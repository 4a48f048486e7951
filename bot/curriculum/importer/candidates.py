"""Make the candidate readings of a guide: what may be its units, and what encloses them.

Each group of labels may be the units; so may be headings that only have a number, and plain
headings over boxes, courses or items. Which of them it is, is for `choice.py` to say.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from statistics import median

from bot.curriculum.importer import vocabulary
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.collector import line
from bot.curriculum.importer.heading_occurrences import bold_labels, heading_occurrences
from bot.curriculum.importer.heading_roles import (
    HeadingRoles,
    alternatives,
    decide,
    holding,
    sound,
)
from bot.curriculum.importer.headings import clean
from bot.curriculum.importer.keys import GROUPS, GuideKeys
from bot.curriculum.importer.patterns import COLON, fold
from bot.curriculum.importer.tables import expand_tables
from bot.curriculum.importer.topic_guides import TOPICS, Topics

INNER = 6  # the level of a bold line below another
MOST = 24  # candidates that are read, a quarter of them of a large guide
LARGE = 1_500  # blocks


@dataclass(frozen=True)
class Candidate:
    """A way to read a guide: its blocks, keys and roles, or the kind of topics that are units."""

    blocks: tuple[Block, ...]
    keys: GuideKeys
    roles: HeadingRoles
    topics: Topics | None = None
    default: bool = False

    @property
    def name(self) -> str:
        """Return what its units are, which stays when the guide is edited: "week", "courses"."""
        return self.topics or line(self.roles.unit or "") or "guide"


def candidates(outlined: Sequence[Block]) -> list[Candidate]:
    """Return the candidates of a guide, each once, the usual before the rare."""
    most = MOST if len(outlined) < LARGE else MOST // 4
    return list(islice(_candidates(outlined), most))


def _candidates(outlined: Sequence[Block]) -> Iterator[Candidate]:
    tried: list[HeadingRoles] = []
    for numbered in (False, True):
        keys = GuideKeys(outlined, numbered=numbered)
        if numbered and not keys.numbers_rise:
            break
        keys.take_timelines(outlined)
        promoted = promote_bold(outlined, keys)
        blocks = bold_labels(expand_tables(promoted, keys), keys)
        seen = sound(list(heading_occurrences(blocks, keys)))
        for rare in (False, True):
            decided = decide(seen, rare=rare)
            roles = holding(decided, seen)
            for one in (*alternatives(roles), decided):
                if one.order and one not in tried:
                    tried.append(one)
                    yield Candidate(blocks, keys, one, default=one is roles and not numbered)
        if not numbered:
            for kind in TOPICS:
                yield Candidate(blocks, keys, HeadingRoles(), kind)


def promote_bold(blocks: Sequence[Block], keys: GuideKeys) -> tuple[Block, ...]:
    """Return the blocks with bold lines as headings, where a guide has hardly any others.

    Their levels come from what they say: stretches by their groups, sections by their topics, and
    what recurs below them.
    """
    bold = [b for b in blocks if _stands_alone(b)]
    headed = sum(b.kind == "heading" and b.level > 1 for b in blocks)
    if not headed and not bold:
        return _promote_labels(blocks)
    if headed > 1 or len(bold) < 3:
        return tuple(blocks)
    marks = {id(b): keys.mark(b.lines[0].text) for b in bold}
    counts = Counter(found.group for found in marks.values() if found)
    known = all(group in GROUPS for group in counts)
    order = sorted(counts, key=lambda g: GROUPS.index(g) if known else counts[g])
    recurring = Counter(fold(clean(b.lines[0].text)) for b in bold)
    places = [i for i, b in enumerate(bold) if marks[id(b)]]
    usual = median([after - before - 1 for before, after in pairwise(places)] or [0])
    levels: dict[int, int] = {}
    for i, b in enumerate(bold):
        found, text = marks[id(b)], b.lines[0].text
        around = vocabulary.topic(text, vocabulary.AROUND)
        inside = vocabulary.topic(text, vocabulary.INSIDE)
        section = around and (not inside or around in vocabulary.NO_TIMELINE)
        behind = bool(places) and i - places[-1] > usual  # more than a stretch usually has below it
        if found:
            levels[id(b)] = min(2 + order.index(found.group), INNER)
        elif (section or behind) and recurring[fold(clean(text))] == 1:
            levels[id(b)] = 2
        else:
            levels[id(b)] = INNER
    return tuple(
        replace(b, kind="heading", level=levels[id(b)]) if id(b) in levels else b for b in blocks
    )


def _promote_labels(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with lines such as "Before the exam:" over a list as headings."""
    over = [
        block
        for block, below in pairwise(blocks)
        if block.kind == "text"
        and not block.depth
        and below.kind in {"item", "table"}
        and block.text.endswith((":", COLON))
    ]
    named = {id(b): replace(b, kind="heading", level=2, lines=b.lines[-1:]) for b in over}
    return tuple(named.get(id(b), b) for b in blocks) if len(over) > 1 else tuple(blocks)


def _stands_alone(block: Block) -> bool:
    """Return whether it is one line that is bold as a whole, in no list."""
    if block.kind != "text" or block.depth or len(block.lines) != 1:
        return False
    line = block.lines[0]
    return bool(line.bold) and not re.search(r"\w", line.text.replace(line.bold, "", 1))
