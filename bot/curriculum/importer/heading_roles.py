"""Find the headings, labels and items that name stretches, and decide what the stretches are.

Which are the guide's phases, its modules and its units is decided once for the whole guide: what
encloses what follows from heading levels where they differ, and from the meaning of the words where
they do not.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Literal

from bot.curriculum.importer import patterns, vocabulary
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.headings import HeadingMark, mark
from bot.curriculum.importer.inline_markdown import RichText

Part = Literal["phase", "between", "module", "unit", "inner"]
_COUNTED_DAYS = re.compile(r"\b\d+[\s-]*days?\b|\bdays? of\b", re.IGNORECASE)
FEW = 3  # a group that turns up once beside one that turns up this often is a mention


@dataclass(frozen=True, slots=True)
class HeadingOccurrence:
    """A mark and how deep in the guide's headings it stands (items and labels below them all)."""

    mark: HeadingMark
    level: float
    heading: bool


@dataclass(frozen=True, slots=True)
class HeadingRoles:
    """`order` lists the guide's groups from the outside in; `wide` those whose ranges are parts."""

    order: tuple[str, ...] = ()
    unit: str | None = None
    wide: frozenset[str] = frozenset()

    def group(self, mark: HeadingMark) -> str:
        """Return the mark's group; "Months 1-3" is a part where its months have headings."""
        return "part" if mark.group in self.wide and mark.span > 1 else mark.group

    def rank(self, mark: HeadingMark) -> int | None:
        """Return its place from the outside in; None for a group that plays no role."""
        group = self.group(mark)
        return self.order.index(group) if group in self.order else None

    def part(self, mark: HeadingMark) -> Part:
        """Return the part of the path that the mark's stretch becomes."""
        group = self.group(mark)
        place, unit = self.order.index(group), self.order.index(self.unit or group)
        if place >= unit:
            return "unit" if place == unit else "inner"
        if unit == 1:
            return "phase" if group in {"phase", "part"} else "module"
        if place == 0:
            return "phase"
        return "module" if place == unit - 1 else "between"


def decide(seen: Sequence[HeadingOccurrence], title: str, *, rare: bool = False) -> HeadingRoles:
    """Return the roles of all groups of the guide `title`; `rare` counts single mentions too."""
    wide = frozenset(g for g in ("month", "week", "day") if _ranges_enclose(seen, g))
    plain = HeadingRoles(wide=wide)
    groups = Counter(plain.group(one.mark) for one in seen)
    if groups and not rare and max(groups.values()) >= FEW:
        groups = Counter({g: n for g, n in groups.items() if n > 1 or g in wide})
    levels = {g: median(one.level for one in seen if plain.group(one.mark) == g) for g in groups}
    order = tuple(sorted(groups, key=lambda g: (levels[g], patterns.GROUPS.index(g))))
    days = sum(1 for s in seen if s.heading and s.mark.group == "day" and s.mark.span == 1)
    by_day = days >= 5 and bool(_COUNTED_DAYS.search(title))
    return HeadingRoles(order, _unit(order, by_day=by_day), wide)


def _ranges_enclose(seen: Sequence[HeadingOccurrence], group: str) -> bool:
    wide = [s.level for s in seen if s.mark.group == group and s.mark.span > 1]
    single = [s.level for s in seen if s.mark.group == group and s.mark.span == 1]
    return bool(wide and single) and median(wide) < median(single)


def _unit(order: tuple[str, ...], *, by_day: bool) -> str | None:
    if by_day and "day" in order:
        return "day"
    for group in ("week", "module", "day", "lesson"):
        if group in order and not (group == "module" and "day" in order):
            return group
    return order[-1] if order else None


LABEL_LEVEL = 7.0
ITEM_LEVEL = 8.0
LONGEST_LABEL = 120
_SEPARATORS = f":{patterns.COLON}-\u2013\u2014"


def label(line: RichText) -> tuple[RichText, RichText] | None:
    """Return name and value of "**Goal**: learn", "**Day 1: S3**" or "Goal: learn", or None."""
    if line.bold:
        return _bold_label(line)
    name, colon, value = line.text.partition(":")
    if not colon or len(name) > LONGEST_LABEL:
        return None
    if not value.strip():
        return RichText(name), RichText("")
    found = vocabulary.topic(name, vocabulary.INSIDE)
    if found and found not in {"project", "notes", "tasks"} and len(name.split()) <= 3:
        return RichText(name), replace(line, text=value.strip())
    return None


def _bold_label(line: RichText) -> tuple[RichText, RichText] | None:
    rest = line.rest
    if len(line.bold) > LONGEST_LABEL:
        return None
    if not rest.strip(" :*_."):
        return RichText(line.bold), RichText("")
    if line.bold.endswith((":", patterns.COLON)) or rest[0] in _SEPARATORS:
        value = rest.lstrip(f" {_SEPARATORS}")
        return RichText(line.bold), replace(line, text=value, bold="")
    if rest.endswith(":") and len(line.text) <= LONGEST_LABEL:
        return RichText(line.text), RichText("")
    return None


def find_title(blocks: Sequence[Block]) -> Block | None:
    """Return the only heading of the top level, or else the first unless it starts a section."""
    headings = [block for block in blocks if block.kind == "heading" and block.text]
    top = [block for block in headings if block.level == 1]
    for block in [*(top if len(top) == 1 else []), *headings[:1]]:
        section = len(top) != 1 and vocabulary.topic(block.text, vocabulary.AROUND)
        if not mark(block.text) and not section:
            return block
    return None


def heading_occurrences(blocks: Sequence[Block]) -> Iterator[HeadingOccurrence]:
    """Yield all marks that may count, before the roles are decided."""
    closed: int | None = None
    for i, block in enumerate(blocks):
        if block.kind == "heading":
            found = mark(block.text)
            if closed is not None and block.level > closed:
                continue
            closed = None
            if found:
                yield HeadingOccurrence(found, block.level, heading=True)
            elif vocabulary.topic(block.text, vocabulary.AROUND) in vocabulary.NO_TIMELINE and i:
                closed = block.level
        elif closed is None:
            if block.kind == "item":
                found, level = item_mark(block, blocks[i + 1 : i + 2]), ITEM_LEVEL + block.depth
                marks = [found]
            else:
                level = LABEL_LEVEL
                marks = [line_mark(line) for line in block.lines if block.kind == "text"]
            yield from (HeadingOccurrence(one, level, heading=False) for one in marks if one)


def line_mark(line: RichText) -> HeadingMark | None:
    """Return the stretch that a bold line names: "**Week 1**: Start", "**Day 1-2: Basics**"."""
    if not line.bold or len(line.text) > 2 * LONGEST_LABEL:
        return None
    found = mark(line.text)
    return found if found and found.leads and found.label[:3] in line.bold else None


def item_mark(block: Block, following: Sequence[Block]) -> HeadingMark | None:
    """Return the stretch that an item names. A checkbox counts only with others below it."""
    if not block.lines or any(link.url.startswith("#") for link in block.links):
        return None
    holds = any(nxt.depth > block.depth for nxt in following)
    if block.checked is not None and not holds:
        return None
    found = mark(block.lines[0].text)
    if not found or not found.leads:
        return None
    after = block.lines[0].text.partition(found.label)[2].lstrip()
    is_label = block.lines[0].bold or holds or not after or after[0] in f"{_SEPARATORS}|("
    return found if is_label else None


def bold_labels(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with a plain line "Week 1: Start" right above a list made bold."""
    out = list(blocks)
    for i, (block, following) in enumerate(pairwise(blocks)):
        if block.kind != "text" or block.depth or len(block.lines) != 1 or following.kind != "item":
            continue
        line = block.lines[0]
        found = mark(line.text) if len(line.text) <= LONGEST_LABEL else None
        if found and found.leads and not line.bold and not line.text.endswith("."):
            out[i] = replace(block, lines=(replace(line, bold=line.text),))
    return tuple(out)
