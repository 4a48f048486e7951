"""Expand tables that are plans: a row, a column or a cell becomes what it would be as a heading.

A row for each week, weeks as columns and a subject a row, weekdays as columns: all are turned into
the headings and items that the same plan would have without a table, so that the rest of the
importer needs to know only one shape.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.curriculum.base import Hours
from bot.curriculum.importer import durations, patterns, vocabulary
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.headings import HeadingMark, clean
from bot.curriculum.importer.inline_markdown import RichText
from bot.curriculum.importer.keys import LONGEST, GuideKeys

_GROUP_LEVEL, _ROW_LEVEL = 5, 6
_ABOUT = {"goals", "deliverable", "notes", "resources", "time"}  # topics of rows that are no work
_DAYS = {"weekday", "date", "day"}
_NUMBERED = re.compile(r"^(\d{1,2})\s*[:.\u2013-]\s*(.+)$")
_LINKING = re.compile(r"(?<!\s)\s*+(?:&|and|\+|,)$")
_LABELLED = re.compile(r"\W{0,6}[^\W\d_][^:\n]{0,20}:\s*\S")
_STATE = re.compile(r"^(?:\[([ xX✓✔]?)\]|([☐⬜☑✅❌🔲🔄⏳]))\ufe0f?(?:\s*\w+)?$")
_CELL_TIME = re.compile(
    r"^\d{1,2}(?:[:h]\d{2})?\s*(?:[ap]m)?\s*[-\u2013]\s*\d{1,2}(?:[:h]\d{2})?\s*(?:[ap]m|h)?$",
    re.IGNORECASE,
)
_CELL_DATE = re.compile(r"^\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{2,4})?)?(?:\s*[-\u2013]\s*[\d./-]+)?$")
_CELL_DAY = re.compile(r"\d")
_CELL_NUMBER = re.compile(r"^\d{1,3}(?:\s*[-\u2013]\s*\d{1,3})?$")
_HEAD_SIGNS = re.compile(r"\s*(?:#|no\.?|nr\.?|n[ºo°]\.?|number)$", re.IGNORECASE)
_NO_WORK = (_CELL_NUMBER, _CELL_DATE, _CELL_TIME, _STATE)
_COLUMNS: tuple[tuple[str, str], ...] = (
    (r"^(?:module|modulo|phase|fase|section|part|unit|stage|month|mes|block|bloco)s?$", "group"),
    (r"hours?$|^hours|^time$|^effort$|^horas|^study time|^estimated", "hours"),
    (r"^(?:dates?|data|fecha|datum)$", "date"),
    (
        r"^(?:(?:quiz )?score|status|done|progress|complet\w*|check|start|end|total|km)$",
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


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which columns are days of the week, and how many different cells each column has."""

    days: list[bool]
    distinct: list[int]

    @classmethod
    def of(cls, table: Block, keys: GuideKeys) -> "_Plan":
        heads = [keys.mark(cell.text) if cell.text else None for cell in table.header]
        wide = range(len(table.header))
        return cls(
            [one is not None and one.group in _DAYS for one in heads],
            [len({row.cells[i].text for row in table.rows if i < len(row.cells)}) for i in wide],
        )


def columns(table: Block, keys: GuideKeys) -> ScheduleColumns | None:
    """Return the columns of a table with a column of weeks, days or months; None for others."""
    best: tuple[int, int, str, str] | None = None  # labels, column, word, group
    for i, header in enumerate(table.header[:3]):
        word = _HEAD_SIGNS.sub("", clean(header.text))
        cells = [row.cells[i].text for row in table.rows if i < len(row.cells)]
        found = [one for cell in cells if (one := _label(cell, word, keys))]
        group = Counter(one.group for one in found).most_common(1)
        different = len({one.first for one in found})
        if not group or len(found) * 2 <= sum(map(bool, cells)) or len(found) * 4 < len(cells):
            continue
        if group[0][0] in {"phase", "part", "clock"} or (different < 2 and len(found) > 1):
            continue
        if best is None or different > best[0]:
            best = different, i, word, group[0][0]
    if best is None:
        return None
    _, i, word, kind = best
    heads = [patterns.fold(cell.text) for cell in table.header]
    roles = [patterns.first_match(_COLUMNS, head) or "task" for head in heads]
    for j in range(len(roles)):
        if roles[j] == "title" and any(len(row.cells[j].text) > LONGEST for row in table.rows):
            roles[j] = "task"
        elif j != i and roles[j] == "task" and _is_no_work(table, j, keys):
            roles[j] = "skip"
    roles[i] = "time"
    return ScheduleColumns(i, word, kind, tuple(roles))


def _is_no_work(table: Block, column: int, keys: GuideKeys) -> bool:
    """Return whether the cells of a column are only times, states, or the same in every row."""
    cells = [row.cells[column].text for row in table.rows if row.cells[column].text]
    if len(set(cells)) == 1 < len(cells) - 1:
        return True
    plain = (one for one in cells if any(kind.match(one) for kind in _NO_WORK))
    named = (one for one in cells if _label(one, "", keys))
    timed = len({*plain, *named})
    return timed * 2 > len(set(cells))


def _label(cell: str, word: str, keys: GuideKeys) -> HeadingMark | None:
    """Return the mark "Week 3" of the cell "3" or "Week 3"."""
    cell = clean(cell.replace("\n", " "))
    if _CELL_NUMBER.match(cell):
        found = keys.mark(f"{word} {cell}") if word and " " not in word else None
    else:
        found = keys.mark(cell)
    return found if found and not found.title and found.leads else None


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


def repeats(
    table: Block, found: ScheduleColumns, announced: set[tuple[str, int]], keys: GuideKeys
) -> bool:
    """Return whether most of the weeks of a table are announced elsewhere."""
    marks = [_label(row.cells[found.time].text, found.word, keys) for row in table.rows]
    named = [one for one in marks if one]
    return 2 * sum((one.group, one.first) in announced for one in named) > len(named)


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
    plan = _Plan.of(table, keys)
    for row in table.rows:
        mark = _label(row.cells[found.time].text, found.word, keys)
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
        elif mark is None and (section := _section(row, keys)):
            yield _heading(row, section, _GROUP_LEVEL)
            continue
        elif mark is None:
            filled = tuple(cell for cell in row.cells if cell.text)
            yield Block("text", row.first, row.first, lines=filled)
            continue
        made = list(_row(row, found, _bare(group, keys), label, plan, again=label == before))
        if [one.kind for one in made] != ["heading"] or made[0].text != label:
            yield from made  # else there is nothing to do in it
        before = label
    yield Block("end", table.last, table.last, level=_GROUP_LEVEL)


def _section(row: BlockRow, keys: GuideKeys) -> str:
    """Return the only cell of a row where it names the stretch of the rows below, or ""."""
    filled = [cell.text for cell in row.cells if cell.text]
    return filled[0] if len(filled) == 1 and keys.mark(filled[0]) else ""


def _group_title(
    group: str, count: int, table: Block, found: ScheduleColumns, keys: GuideKeys
) -> str:
    if keys.mark(group):
        return group
    word = clean(table.header[found.of("group")[0]].text)
    word = word if keys.mark(f"{word} 1") else "Module"
    if _CELL_NUMBER.match(group):
        return f"{word} {group}"
    numbered = _NUMBERED.match(group)
    number, title = (numbered[1], numbered[2]) if numbered else (str(count), group)
    return f"{word} {number}: {title}"


def _heading(row: BlockRow, title: str, level: int) -> Block:
    return Block("heading", row.first, row.first, lines=(RichText(title),), level=level)


def _row(
    row: BlockRow, found: ScheduleColumns, group: str, label: str, plan: "_Plan", *, again: bool
) -> Iterator[Block]:
    days, distinct = plan.days, plan.distinct
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
        yield from _day(row, cells, tasks, distinct)
        return
    states = [state for cell in row.cells if (state := _STATE.match(cell.text))]
    done = (states[0][1] or states[0][2] or " ") not in " ☐⬜❌🔲🔄⏳" if states else None
    for i in tasks:
        for one in _items(row, cells[i], "", as_day=days[i] or found.group in _DAYS):
            yield replace(one, checked=done) if one.kind == "item" else one
    if not tasks and titles and not found.of("task"):
        yield from _items(row, RichText(titles[0]))


def _day(
    row: BlockRow, cells: dict[int, RichText], tasks: list[int], distinct: list[int]
) -> Iterator[Block]:
    """Yield the first cell of a day as what is to be done, and the others as what it says more.

    A first cell that names the subject of several rows is put before the second.
    """
    at, *others = tasks
    name = ""
    if patterns.REST.fullmatch(patterns.fold(cells[at].text)):
        return
    if others and distinct[others[0]] > distinct[at]:
        name, at, others = cells[at].text, others[0], others[1:]
    first = next(_items(row, cells[at], name, as_day=True), None)
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
    if _CELL_NUMBER.match(group):
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
        item_text = _LINKING.sub("", patterns.PLACEHOLDER.sub("", piece).strip())
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


def remember_hours(
    table: Block, found: ScheduleColumns, keys: GuideKeys, into: dict[tuple[str, int], Hours]
) -> None:
    """Store the hours that a table states for weeks which have headings of their own."""
    for row in table.rows:
        named = _label(row.cells[found.time].text, found.word, keys)
        for i in found.of("hours"):
            stated = durations.hours_without_unit(row.cells[i].text)
            if named and stated:
                into[named.group, named.first] = stated
