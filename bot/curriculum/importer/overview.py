"""Read the sections on guide and learner: overview, metrics, self-assessment, journal, success."""

import re
from typing import Literal

from bot.curriculum.importer import durations, fields, patterns
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.collector import SectionCollector, line
from bot.curriculum.importer.fields import LabelledItem
from bot.curriculum.importer.headings import clean, spans
from bot.curriculum.importer.tasks import ListEntry, entries
from bot.curriculum.importer.tree import TreeNode
from bot.curriculum.sections import (
    AssessedSkill,
    Fact,
    LearningMetric,
    Quality,
    Target,
    TemplateField,
)

_GAP = re.compile(r"_{2,}|\.{4,}|…")
_MONTHS = re.compile(
    r"(\d{1,2})\s*(?:[-\u2013]|to|a)\s*(\d{1,2})\s*(?:months?|m[eê]s|meses|monate|mois)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"(?P<low>\d+(?:[.,]\d+)?)\s*+(?:[-\u2013]\s*(?P<high>\d+(?:[.,]\d+)?)\s*+)?(?:(?P<plus>\+)\s*+)?"
    r"(?P<unit>%|[^\W\d][\w/ -]*)?"
)
_AT_MOST = re.compile(r"\b(?:at most|maximum|max|under|less than|no more than)\b", re.IGNORECASE)
_FACTS: tuple[tuple[str, str], ...] = (
    ("from_role", r"^(?:background|current role|from|starting point|profile)$"),
    ("target_role", r"target role|^goal role|^to$|career goal|target position"),
    ("months", r"duration|timeline|length|duracao|duracion|dauer"),
    ("investment", r"investment"),
)
_PLACEHOLDER = re.compile(r"^\[.+\]$|^_+$|^<.+>$")


def overview(node: TreeNode, parts: SectionCollector) -> None:
    """Add known facts to their fields, and other words to the summary."""
    for block in node.blocks:
        if block.kind == "text" and not block.is_picture:
            _summary(block, parts)
    for one in fields.labelled_items(node):
        if not _fact(one, parts):
            parts.summary.append(f"- {clean(one.whole)}")
        parts.coverage.place("overview", *one.blocks)
    for child in node.children:
        if not child.is_heading and child.mark is None:
            _label_words(child, parts)


def _label_words(child: TreeNode, parts: SectionCollector) -> None:
    """Add the plain text after a label without a value, such as "This is for:", to the summary."""
    for block in child.blocks:
        if block.kind == "text" and block.text and not block.is_picture:
            parts.summary.append(block.text)
            parts.coverage.place("overview", block)
    if child.block and any(parts.coverage.is_placed(block) for block in child.blocks):
        parts.coverage.place("overview", child.block)


def _fact(one: LabelledItem, parts: SectionCollector) -> bool:
    folded = patterns.fold(one.name)
    for name, pattern in _FACTS:
        if re.search(pattern, folded) and one.text and name not in parts.overview:
            value = _months(one.text) if name == "months" else line(one.text)
            if value:
                parts.overview[name] = value
            return bool(value)
    return False


def _months(text: str) -> tuple[int, int] | None:
    found = _MONTHS.search(text)
    stated = [(int(found[1]), int(found[2]))] if found else []
    stated += [(first, last) for group, first, last in spans(text) if group == "month"]
    return stated[0] if stated and 1 <= stated[0][0] <= stated[0][1] else None


def _summary(block: Block, parts: SectionCollector) -> None:
    """Add a paragraph to the summary, and the hours a week that it states to the overview."""
    hours = durations.hours_per_week(block.text)
    if hours:
        parts.overview.setdefault("hours_per_week", hours)
    parts.summary.append(block.text)
    parts.coverage.place("overview", block)


def benefits(node: TreeNode, parts: SectionCollector) -> None:
    """Add benefits, a name and a sentence each."""
    for one in fields.labelled_items(node):
        parts.benefits.append(Fact(name=one.name, text=line(one.text or one.full)))
        parts.coverage.place("benefit", *one.blocks)


def introduction(root: TreeNode, parts: SectionCollector) -> None:
    """Add the words before the first heading to the summary, those after the last to the notes."""
    first = next((c.block.first for c in root.children if c.block and c.is_heading), None)
    for block in root.blocks:
        if block.kind != "text" or block.is_picture:
            continue
        if first is None or block.first < first:
            _summary(block, parts)
        else:
            parts.notes.append(block.text)
            parts.coverage.place("a note on the guide", block)
    for child in root.children:
        if child.block and not child.is_heading and child.mark is None:
            _signature(child, child.block, parts, closing=bool(first and child.block.first > first))


def _signature(child: TreeNode, block: Block, parts: SectionCollector, *, closing: bool) -> None:
    """Add "**Version**: 1.0" and the like, mostly at the foot of a guide."""
    folded, value = patterns.fold(child.name), child.value.text
    if _PLACEHOLDER.match(value):
        parts.coverage.place("a placeholder to fill in", block)
    elif folded == "version" and value:
        parts.version = line(value)
        parts.coverage.place("the guide's version", block)
    elif re.match(r"(?:created|written|made) by|author|autor", folded) and value:
        parts.author = line(value)
        parts.coverage.place("the guide's author", block)
    elif value and closing and not child.parts:
        parts.notes.append(f"{child.name}: {value}")
        parts.coverage.place("a note on the guide", block)
    elif value and not child.parts:
        one = LabelledItem(child.name, value, (block,), whole=f"{child.name}: {value}")
        if not _fact(one, parts):
            parts.summary.append(one.full)
        parts.coverage.place("overview", block)


def metrics(node: TreeNode, parts: SectionCollector) -> None:
    """Add numbers to record: "Courses completed: ___/___"."""
    for one in fields.labelled_items(node):
        title = line(_GAP.sub("", one.name).strip(" :/")) or one.name
        of_total = bool(re.search(r"_\s*/\s*_|\bof\s+_", one.whole))
        metric = LearningMetric(title=title, of_total=of_total)
        parts.add("metrics", metric, "learning metric", *one.blocks)


def assessment(node: TreeNode, parts: SectionCollector) -> None:
    """Add rated skills from a table by months or a list; the heading may state the scale."""
    scale = re.search(r"\b1\s*[-\u2013]\s*(\d{1,2})\b", node.title.text)
    if scale and 2 <= int(scale[1]) <= 10:
        parts.scale = int(scale[1])
    for table in node.blocks:
        if table.kind != "table" or not table.rows:
            continue
        for head in table.header[1:]:
            parts.assessed_after += [low for _, low, _ in spans(head.text)[:1]]
        parts.coverage.place_lines(table.first, table.rows[0].first - 1, "when skills are rated")
        for row in table.rows:
            if row.cells[0].text:
                _assessed(row.cells[0].text, parts, row)
    for one in fields.labelled_items(node):
        _assessed(_GAP.sub("", one.name), parts, *one.blocks)


def _assessed(title: str, parts: SectionCollector, *blocks: Block | BlockRow) -> None:
    if title := line(clean(title).strip(" :/")):
        parts.add("assessed", AssessedSkill(title=title), "assessed skill", *blocks)
    else:
        parts.coverage.place("assessed skill", *blocks)


def journal(node: TreeNode, parts: SectionCollector) -> None:
    """Add each label as a field of a journal entry, or of a reflection."""
    section = "journal" if node.topic == "journal" else "reflection"
    for child in node.children:
        if child.is_heading or child.block is None or not child.name:
            continue
        field = TemplateField(title=line(child.name), kind=_kind_of_field(child))
        parts.add(section, field, "a field of a template", child.block)
        for block in child.blocks:
            if block.kind == "rule" or not block.text:
                parts.coverage.place("room to write in a template", block)
    for entry in entries(node.blocks):
        if isinstance(entry, ListEntry) and (title := line(clean(_GAP.sub("", entry.item.text)))):
            parts.add(section, TemplateField(title=title), "a field of a template", entry.item)


def _kind_of_field(child: TreeNode) -> Literal["date", "text", "list", "month"]:
    folded = patterns.fold(child.name)
    if re.fullmatch(r"date|data|fecha|datum|日期", folded):
        return "date"
    if re.fullmatch(r"month|mes|monat|mois|月份?", folded):
        return "month"
    return "list" if any(block.kind == "item" for block in child.blocks) else "text"


def quantitative(node: TreeNode, parts: SectionCollector) -> None:
    """Add targets with a number: "Target 12-18 months", "Minimum 10 projects", "50+ people"."""
    for one in fields.labelled_items(node):
        text = line(one.text or one.full)
        found = _NUMBERS.search(text)
        low, high, unit = None, None, None
        if found:
            low = float(found["low"].replace(",", "."))
            high = float(found["high"].replace(",", ".")) if found["high"] else None
            unit = line(re.split(r" (?:from|of|per|in|by) ", found["unit"] or "")[0]) or None
            if _AT_MOST.search(text):
                low, high = None, low
        made = Target(title=one.name, low=low, high=high, unit=unit, text=text)
        parts.add("quantitative", made, "quantitative metric", *one.blocks)


def qualitative(node: TreeNode, parts: SectionCollector) -> None:
    """Add qualities and the levels aimed at."""
    for one in fields.labelled_items(node):
        if one.text:
            made = Quality(title=one.name, level=line(one.text))
            parts.add("qualitative", made, "qualitative metric", *one.blocks)
