"""Make the candidate readings of a guide: what may be its units, and what encloses them.

Each group of labels may be the units; so may be headings that only have a number, and plain
headings over boxes, courses or items. Which of them it is, is for `choice.py` to say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.curriculum.importer import vocabulary
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.heading_roles import (
    HeadingRoles,
    alternatives,
    bold_labels,
    decide,
    find_title,
    heading_occurrences,
    sound,
)
from bot.curriculum.importer.headings import clean
from bot.curriculum.importer.keys import GROUPS, GuideKeys
from bot.curriculum.importer.patterns import fold
from bot.curriculum.importer.tables import expand_tables
from bot.curriculum.importer.topic_guides import Topics

MOST = 14  # candidates that are read


@dataclass(frozen=True)
class Candidate:
    """A way to read a guide: its blocks, keys and roles, or the kind of topics that are units."""

    blocks: tuple[Block, ...]
    keys: GuideKeys
    roles: HeadingRoles
    topics: Topics | None = None
    default: bool = False


def candidates(outlined: Sequence[Block]) -> list[Candidate]:
    """Return the candidates of a guide, each once, the usual before the rare."""
    return list(_candidates(outlined))[:MOST]


def _candidates(outlined: Sequence[Block]) -> Iterator[Candidate]:
    tried: list[HeadingRoles] = []
    for numbered in (False, True):
        keys = GuideKeys(outlined, numbered=numbered)
        if numbered and not keys.numbers_rise:
            break
        keys.take_timelines(outlined)
        promoted = promote_bold(outlined, keys)
        blocks = bold_labels(expand_tables(promoted, keys), keys)
        title = find_title(blocks, keys)
        seen = sound(list(heading_occurrences(blocks, keys)))
        for rare in (False, True):
            roles = decide(seen, title.text if title else "", rare=rare)
            for one in alternatives(roles):
                if one.unit == "weekday":
                    continue
                if one.order and one not in tried:
                    tried.append(one)
                    yield Candidate(blocks, keys, one, default=one is roles and not numbered)
        if not numbered:
            kinds: tuple[Topics, ...] = ("boxes", "leaf boxes", "courses", "items", "leaf items")
            for kind in kinds:
                yield Candidate(blocks, keys, HeadingRoles(), kind)


def promote_bold(blocks: Sequence[Block], keys: GuideKeys) -> tuple[Block, ...]:
    """Return the blocks with bold lines as headings, where a guide has hardly any others.

    Their levels come from what they say: stretches by their groups, sections by their topics, and
    what recurs below them.
    """
    bold = [b for b in blocks if _stands_alone(b)]
    if sum(b.kind == "heading" and b.level > 1 for b in blocks) > 1 or len(bold) < 3:
        return tuple(blocks)
    marks = {id(b): keys.mark(b.lines[0].text) for b in bold}
    counts: dict[str, int] = {}
    for found in marks.values():
        if found:
            counts[found.group] = counts.get(found.group, 0) + 1
    known = all(group in GROUPS for group in counts)
    order = sorted(counts, key=lambda g: GROUPS.index(g) if known else counts[g])
    recurring: dict[str, int] = {}
    for b in bold:
        text = fold(clean(b.lines[0].text))
        recurring[text] = recurring.get(text, 0) + 1
    out: list[Block] = []
    for b in blocks:
        if id(b) not in marks:
            out.append(b)
            continue
        found, text = marks[id(b)], b.lines[0].text
        level = 2 + order.index(found.group) if found else 6
        around = vocabulary.topic(text, vocabulary.AROUND)
        inside = vocabulary.topic(text, vocabulary.INSIDE)
        if not found and around and not inside and recurring[fold(clean(text))] == 1:
            level = 2
        out.append(replace(b, kind="heading", level=min(level, 6)))
    return tuple(out)


def _stands_alone(block: Block) -> bool:
    """Return whether it is one line that is bold as a whole, in no list."""
    if block.kind != "text" or block.depth or len(block.lines) != 1:
        return False
    line = block.lines[0]
    return bool(line.bold) and not re.search(r"\w", line.text.replace(line.bold, "", 1))
