"""Find out which column of a table is what: the weeks, their tasks, hours, goals."""

import re
from collections import Counter
from dataclasses import dataclass

from bot.curriculum.base import Hours
from bot.curriculum.importer import durations, patterns
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.headings import HeadingMark, clean
from bot.curriculum.importer.keys import LONGEST, GuideKeys

STATE = re.compile(r"^(?:\[([ xX✓✔]?)\]|([☐⬜☑✅❌🔲🔄⏳]))\ufe0f?(?:\s*\w+)?$")
_CELL_TIME = re.compile(
    r"^\d{1,2}(?:[:h]\d{2})?\s*(?:[ap]m)?\s*[-\u2013]\s*\d{1,2}(?:[:h]\d{2})?\s*(?:[ap]m|h)?$",
    re.IGNORECASE,
)
_CELL_DATE = re.compile(r"^\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{2,4})?)?(?:\s*[-\u2013]\s*[\d./-]+)?$")
CELL_NUMBER = re.compile(r"^\d{1,3}(?:\s*[-\u2013]\s*\d{1,3})?$")
_HEAD_SIGNS = re.compile(r"\s*(?:#|no\.?|nr\.?|n[ºo°]\.?|number)$", re.IGNORECASE)
_NO_WORK = (CELL_NUMBER, _CELL_DATE, _CELL_TIME, STATE)
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


def columns(table: Block, keys: GuideKeys) -> ScheduleColumns | None:
    """Return the columns of a table with a column of weeks, days or months; None for others."""
    best: tuple[int, int, str, str] | None = None  # labels, column, word, group
    for i, header in enumerate(table.header[:3]):
        word = _HEAD_SIGNS.sub("", clean(header.text))
        cells = [row.cells[i].text for row in table.rows if i < len(row.cells)]
        found = [one for cell in cells if (one := cell_mark(cell, word, keys))]
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
    named = (one for one in cells if cell_mark(one, "", keys))
    timed = len({*plain, *named})
    return timed * 2 > len(set(cells))


def cell_mark(cell: str, word: str, keys: GuideKeys) -> HeadingMark | None:
    """Return the mark "Week 3" of the cell "3" or "Week 3"."""
    cell = clean(cell.replace("\n", " "))
    if CELL_NUMBER.match(cell):
        found = keys.mark(f"{word} {cell}") if word and " " not in word else None
    else:
        found = keys.mark(cell)
    return found if found and not found.title and found.leads else None


def repeats(
    table: Block, found: ScheduleColumns, announced: set[tuple[str, int]], keys: GuideKeys
) -> bool:
    """Return whether most of the weeks of a table are announced elsewhere."""
    marks = [cell_mark(row.cells[found.time].text, found.word, keys) for row in table.rows]
    named = [one for one in marks if one]
    return 2 * sum((one.group, one.first) in announced for one in named) > len(named)


def remember_hours(
    table: Block, found: ScheduleColumns, keys: GuideKeys, into: dict[tuple[str, int], Hours]
) -> None:
    """Store the hours that a table states for weeks which have headings of their own."""
    for row in table.rows:
        named = cell_mark(row.cells[found.time].text, found.word, keys)
        for i in found.of("hours"):
            stated = durations.hours_without_unit(row.cells[i].text)
            if named and stated:
                into[named.group, named.first] = stated
