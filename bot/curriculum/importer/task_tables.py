"""Read tables whose rows are tasks: courses, topics, exercises."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.curriculum.base import Hours
from bot.curriculum.importer import durations, patterns
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.inline_markdown import RichText
from bot.curriculum.importer.tasks import TaskDraft, wording

_INDEX = re.compile(r"^(?:#|no\.?|nr\.?|n[ºo°]|id|\W*)$", re.IGNORECASE)
_NAMES = re.compile(
    r"^(?:courses?|topics?|tasks?|title|name|content|subject|lesson|exercise|project|book|resource|"
    r"skill|what|curso|disciplina|topico|tarefa|conteudo|内容|课程|任务|主题)s?\b"
)
_DURATION = re.compile(r"^(?:duration|length|duracao|duracion|dauer|weeks)\b")
_EFFORT = re.compile(r"^(?:effort|hours|time|workload|esforco|horas|zeit)\b|hours?$")
_SKIP = re.compile(r"^(?:status|done|progress|completed?|discussion|chat|check)\b")


def is_course_table(table: Block) -> bool:
    """Return whether the head has columns for a name and for how long it takes."""
    heads = [patterns.fold(cell.text) for cell in table.header]
    timed = any(_DURATION.match(head) or _EFFORT.search(head) for head in heads)
    return timed and any(_NAMES.match(head) for head in heads)


def rows(table: Block) -> Iterator[tuple[int, TaskDraft]]:
    """Yield the line and the draft of each row with words in its naming column.

    The other columns go to the draft's description.
    """
    naming = _naming(table)
    for row in table.rows:
        if naming < len(row.cells) and re.search(r"\w", row.cells[naming].text):
            yield row.line, _draft(table, row, naming)


def _naming(table: Block) -> int:
    heads = [patterns.fold(cell.text) for cell in table.header]
    for i, head in enumerate(heads):
        if _NAMES.match(head):
            return i
    return 1 if len(heads) > 1 and _INDEX.match(table.header[0].text) else 0


def _draft(table: Block, row: BlockRow, naming: int) -> TaskDraft:
    made = TaskDraft(wording([_named(row.cells[naming])]))
    duration = effort = ""
    for i, cell in enumerate(row.cells):
        head = patterns.fold(table.header[i].text)
        if i == naming or not re.search(r"\w", cell.text) or _INDEX.match(table.header[i].text):
            continue
        if _DURATION.match(head):
            duration = cell.text
        elif _EFFORT.search(head):
            effort = cell.text
        if not _SKIP.match(head):
            made.about.append(f"{table.header[i].text}: {cell.text}".replace("\n", " "))
            made.links += cell.links
    made.hours = _hours(duration, effort)
    return made


def _named(cell: RichText) -> RichText:
    """Return the cell, with only the link's words where it begins with a link."""
    first = cell.links[0].text if cell.links else ""
    return replace(cell, text=first) if first and cell.text.startswith(first) else cell


def _hours(duration: str, effort: str) -> Hours | None:
    whole = (
        durations.hours_over_weeks(duration, effort)
        or durations.total(effort)
        or durations.total(duration)
    )
    return whole or (durations.hours_without_unit(effort) if effort and not duration else None)
