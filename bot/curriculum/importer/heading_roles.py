"""Find the headings, labels and items that name stretches, and decide what the stretches are.

Which are the guide's phases, its modules and its units is decided once for the whole guide: what
encloses what follows from heading levels where they differ, and from the meaning of the words where
they do not.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from math import inf
from statistics import median
from typing import Literal

from bot.curriculum.importer import patterns, vocabulary
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.headings import HeadingMark
from bot.curriculum.importer.inline_markdown import RichText
from bot.curriculum.importer.keys import GROUPS, GuideKeys

Part = Literal["phase", "between", "module", "unit", "inner"]
_FRONT_TITLE = re.compile(r"^title:(.*)$", re.MULTILINE)
_WITHIN = {"weekday"}  # which are only a part of other stretches
_DATED = frozenset({"date", "dates"})
LABEL_LEVEL = 7.0
ITEM_LEVEL = 8.0
FEW = 3  # a group that turns up once beside one that turns up this often is a mention


@dataclass(frozen=True, slots=True)
class HeadingOccurrence:
    """A mark, its line, and how deep it stands (items and labels below all headings).

    `end` is the line of the first heading after it that it does not hold.
    """

    mark: HeadingMark
    level: float
    line: int
    end: float = inf

    @property
    def heading(self) -> bool:
        """Return whether a heading of Markdown carries it."""
        return self.level < LABEL_LEVEL


@dataclass(frozen=True, slots=True)
class HeadingRoles:
    """`order` lists the guide's groups from the outside in; `wide` those whose ranges are parts.

    `lines` are the lines whose marks count. `like` are the groups of single headings that are units
    all the same: "Exam - 24 April" beside "Week 1".
    """

    order: tuple[str, ...] = ()
    unit: str | None = None
    wide: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()
    like: frozenset[str] = frozenset()

    def group(self, mark: HeadingMark) -> str:
        """Return the mark's group; "Months 1-3" is a part where its months have headings."""
        if mark.group in self.like and self.unit:
            return self.unit
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


def decide(seen: Sequence[HeadingOccurrence], *, rare: bool = False) -> HeadingRoles:
    """Return the roles of all groups of a guide; `rare` counts single mentions too."""
    wide = frozenset(g for g in ("month", "week", "day") if _ranges_enclose(seen, g))
    plain = HeadingRoles(wide=wide)
    groups = Counter(plain.group(one.mark) for one in seen)
    if groups and not rare and max(groups.values()) >= FEW:
        groups = Counter({g: n for g, n in groups.items() if n > 1 or g in wide})
    levels = {g: median(one.level for one in seen if plain.group(one.mark) == g) for g in groups}
    known = all(group in GROUPS for group in groups)
    order = tuple(
        sorted(groups, key=lambda g: (levels[g], GROUPS.index(g) if known else groups[g]))
    )
    lines = frozenset(one.line for one in seen)
    unit = _unit(order) if known else _innermost(order, seen)
    beside = Counter(s.mark.group for s in seen if s.heading and s.level == levels.get(unit or ""))
    like = frozenset(g for g in _DATED if g != unit and 0 < beside[g] < beside[unit or ""])
    return HeadingRoles(tuple(g for g in order if g not in like), unit, wide, lines, like)


def holding(roles: HeadingRoles, seen: Sequence[HeadingOccurrence]) -> HeadingRoles:
    """Return the roles without the groups outside the unit that have nothing to do with units.

    That is, which never hold one, and are in no stretch that does: "Phase 1" to "Phase 4" of a list
    after the units. What has a date of its own stays.
    """
    inside = roles.order.index(roles.unit) if roles.unit in roles.order else 0
    ranked = [(one, rank) for one in seen if (rank := roles.rank(one.mark)) is not None]
    below = {
        i: [j for j in _below(ranked, i) if ranked[j][1] <= inside]
        for i, (_, rank) in enumerate(ranked)
        if rank < inside
    }
    left = {roles.order.index(group) for group in _DATED & {*roles.order}}
    left |= {ranked[i][1] for i, held in below.items() if any(ranked[j][1] == inside for j in held)}
    left |= {ranked[j][1] for i, held in below.items() if ranked[i][1] in left for j in held}
    order = (g for rank, g in enumerate(roles.order) if rank >= inside or rank in left)
    return replace(roles, order=tuple(order))


def _below(ranked: Sequence[tuple[HeadingOccurrence, int]], i: int) -> Iterator[int]:
    """Yield the places of the occurrences that stand in the one at `i`."""
    one, rank = ranked[i]
    for j in range(i + 1, len(ranked)):
        if ranked[j][1] <= rank or ranked[j][0].line >= one.end:
            return
        yield j


def alternatives(roles: HeadingRoles) -> Iterator[HeadingRoles]:
    """Yield the roles with each of the groups as the unit, those of `roles` first.

    Then those without one of the groups, or without all others, which may only be mentioned.
    """
    yield roles
    units = [roles.unit, *(group for group in roles.order if group != roles.unit)]
    for unit in units[1:]:
        if unit not in _WITHIN:
            yield replace(roles, unit=unit)
    for unit in units if len(units) > 2 else ():
        if unit is not None and unit not in _WITHIN:
            yield replace(roles, unit=unit, order=(unit,))
    for unit in units[:2] if len(units) > 1 else ():
        for group in roles.order:
            if group != unit and group not in _WITHIN:
                left = tuple(one for one in roles.order if one != group)
                yield replace(roles, unit=unit, order=left)


def sound(seen: Sequence[HeadingOccurrence]) -> list[HeadingOccurrence]:
    """Return the occurrences without mentions, and without headings that only span others.

    A group that headings announce is only mentioned in bold lines and items, unless one goes on
    where the headings end.
    """
    out = []
    last: dict[str, int] = {}
    named: dict[tuple[str, int, int], bool] = {}
    by_heading = Counter(one.mark.group for one in seen if one.heading)
    whole = Counter(one.mark.group for one in seen)
    usual = {
        g: Counter(s.level for s in seen if s.mark.group == g).most_common(1)[0][0] for g in whole
    }
    for i, one in enumerate(seen):
        group = one.mark.group
        mention = not one.heading and by_heading[group] >= max(2, whole[group] // 4)
        if mention and one.mark.first != last.get(group, -1) + 1:
            continue
        following = seen[i + 1 : i + 2]
        if one.mark.span > 1 and any(
            inner.mark.group == group
            and (inner.level == one.level or inner.mark.span > 1)
            and one.mark.first <= inner.mark.first <= inner.mark.last <= one.mark.last
            and inner.mark.span < one.mark.span
            for inner in following
        ):
            continue
        # The same number again, at another level or without what the first one holds, repeats.
        key = (group, one.mark.first, one.mark.last)
        holds = any(n.mark.group != group and n.level > one.level for n in following)
        if key in named and (one.level != usual[group] or (named[key] and not holds)):
            continue
        named[key] = holds
        last[group] = one.mark.last
        out.append(one)
    return out


def _ranges_enclose(seen: Sequence[HeadingOccurrence], group: str) -> bool:
    """Return whether ranges of a group stand over single ones that are in them."""
    wide = [s for s in seen if s.mark.group == group and s.mark.span > 1]
    single = [s for s in seen if s.mark.group == group and s.mark.span == 1]
    if not wide or median(s.level for s in wide) >= median([s.level for s in single] or [0]):
        return False
    inside = {n for s in wide for n in range(s.mark.first, s.mark.last + 1)}
    return any(s.mark.first in inside for s in single)


def _innermost(order: Sequence[str], seen: Sequence[HeadingOccurrence]) -> str | None:
    """Return the innermost group that many headings announce, where no table knows its meaning."""
    counts = Counter(one.mark.group for one in seen if one.heading)
    many = max(counts.values(), default=0) / 2
    found = (group for group in reversed(order) if counts[group] and counts[group] >= many)
    return next(found, order[-1] if order else None)


def _unit(order: tuple[str, ...]) -> str | None:
    for group in ("week", "module", "day", "lesson"):
        if group in order and not (group == "module" and "day" in order):
            return group
    return order[-1] if order else None


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


def front_title(blocks: Sequence[Block]) -> str:
    """Return the title that the front matter has, or ""."""
    front = _FRONT_TITLE.search(blocks[0].code if blocks[:1] and blocks[0].kind == "front" else "")
    return front[1].strip().strip("\"'") if front else ""


def find_title(blocks: Sequence[Block], keys: GuideKeys) -> Block | None:
    """Return the only heading of the top level, or else the first unless it starts a section."""
    headings = [block for block in blocks if block.kind == "heading" and block.text]
    if front_title(blocks) and not any(block.level == 1 for block in headings):
        return None
    top = [block for block in headings if block.level == 1]
    for block in [*(top if len(top) == 1 else []), *headings[:1]]:
        section = len(top) != 1 and vocabulary.topic(block.text, vocabulary.AROUND)
        if not keys.mark(block.text) and not section:
            return block
    return None


def outvoted(blocks: Sequence[Block]) -> frozenset[int]:
    """Return the lines of headings whose words say that no work is below, but most of it is.

    Boxes count, and items where there are none: "Daily plan" may hold the whole of the guide.
    """
    boxes = [b.first for b in blocks if b.kind == "item" and b.checked is not None]
    work = boxes if len(boxes) > FEW else [b.first for b in blocks if b.kind == "item"]
    headings = [b for b in blocks if b.kind == "heading"]
    out = set()
    for i, block in enumerate(headings):
        if vocabulary.topic(block.text, vocabulary.AROUND) not in vocabulary.NO_TIMELINE:
            continue
        later = (b.first for b in headings[i + 1 : i + 400] if b.level <= block.level)
        end = next(later, blocks[-1].last + 1)
        inside = bisect_left(work, end) - bisect_left(work, block.first)
        if inside > FEW and inside * 2 > len(work):
            out.add(block.first)
    return frozenset(out)


def heading_occurrences(blocks: Sequence[Block], keys: GuideKeys) -> Iterator[HeadingOccurrence]:
    """Yield all marks that may count, before the roles are decided."""
    closed: int | None = None
    ignored, ends = outvoted(blocks), _ends(blocks, keys)
    last: dict[tuple[str, int], int] = {}
    for i, block in enumerate(blocks):
        if block.kind == "heading":
            found = keys.mark(block.text)
            usual = (found.group, block.level) if found else ("", 0)
            goes_on = found and found.first == last.get(usual, -1) + 1 and found.first > 1
            if closed is not None and block.level > closed and not goes_on:
                continue
            closed = None
            if found:
                last[usual] = found.last
                yield HeadingOccurrence(found, block.level, block.first, ends[block.first])
            elif (
                i
                and block.first not in ignored
                and vocabulary.topic(block.text, vocabulary.AROUND) in vocabulary.NO_TIMELINE
            ):
                closed = block.level
        elif closed is None:
            yield from _below_headings(block, blocks[i + 1 : i + 2], keys)


def _ends(blocks: Sequence[Block], keys: GuideKeys) -> dict[int, float]:
    """Return for the line of each heading that of the next above it, or beside it and no part.

    A part has a name that recurs, such as "Objectives" of each month.
    """
    headings = [block for block in blocks if block.kind == "heading"]
    names = Counter(block.text for block in headings)
    ends: dict[int, float] = {}
    opened: list[Block] = []
    for block in headings:
        section = keys.mark(block.text) is None and names[block.text] == 1
        while opened and opened[-1].level > block.level - section:
            ends[opened.pop().first] = block.first
        opened.append(block)
    return dict.fromkeys((block.first for block in opened), inf) | ends


def _below_headings(
    block: Block, following: Sequence[Block], keys: GuideKeys
) -> Iterator[HeadingOccurrence]:
    if block.kind == "item":
        found = item_mark(block, following, keys)
        if found:
            yield HeadingOccurrence(found, ITEM_LEVEL + block.depth, block.first)
    elif block.kind == "text":
        for number, line in enumerate(block.lines):
            found = line_mark(line, keys)
            if found:
                yield HeadingOccurrence(found, LABEL_LEVEL, block.first + number)


def line_mark(line: RichText, keys: GuideKeys) -> HeadingMark | None:
    """Return the stretch that a bold line names: "**Week 1**: Start", "**Day 1-2: Basics**"."""
    if not line.bold or len(line.text) > 2 * LONGEST_LABEL:
        return None
    found = keys.mark(line.text)
    after = found.after(line.text) if found and not found.dates else ""
    if after and re.match(r"\s[^\W\d_]", after) and after.strip()[0].islower():
        return None  # "Unit 6 is a review" is a sentence
    if found is None or line.bold == line.text:
        return found
    leads = found.leads and found.label[:3].casefold() in line.bold.casefold()
    return found if leads else None


def item_mark(block: Block, following: Sequence[Block], keys: GuideKeys) -> HeadingMark | None:
    """Return the stretch that an item names. A checkbox counts only with others below it."""
    if not block.lines or any(link.url.startswith("#") for link in block.links):
        return None
    holds = any(nxt.depth > block.depth for nxt in following)
    if block.checked is not None and not holds:
        return None
    found = keys.mark(block.lines[0].text)
    if not found or not found.leads:
        return None
    after = found.after(block.lines[0].text).lstrip()
    if found.group == "weekday" and after and not holds:
        return None  # "Monday: read" is something to do
    is_label = block.lines[0].bold or holds or not after or after[0] in f"{_SEPARATORS}|("
    return found if is_label else None


def bold_labels(blocks: Sequence[Block], keys: GuideKeys) -> tuple[Block, ...]:
    """Return the blocks with plain lines that announce a stretch made bold.

    That is "Week 1: Start" right above a list or table, "Week 1" alone above a paragraph, and each
    line of a paragraph where all do.
    """
    out = list(blocks)
    for i, (block, following) in enumerate(zip_longest(blocks, blocks[1:])):
        if block.kind != "text" or block.depth or not block.lines:
            continue
        marks = [_plain_mark(line, keys) for line in block.lines]
        listed = following is not None and following.kind in {"item", "schedule", "table"}
        alone = len(marks) == 1 and following is not None and following.kind == "text"
        if len(marks) > 1 and _follow_each_other(marks):
            lines = tuple(replace(line, bold=line.text) for line in block.lines)
        elif marks[-1] and (listed or (alone and not marks[-1].title)):
            last = block.lines[-1]
            lines = (*block.lines[:-1], replace(last, bold=last.text))
        else:
            continue
        out[i] = replace(block, lines=lines)
    return tuple(out)


def _follow_each_other(marks: Sequence[HeadingMark | None]) -> bool:
    return all(a and b and a.group == b.group and a.last < b.first for a, b in pairwise(marks))


def _plain_mark(line: RichText, keys: GuideKeys) -> HeadingMark | None:
    """Return the stretch that a line without bold words begins with, unless it is a sentence."""
    if line.bold or line.text.endswith(".") or len(line.text) > LONGEST_LABEL:
        return None
    found = keys.mark(line.text)
    return found if found and found.leads else None
