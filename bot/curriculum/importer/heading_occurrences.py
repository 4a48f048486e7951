"""Find the headings, labels and items that name stretches."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from math import inf

from bot.curriculum.importer import patterns, vocabulary
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.headings import HeadingMark
from bot.curriculum.importer.inline_markdown import RichText
from bot.curriculum.importer.keys import GuideKeys

LABEL_LEVEL = 7.0
ITEM_LEVEL = 8.0
LONGEST_LABEL = 120
MANY = 3  # boxes or items in a section beyond which they count
_SEPARATORS = f":{patterns.COLON}-\u2013\u2014"
_FRONT_TITLE = re.compile(r"^title:(.*)$", re.MULTILINE)


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
    work = boxes if len(boxes) > MANY else [b.first for b in blocks if b.kind == "item"]
    headings = [b for b in blocks if b.kind == "heading"]
    out = set()
    for i, block in enumerate(headings):
        if vocabulary.topic(block.text, vocabulary.AROUND) not in vocabulary.NO_TIMELINE:
            continue
        later = (b.first for b in headings[i + 1 : i + 400] if b.level <= block.level)
        end = next(later, blocks[-1].last + 1)
        inside = bisect_left(work, end) - bisect_left(work, block.first)
        if inside > MANY and inside * 2 > len(work):
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
