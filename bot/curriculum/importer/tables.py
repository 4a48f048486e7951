"""Expand tables that are plans: a row, a column or a cell becomes what it would be as a heading.

A row for each week, weeks as columns and a subject a row, weekdays as columns: all are turned into
the headings and items that the same plan would have without a table, so that the rest of the
importer needs to know only one shape.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.curriculum.importer import patterns, vocabulary
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.headings import HeadingMark, clean
from bot.curriculum.importer.inline_markdown import RichText
from bot.curriculum.importer.keys import GuideKeys
from bot.curriculum.importer.schedule_columns import (
    CELL_NUMBER,
    STATE,
    ScheduleColumns,
    cell_mark,
    columns,
    repeats,
)

_GROUP_LEVEL, _ROW_LEVEL = 5, 6
_ABOUT = {"goals", "deliverable", "notes", "resources", "time"}  # topics of rows that are no work
_DAYS = {"weekday", "date", "day"}
_NUMBERED = re.compile(r"^(\d{1,2})\s*[:.\u2013-]\s*(.+)$")
_LABELLED = re.compile(r"\W{0,6}[^\W\d_][^:\n]{0,20}:\s*\S")
_CELL_DAY = re.compile(r"\d")


def expand_tables(blocks: Sequence[Block], keys: GuideKeys) -> tuple[Block, ...]:
    """Return the blocks with every table that is a plan expanded into headings and items.

    Tables that only repeat weeks which have headings of their own, and tables to fill in, stay.
    """
    announced = {
        (named.group, named.first) for b in blocks for named in _announced_marks(b, keys) if named
    }
    out: list[Block] = []
    section: tuple[int, str | None] = (0, None)
    for block in blocks:
        if block.kind == "heading":
            topic = vocabulary.topic(block.text, vocabulary.AROUND)
            if block.level <= section[0] or section[1] not in vocabulary.NO_TIMELINE:
                section = (block.level, topic)
        closed = section[1] in vocabulary.NO_TIMELINE and section[0] > 1
        if block.kind == "table" and block.rows and not closed:
            out += _expanded(block, announced, keys)
        else:
            out.append(block)
    return tuple(out)


def _expanded(table: Block, announced: set[tuple[str, int]], keys: GuideKeys) -> Iterator[Block]:
    table = _with_head_as_row(table, keys)
    heads = [keys.mark(cell.text) if cell.text else None for cell in table.header]
    groups = Counter(one.group for one in heads if one and one.leads)
    across, count = groups.most_common(1)[0] if groups else ("", 0)
    found = columns(table, keys)
    by_row = found is not None and len(table.rows) > 1
    if count > 1 and across not in _DAYS and across != "clock":
        if not any((one.group, one.first) in announced for one in heads if one):
            yield from _by_column(table, heads)
            return
    elif found and by_row and not (count > 1 and found.group in {*_DAYS, "clock"}):
        if not repeats(table, found, announced, keys):
            yield from _expand(table, found, keys)
            return
    elif count > 1:
        yield from _grid(table, heads)
        return
    elif not any(cell.text for cell in table.header):
        yield from _labelled_rows(table)
        return
    yield table


def _with_head_as_row(table: Block, keys: GuideKeys) -> Block:
    """Return a table whose head is the first of its weeks with the head as a row."""
    head = keys.mark(table.header[0].text) if table.header and table.header[0].text else None
    below = keys.mark(table.rows[0].cells[0].text) if table.rows[0].cells else None
    if head is None or below is None or (head.group, head.last + 1) != (below.group, below.first):
        return table
    rows = (BlockRow(table.first, table.header), *table.rows)
    return replace(table, header=(RichText(""),) * len(table.header), rows=rows)


def _announced_marks(block: Block, keys: GuideKeys) -> Iterator[HeadingMark | None]:
    if block.kind == "heading":
        yield keys.mark(block.text)
    elif block.kind in {"item", "text"}:
        yield from (keys.mark(line.text) for line in block.lines if line.bold)


def _expand(table: Block, found: ScheduleColumns, keys: GuideKeys) -> Iterator[Block]:
    if table.first < table.rows[0].first:
        yield Block("schedule", table.first, table.rows[0].first - 1)
    groups: list[str] = []
    before = ""
    heads = [keys.mark(cell.text) if cell.text else None for cell in table.header]
    of_days = [one is not None and one.group in _DAYS for one in heads]
    for row in table.rows:
        mark = cell_mark(row.cells[found.time].text, found.word, keys)
        group = next((row.cells[i].text for i in found.of("group") if row.cells[i].text), "")
        if not group and groups and mark:
            group = groups[-1]
        if group and group not in groups[-1:]:
            groups.append(group)
            yield _heading(row, _group_title(group, len(groups), table, found, keys), _GROUP_LEVEL)
        label = mark.label if mark else ""
        rest = row.cells[found.time].text[len(label) :] if label else ""
        dated = (row.cells[i].text for i in found.of("date") if row.cells[i].text)
        days = next(dated, rest).strip(" ()\n")
        if label and _CELL_DAY.search(days) and days not in label:
            label = f"{label} ({days})"
        if mark is None and before and not row.cells[found.time].text:
            label = before  # an empty cell goes on with the row above
        elif mark is None:
            filled = tuple(cell for cell in row.cells if cell.text)
            yield Block("text", row.first, row.first, lines=filled)
            continue
        made = list(_row(row, found, _bare(group, keys), label, of_days, again=label == before))
        if [one.kind for one in made] != ["heading"] or made[0].text != label:
            yield from made  # else there is nothing to do in it
        before = label
    yield Block("end", table.last, table.last, level=_GROUP_LEVEL)


def _group_title(
    group: str, count: int, table: Block, found: ScheduleColumns, keys: GuideKeys
) -> str:
    if keys.mark(group):
        return group
    word = clean(table.header[found.of("group")[0]].text)
    word = word if keys.mark(f"{word} 1") else "Module"
    if CELL_NUMBER.match(group):
        return f"{word} {group}"
    numbered = _NUMBERED.match(group)
    number, title = (numbered[1], numbered[2]) if numbered else (str(count), group)
    return f"{word} {number}: {title}"


def _heading(row: BlockRow, title: str, level: int) -> Block:
    return Block("heading", row.first, row.first, lines=(RichText(title),), level=level)


def _row(
    row: BlockRow, found: ScheduleColumns, group: str, label: str, days: list[bool], *, again: bool
) -> Iterator[Block]:
    cells = {i: cell for i, cell in enumerate(row.cells) if cell.text and i < len(found.roles)}
    titles = [cells[i].text for i in found.of("title") if i in cells]
    tasks = [i for i in found.of("task") if i in cells]
    title = titles[0] if titles else group
    if not again:
        yield _heading(row, f"{label} \u2013 {title}" if title else label, _ROW_LEVEL)
    for role in ("goals", "hours", "deliverable", "resources"):
        for i in found.of(role):
            if i in cells and not patterns.PLACEHOLDER.fullmatch(cells[i].text):
                labelled = f"{role}: {cells[i].text}".replace("\n", "; ")
                rich = replace(cells[i], text=labelled, bold=role)
                yield Block("text", row.first, row.first, lines=(rich,))
    if found.group in _DAYS and len(tasks) > 1 and not any(days):
        yield from _day(row, cells, tasks)
        return
    states = [state for cell in row.cells if (state := STATE.match(cell.text))]
    done = (states[0][1] or states[0][2] or " ") not in " ☐⬜❌🔲🔄⏳" if states else None
    for i in tasks:
        for one in _items(row, cells[i], "", as_day=days[i] or found.group in _DAYS):
            yield replace(one, checked=done) if one.kind == "item" else one
    if not tasks and titles and not found.of("task"):
        yield from _items(row, RichText(titles[0]))


def _day(row: BlockRow, cells: dict[int, RichText], tasks: list[int]) -> Iterator[Block]:
    """Yield the first cell of a day as what is to be done, and the others as what it says more."""
    at, *others = tasks
    if patterns.REST.fullmatch(patterns.fold(cells[at].text)):
        return
    first = next(_items(row, cells[at], as_day=True), None)
    if first is not None:
        yield first
        if others:
            more = tuple(cells[i] for i in others)
            yield Block("text", row.first, row.first, lines=more, depth=1)


def _grid(table: Block, heads: list[HeadingMark | None]) -> Iterator[Block]:
    """Yield an item for each filled cell below a weekday."""
    if table.first < table.rows[0].first:
        yield Block("schedule", table.first, table.rows[0].first - 1)
    for row in table.rows:
        for head, cell in zip(heads, row.cells, strict=False):
            if head and cell.text:
                yield from _items(row, cell, head.label, as_day=True)


def _by_column(table: Block, heads: list[HeadingMark | None]) -> Iterator[Block]:
    """Yield a heading for each column that is a week, and its cells with their row's name."""
    yield Block("schedule", table.first, max(table.first, table.rows[0].first - 1))
    naming = next((i for i, head in enumerate(heads) if not head), None)
    for i, head in enumerate(heads):
        if head is None:
            continue
        yield _heading(table.rows[0], head.name, _ROW_LEVEL)
        for row in table.rows:
            name = row.cells[naming].text if naming is not None and naming < len(row.cells) else ""
            if i < len(row.cells) and row.cells[i].text:
                yield from _items(row, row.cells[i], name)
    yield Block("end", table.last, table.last, level=_GROUP_LEVEL)


def _labelled_rows(table: Block) -> Iterator[Block]:
    """Yield the rows of a table without a head as items, the first cell as what they are."""
    for row in table.rows:
        filled = [cell for cell in row.cells if cell.text]
        if not filled:
            continue
        name = filled[0].text if len(filled) > 1 else ""
        topic = vocabulary.topic(name, vocabulary.INSIDE)
        for cell in filled[bool(name) :]:
            if topic in _ABOUT:
                rich = replace(cell, text=f"{name}: {cell.text}".replace("\n", " "), bold=name)
                yield Block("text", row.first, row.first, lines=(rich,))
            else:
                yield from _items(row, cell, "" if topic == "tasks" else name)


def _bare(group: str, keys: GuideKeys) -> str:
    if CELL_NUMBER.match(group):
        return ""
    found = keys.mark(group)
    numbered = _NUMBERED.match(group)
    return found.title or group if found else numbered[2] if numbered else group


def _items(
    row: BlockRow, cell: RichText, name: str = "", *, as_day: bool = False
) -> Iterator[Block]:
    """Yield one item for each line or link of a cell; a rest, or what is "to be created", is none.

    `name` is put before each, where the cell is not several links.
    """
    pieces = cell.text.split("\n")
    if len(pieces) > 1 and 2 * sum(bool(_LABELLED.match(one)) for one in pieces) >= len(pieces):
        yield from _labelled_cell(row, cell, pieces, name)
        return
    linked = [link.text for link in cell.links if link.text]
    around = cell.text
    for one in linked:
        around = around.replace(one, "", 1)
    if len(linked) > 1 and not re.search(r"\w", around):
        pieces, name = linked, ""
    for piece in pieces:
        item_text = patterns.PLACEHOLDER.sub("", piece).strip()
        rest = as_day and patterns.REST.fullmatch(patterns.fold(item_text))
        if re.search(r"\w", item_text) and not rest:
            links = tuple(k for k in cell.links if len(pieces) == 1 or k.text in piece)
            yield _item(row, replace(cell, text=item_text, links=links), name)


def _item(row: BlockRow, cell: RichText, name: str) -> Block:
    title = f"{clean(name)}: {clean(cell.text)}" if name else clean(cell.text)
    rich = replace(cell, text=title, bold="")
    return Block("item", row.first, row.first, lines=(rich,), depth=1)


def _labelled_cell(row: BlockRow, cell: RichText, pieces: list[str], name: str) -> Iterator[Block]:
    """Yield one item for a cell of labelled lines: the first of them, and the others below it."""
    first = next(one for one in pieces if _LABELLED.match(one))
    yield _item(row, replace(cell, text=first.partition(":")[2]), name)
    for one in pieces:
        if one != first:
            yield Block("text", row.first, row.first, lines=(RichText(one),), depth=1)
