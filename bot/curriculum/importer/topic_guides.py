"""Read guides that name no weeks: headings are units, if something shows that it is a guide.

What shows it, strongest first: checkboxes; tables of courses; bullets under headings, when the
guide calls itself a roadmap, a curriculum, a study plan. A mere README has none of these.
"""

from collections.abc import Callable, Iterator
from typing import Literal, get_args

from bot.curriculum.importer import patterns, vocabulary
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.heading_roles import HeadingRoles
from bot.curriculum.importer.headings import HeadingMark
from bot.curriculum.importer.inline_markdown import RichText
from bot.curriculum.importer.tasks import is_course_table, is_task_table
from bot.curriculum.importer.tree import TreeNode

Topics = Literal["boxes", "leaf boxes", "courses", "rows", "items", "leaf items"]
TOPICS: tuple[Topics, ...] = get_args(Topics)
ROLES = HeadingRoles(order=("phase", "module"), unit="module")
MIN_BOXES = 3
MIN_BULLETS = 5
_NEVER = vocabulary.NO_TIMELINE - {"tracking", "routine"}


def mark_topics(root: TreeNode, title: str, kind: Topics) -> HeadingRoles | None:
    """Mark the headings over such blocks as units, those above as phases; None without any."""
    holds, fewest, never = {
        "boxes": (_has_box, MIN_BOXES, _NEVER),
        "courses": (_has_courses, 1, _NEVER),
        "rows": (_has_rows, 1, _NEVER),
        "items": (_has_items, MIN_BULLETS, frozenset(topic for topic, _ in vocabulary.AROUND)),
    }[kind.removeprefix("leaf ")]
    named = patterns.GUIDE_WORD.search(patterns.fold(title))
    named = named or patterns.GUIDE_WORD_ELSEWHERE.search(title)
    if holds is _has_items and not named:
        return None
    leaves = kind.startswith("leaf ")
    found = list(_units(root, holds, never, leaves=leaves))
    if sum(holds(b) for node in found for one in node.walk() for b in one.blocks) < fewest:
        return None
    _mark(found, root)
    return ROLES


def _units(
    node: TreeNode, holds: Callable[[Block], bool], never: frozenset[str], *, leaves: bool
) -> Iterator[TreeNode]:
    """Yield the outermost headings with such blocks themselves or under their labels.

    With `leaves`, also the headings below those.
    """
    for child in [*node.children]:
        if not child.is_heading or child.around() in never:
            continue
        own = any(holds(block) for block in _own(child))
        below = list(_units(child, holds, never, leaves=leaves)) if leaves or not own else []
        if own:
            yield _without_labels(child) if below else child
        yield from below
    if node.parent is None and any(holds(block) for block in _own(node)):
        yield _without_labels(node)


def _without_labels(root: TreeNode) -> TreeNode:
    """Return a new node for the items that are under no heading but the title's."""
    labels = [c for c in root.children if not c.is_heading]
    remaining = [
        part
        for part in root.parts
        if part not in labels and not (isinstance(part, Block) and part.kind in {"item", "table"})
    ]
    gathered = TreeNode(RichText(root.title.text or "Tasks"), level=7, parent=root)
    gathered.parts = [part for part in root.parts if part not in remaining]
    root.parts = [*remaining, gathered]
    return gathered


def _own(node: TreeNode) -> Iterator[Block]:
    yield from node.blocks
    for child in node.children:
        if not child.is_heading:
            yield from _own(child)


def _has_box(block: Block) -> bool:
    return block.kind == "item" and block.checked is not None


def _has_courses(block: Block) -> bool:
    return block.kind == "table" and bool(block.rows) and is_course_table(block)


def _has_rows(block: Block) -> bool:
    return block.kind == "table" and len(block.rows) > 1 and is_task_table(block)


def _has_items(block: Block) -> bool:
    return block.kind == "item" and bool(block.text) and not block.is_anchor


def _mark(found: list[TreeNode], root: TreeNode) -> None:
    """Mark units in order; a heading above several of them is a phase.

    A unit beside such headings, not under one, is a phase of its own.
    """
    above = {id(node.parent): node.parent for node in found if node.parent not in {None, root}}
    over = {id(up) for parent in above.values() for up in _above(parent)}
    phases = {key: node for key, node in above.items() if key not in over}
    for number, node in enumerate(found, 1):
        name = node.name or root.name or "Tasks"
        beside = phases and id(node.parent) not in phases
        node.mark = HeadingMark("phase" if beside else "module", number, number, "", name, name)
    for number, parent in enumerate(phases.values(), 1):
        if parent is not None:
            name = parent.name or root.name or "Tasks"
            parent.mark = HeadingMark("phase", number, number, "", name, name)


def _above(node: TreeNode | None) -> Iterator[TreeNode]:
    while node is not None and node.parent is not None:
        node = node.parent
        yield node
