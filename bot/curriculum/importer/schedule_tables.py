"""Expand schedules written as tables: a row is a week, and its cells say what to do in it.

A row is turned into the blocks that the same week would have as a heading with a list, so that the
rest of the importer needs to know only one shape.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.curriculum.base import Hours
from bot.curriculum.importer import durations, patterns, vocabulary
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.headings import HeadingMark, clean, mark
from bot.curriculum.importer.inline_markdown import RichText

_GROUP_LEVEL, _ROW_LEVEL = 5, 6
_NUMBERED = re.compile(r"^(\d{1,2})\s*[:.\u2013-]\s*(.+)$")
_LINKING = re.compile(r"(?<!\s)\s*+(?:&|and|\+|,)$")
_CELL_NUMBER = re.compile(r"^\d{1,3}(?:\s*[-\u2013]\s*\d{1,3})?$")
_COLUMNS: tuple[tuple[str, str], ...] = (
    (r"^(?:module|modulo|phase|fase|section|part|unit|stage|month|mes|block|bloco)s?$", "group"),
    (r"hours?$|^hours|^time$|^effort$|^horas|^study time|^estimated", "hours"),
    (
        r"^(?:status|done|progress|dates?|score|quiz score|completed?|check|start|end|week of)$",
        "skip",
    ),
    (r"deliverables?|milestones?|entreg|^outcome", "deliverable"),
    (r"^(?:goals?|objectives?|learning objectives?|objetivos?)$", "goals"),
    (r"resources?|links?$|references?|materials?|recursos", "resources"),
    (r"^(?:focus|focus areas?|theme|tema|title|phase name)$", "title"),
)


@dataclass(frozen=True, slots=True)
class ScheduleColumns:
    """Which column is what: `time` is the week's, `roles` name the others ("task" for most)."""

    time: int
    word: str
    group: str
    roles: tuple[str, ...]

    def of(self, role: str) -> list[int]:
        """Return the columns with this role."""
        return [i for i, name in enumerate(self.roles) if name == role]


def columns(table: Block) -> ScheduleColumns | None:
    """Return the columns of a table with a column of weeks, days or months; None for others."""
    for i, header in enumerate(table.header):
        word = clean(header.text).rstrip(" #")
        found = mark(f"{word} 1") if word and " " not in word else None
        if found and found.group in {"week", "day", "month", "module", "lesson"}:
            timed = sum(_label(row.cells[i].text, word) is not None for row in table.rows)
            if timed * 2 > len(table.rows):
                heads = [patterns.fold(cell.text) for cell in table.header]
                roles = [patterns.first_match(_COLUMNS, head) or "task" for head in heads]
                roles[i] = "time"
                return ScheduleColumns(i, word, found.group, tuple(roles))
    return None


def _label(cell: str, word: str) -> str | None:
    """Return "Week 3" from the cell "3" or "Week 3"."""
    cell = clean(cell)
    label = f"{word} {cell}" if _CELL_NUMBER.match(cell) else cell
    found = mark(label)
    return found.label if found and not found.title else None


def expand_schedule_tables(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with every schedule table expanded into headings and items.

    Tables that only repeat weeks which have headings of their own, and tables to fill in, stay.
    """
    groups = {named.group for block in blocks if (named := _announced_mark(block))}
    out: list[Block] = []
    section: tuple[int, str | None] = (0, None)
    for block in blocks:
        if block.kind == "heading":
            topic = vocabulary.topic(block.text, vocabulary.AROUND)
            if block.level <= section[0] or section[1] not in vocabulary.NO_TIMELINE:
                section = (block.level, topic)
        found = columns(block) if block.kind == "table" else None
        closed = section[1] in vocabulary.NO_TIMELINE and section[0] > 1
        if found and len(block.rows) > 1 and found.group not in groups and not closed:
            out += _expand(block, found)
        else:
            out.append(block)
    return tuple(out)


def _announced_mark(block: Block) -> HeadingMark | None:
    if block.kind not in {"heading", "item", "text"} or not block.lines:
        return None
    line = block.lines[0]
    if block.kind != "heading" and not line.bold:
        return None
    return mark(line.text)


def _expand(table: Block, found: ScheduleColumns) -> Iterator[Block]:
    yield Block("schedule", table.first, table.rows[0].first - 1)
    groups: list[str] = []
    for row in table.rows:
        group = next((row.cells[i].text for i in found.of("group") if row.cells[i].text), "")
        if not group and groups and _label(row.cells[found.time].text, found.word):
            group = groups[-1]
        if group and group not in groups[-1:]:
            groups.append(group)
            yield _heading(row, _group_title(group, len(groups), table, found), _GROUP_LEVEL)
        yield from _row(row, found, group)
    yield Block("end", table.last, table.last, level=_GROUP_LEVEL)


def _group_title(group: str, count: int, table: Block, found: ScheduleColumns) -> str:
    if mark(group):
        return group
    word = clean(table.header[found.of("group")[0]].text)
    word = word if mark(f"{word} 1") else "Module"
    numbered = _NUMBERED.match(group)
    number, title = (numbered[1], numbered[2]) if numbered else (str(count), group)
    return f"{word} {number}: {title}"


def _heading(row: BlockRow, title: str, level: int) -> Block:
    return Block("heading", row.first, row.first, lines=(RichText(title),), level=level)


def _row(row: BlockRow, found: ScheduleColumns, group: str) -> Iterator[Block]:
    label = _label(row.cells[found.time].text, found.word)
    cells = {i: cell for i, cell in enumerate(row.cells) if cell.text}
    if label is None:
        yield Block("text", row.first, row.first, lines=tuple(cells.values()))
        return
    titles = [cells[i].text for i in found.of("title") if i in cells]
    tasks = [i for i in found.of("task") if i in cells]
    title = titles[0] if titles else _bare(group)
    if not title and tasks:
        title = cells[tasks[0]].text.replace("\n", "; ")
    yield _heading(row, f"{label} \u2013 {title}" if title else label, _ROW_LEVEL)
    for role in ("goals", "hours", "deliverable", "resources"):
        for i in found.of(role):
            if i in cells and not patterns.PLACEHOLDER.fullmatch(cells[i].text):
                labelled = f"{role}: {cells[i].text}".replace("\n", "; ")
                rich = replace(cells[i], text=labelled, bold=role)
                yield Block("text", row.first, row.first, lines=(rich,))
    for i in tasks:
        yield from _items(row, cells[i])
    if not tasks and titles and not found.of("task"):
        yield from _items(row, RichText(titles[0]))


def _bare(group: str) -> str:
    found = mark(group)
    numbered = _NUMBERED.match(group)
    return found.title or group if found else numbered[2] if numbered else group


def _items(row: BlockRow, cell: RichText) -> Iterator[Block]:
    """Yield one item for each line of a cell; what is still "to be created" is none."""
    pieces = cell.text.split("\n")
    for piece in pieces:
        item_text = _LINKING.sub("", patterns.PLACEHOLDER.sub("", piece).strip())
        if re.search(r"\w", item_text):
            links = tuple(k for k in cell.links if len(pieces) == 1 or k.text in piece)
            rich = replace(cell, text=clean(item_text), links=links, bold="")
            yield Block("item", row.first, row.first, lines=(rich,), depth=1)


def remember_hours(
    table: Block, found: ScheduleColumns, into: dict[tuple[str, int], Hours]
) -> None:
    """Store the hours that a table states for weeks which have headings of their own."""
    for row in table.rows:
        named = mark(_label(row.cells[found.time].text, found.word) or "")
        for i in found.of("hours"):
            stated = durations.hours_without_unit(row.cells[i].text)
            if named and stated:
                into[named.group, named.first] = stated
