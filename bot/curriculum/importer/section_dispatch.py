"""Dispatch the sections around the path to their readers by their headings.

A section without a known heading takes its parent's meaning; without that, its lines stay unplaced.
"""

from collections.abc import Callable

from bot.curriculum.importer import career, overview, resources, schedule_columns
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.collector import SectionCollector
from bot.curriculum.importer.heading_roles import HeadingRoles
from bot.curriculum.importer.keys import GuideKeys
from bot.curriculum.importer.tree import TreeNode

Handler = Callable[[TreeNode, SectionCollector], None]
HANDLERS: dict[str, Handler] = {
    "overview": overview.overview,
    "benefits": overview.benefits,
    "transferable": resources.transferable,
    "skills": resources.skills,
    "books": resources.book_resources,
    "courses": resources.courses,
    "tools": resources.tools,
    "clouds": resources.clouds,
    "links": resources.links,
    "documentation": resources.links,
    "certifications": resources.certifications,
    "roles": career.roles,
    "companies": career.companies,
    "projects": career.projects,
    "actions": career.actions,
    "community": career.community,
    "events": career.community,
    "people": career.community,
    "metrics": overview.metrics,
    "assessment": overview.assessment,
    "journal": overview.journal,
    "reflection": overview.journal,
    "quantitative": overview.quantitative,
    "qualitative": overview.qualitative,
    "objectives": overview.overview,  # what the whole guide aims at is part of its summary
    "checkpoint": career.checkpoint,
}
_NO_WORDS = {"html": "HTML", "code": "a block of code"}
_WHY = {
    "skip": "it is about the page, not about the path",
    "template": "a template to copy has no place in a curriculum",
    "tracking": "a table or list to fill in has no place in a curriculum",
    "routine": "a routine has no place in a curriculum",
    "grading": "how marks are given has no place in a curriculum",
}


class SectionDispatcher:
    """A walk through the unmarked part of the tree."""

    def __init__(self, parts: SectionCollector, roles: HeadingRoles, keys: GuideKeys) -> None:
        self._parts = parts
        self._keys = keys
        self._roles = roles

    def read(self, root: TreeNode) -> None:
        """Read everything around the path; the root's own lines introduce or sign the guide."""
        self._parts.coverage.place("title", root.block)
        self._plain_blocks(root)
        overview.introduction(root, self._parts)
        for child in root.children:
            if child.mark is None:
                self._section(child, None)

    def _section(self, node: TreeNode, inherited: str | None) -> None:
        own = node.around() if node.is_heading else None
        topic = own if own and not _is_narrower(own, inherited) else inherited
        node.topic = topic
        self._plain_blocks(node)
        below = [block for one in node.walk() for block in one.blocks]
        items = [block for block in below if block.kind == "item"]
        if topic == "contents" or (len(items) > 1 and all(item.is_anchor for item in items)):
            self._parts.coverage.place("table of contents", *below)
        elif topic in HANDLERS:
            HANDLERS[topic](node, self._parts)
            labels = [one for one in node.children if not one.is_heading and one.mark is None]
            self._parts.coverage.mark_unplaced(
                f"nothing of the kind '{topic}' was understood in it",
                *node.blocks,
                *(block for one in labels for block in (one.block, *one.blocks)),
            )
        else:
            why = _WHY.get(topic or "", "no kind of section is known by this heading")
            self._parts.coverage.mark_unplaced(why, *node.blocks)
        for child in node.children:
            if child.mark is None and (child.is_heading or topic not in HANDLERS):
                self._section(child, topic)
        self._head(node, topic)

    def _plain_blocks(self, node: TreeNode) -> None:
        """Place blocks that mean the same in every section."""
        for block in node.blocks:
            if block.kind == "table" and self._repeats(block):
                self._parts.coverage.place("a table that repeats the timeline", block)
            elif block.is_picture:
                self._parts.coverage.mark_unplaced("a picture", block)
            elif block.kind in _NO_WORDS:
                self._parts.coverage.mark_unplaced(_NO_WORDS[block.kind], block)

    def _repeats(self, table: Block) -> bool:
        found = schedule_columns.columns(table, self._keys)
        if found is None or found.group not in self._roles.order:
            return False
        schedule_columns.remember_hours(table, found, self._keys, self._parts.table_hours)
        return True

    def _head(self, node: TreeNode, topic: str | None) -> None:
        """Place a heading if anything under it is placed."""
        if node.block is None or self._parts.coverage.is_placed(node.block):
            return
        below = [b for one in node.walk() for b in one.blocks if b.kind != "rule"]
        below += [one.block for one in node.walk() if one.block and one is not node]
        if any(one.mark for one in node.walk()):
            self._parts.coverage.place("heading: the timeline", node.block)
        elif any(self._parts.coverage.is_placed(block) for block in below):
            self._parts.coverage.place(f"heading: {topic or 'a part of the guide'}", node.block)
        else:
            why = _WHY.get(topic or "", "nothing under it was placed")
            self._parts.coverage.mark_unplaced(why, node.block)


def _is_narrower(own: str, inherited: str | None) -> bool:
    """Return whether `own` means less in this section than alone: "Next steps" in a journal."""
    templates = {"journal", "reflection"}
    if inherited in templates:
        return own not in templates
    narrow = {"actions", "checkpoint", "contents", "skip", "projects"}
    return inherited in narrow and own not in {"checkpoint", "actions", *templates}
