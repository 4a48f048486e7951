"""Read the sections on skills, books, courses, tools, links and certifications."""

import re
from collections.abc import Iterator

from bot.curriculum.base import Priority
from bot.curriculum.importer import fields, patterns
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.collector import SectionCollector, first_address, line, text
from bot.curriculum.importer.fields import LabelledItem
from bot.curriculum.importer.headings import clean
from bot.curriculum.importer.tree import TreeNode
from bot.curriculum.sections import Cloud, ResourceKind, Skill, ToolCategory, TransferableSkill

_BY = re.compile(
    r"^[\"“]?(?P<title>.+?)[\"”]?\s+(?:by|von|por|par)\s+(?P<author>[^-\u2013\u2014(]+?)"
    r"(?:\s+[-\u2013\u2014]\s+(?P<note>.+))?$"
)
_KINDS = (
    (r"video|aulas\b|youtube", ResourceKind.VIDEO),
    (r"\bcourse|\bcurso", ResourceKind.COURSE),
    (r"\bbook|\blivro|\blibro", ResourceKind.BOOK),
    (r"\bdoc(?:s|umentation)\b", ResourceKind.DOCUMENTATION),
    (r"forum|mentor|communit|discord|slack", ResourceKind.COMMUNITY),
)
_QUOTES = "\"'“”«»"


def transferable(node: TreeNode, parts: SectionCollector) -> None:
    """Add skills the learner has, and what they become, from two columns or labelled items."""
    for _, row in _rows(node, parts, "the head of the transferable skills"):
        filled = [cell.text for cell in row.cells if cell.text]
        if len(filled) >= 2:
            skill = TransferableSkill(title=line(filled[0]), application=line(filled[1]))
            parts.add("transferable_skills", skill, "transferable skill", row)
    for one in fields.labelled_items(node):
        if one.text:
            skill = TransferableSkill(title=one.name, application=line(one.text))
            parts.add("transferable_skills", skill, "transferable skill", *one.blocks)


def skills(node: TreeNode, parts: SectionCollector) -> None:
    """Add skills to develop, with specifics and priority where they are stated."""
    for table, row in _rows(node, parts, "the head of the skills"):
        cells = fields.cells(table, row)
        rank = fields.priority(fields.column(cells, "priority", "prioridad", "importance") or "")
        named = fields.column(cells, "specific", "topics", "details", "what", "includes") or ""
        if title := line(row.cells[0].text):
            specifics = fields.by_comma(named)
            skill = Skill(title=title, specifics=specifics, priority=rank or Priority.MEDIUM)
            parts.add("skills", skill, "skill", row)
    for one in fields.labelled_items(node):
        skill = Skill(title=one.name, specifics=fields.by_comma(one.text))
        parts.add("skills", skill, "skill", *one.blocks)


def book_resources(node: TreeNode, parts: SectionCollector) -> None:
    """Add books in their order: "Title" by Author - note."""
    for one in fields.labelled_items(node):
        found = _BY.match(line(one.full))
        title = clean(found["title"] if found else one.name).strip(_QUOTES)
        if not re.search(r"\w", title):
            continue
        note = found["note"] if found else one.text
        parts.resource(
            title,
            ResourceKind.BOOK,
            url=first_address(one.links),
            author=line(found["author"]) if found else None,
            rank=one.number or None,
            note=text([clean(note or "")]) or None,
        )
        parts.coverage.place("book", *one.blocks)


def courses(node: TreeNode, parts: SectionCollector) -> None:
    """Add courses from a table's columns, or from items."""
    for table, row in _rows(node, parts, "the head of the courses"):
        cells = fields.cells(table, row)
        if not re.search(r"\w", row.cells[0].text):
            continue
        parts.resource(
            row.cells[0].text,
            ResourceKind.COURSE,
            url=first_address(row.cells[0].links),
            platform=fields.column(cells, "platform", "provider", "where", "plataforma"),
            duration=fields.column(cells, "duration", "length", "hours", "time"),
            focus=fields.column(cells, "focus", "topic", "area"),
            priority=fields.priority(fields.column(cells, "priority", "importance") or ""),
        )
        parts.coverage.place("course", row)
    for one in fields.labelled_items(node):
        _resource(one, parts, ResourceKind.COURSE)


def certifications(node: TreeNode, parts: SectionCollector) -> None:
    """Add certifications, one per item."""
    for one in fields.labelled_items(node):
        _resource(one, parts, ResourceKind.CERTIFICATION)


def links(node: TreeNode, parts: SectionCollector) -> None:
    """Add links, one or more per item; an item without a link is a resource by its name."""
    kind = ResourceKind.DOCUMENTATION if node.around() == "documentation" else None
    for one in fields.labelled_items(node):
        if parts.add_link(one.links, near=one.name, kind=kind):
            parts.coverage.place("resource", *one.blocks)
            continue
        named = patterns.first_match(_KINDS, patterns.fold(one.full))
        _resource(one, parts, kind or named or ResourceKind.ARTICLE)
    for block in node.blocks:
        if block.kind == "text" and parts.add_link(block.links, near=block.text):
            parts.coverage.place("resource", block)


def tools(node: TreeNode, parts: SectionCollector) -> None:
    """Add tools: "**Category**: a, b, c"; bare items are one category with the heading's name."""
    bare: list[LabelledItem] = []
    group = line(node.name)
    for one in fields.labelled_items(node):
        if not one.text:
            bare.append(one)
            continue
        named = fields.by_comma(one.text) or (one.name,)
        category = ToolCategory(title=one.name, group=group or None, tools=named)
        parts.add("tools", category, "tools", *one.blocks)
        parts.add_link(one.links, near=one.name)
    if bare:
        category = ToolCategory(title=group or "Tools", tools=tuple(one.name for one in bare))
        parts.add("tools", category, "tool", *(block for one in bare for block in one.blocks))
        for one in bare:
            parts.add_link(one.links, near=one.name)


def clouds(node: TreeNode, parts: SectionCollector) -> None:
    """Add clouds with their services."""
    for one in fields.labelled_items(node):
        cloud = Cloud(title=one.name, services=fields.by_comma(one.text))
        parts.add("clouds", cloud, "cloud", *one.blocks)


def _resource(one: LabelledItem, parts: SectionCollector, kind: ResourceKind) -> None:
    if not re.search(r"\w", one.name):
        return
    parts.resource(one.name, kind, url=first_address(one.links), note=text([one.text]) or None)
    parts.coverage.place(kind.value, *one.blocks)


def _rows(node: TreeNode, parts: SectionCollector, head: str) -> Iterator[tuple[Block, BlockRow]]:
    """Yield the tables of `node` with two columns or more, row by row; place their heads."""
    for table in node.blocks:
        if table.kind != "table" or not table.rows:
            continue
        if not parts.coverage.is_placed(table):
            parts.coverage.place_lines(table.first, table.rows[0].first - 1, head)
        if len(table.header) > 1:
            yield from ((table, row) for row in table.rows)
