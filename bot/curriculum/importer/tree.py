"""Build the tree of a guide: which block belongs under which heading, label or week.

Markdown's levels are only half of the answer. A bold line works as a heading, a list item "Week
1-2" holds the items below it, and "### Week 1" may stand beside the "### Phase 1" that it is in.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.curriculum.importer import patterns, vocabulary
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.heading_occurrences import (
    ITEM_LEVEL,
    LABEL_LEVEL,
    find_title,
    item_mark,
    label,
    line_mark,
    outvoted,
)
from bot.curriculum.importer.heading_roles import HeadingRoles
from bot.curriculum.importer.headings import HeadingMark, clean
from bot.curriculum.importer.inline_markdown import BARE_URL, RichText
from bot.curriculum.importer.keys import GuideKeys

NOTHING = RichText("")
FEW_WORDS = 2  # beside a link
_STATEMENT = re.compile(r"[^\W\d_][\w\u2010-\u2015 -]{0,24}:\s*\S")
_NO_ITEM_LABEL = frozenset({"project", "notes", "skip", "tasks"})


@dataclass(eq=False)
class TreeNode:
    """A heading, a label or an item that holds others.

    `value` is what a label says on its own line; `parts` what stands under it, in order. `level`
    is the heading's, or one beyond every heading's; `topic` the kind of section it was read as.
    `described` is a bold line with lines such as "Goal: hear it" in the same paragraph.
    `outvoted` says that its words do not count, as most of the work is below it.
    """

    title: RichText
    level: float = 0.0
    block: Block | None = None
    mark: HeadingMark | None = None
    parent: "TreeNode | None" = None
    value: RichText = NOTHING
    depth: int = 0
    topic: str | None = None
    outvoted: bool = False
    described: bool = False
    parts: "list[Block | TreeNode]" = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the title's words, without emoji and the colon of a label."""
        return clean(self.title.text)

    @property
    def blocks(self) -> list[Block]:
        """Return the blocks directly under it."""
        return [part for part in self.parts if isinstance(part, Block)]

    @property
    def children(self) -> "list[TreeNode]":
        """Return the headings, labels and items directly under it."""
        return [part for part in self.parts if isinstance(part, TreeNode)]

    @property
    def is_heading(self) -> bool:
        """Return whether it is a heading in Markdown itself."""
        return self.block is not None and self.block.kind == "heading"

    def around(self) -> str | None:
        """Return its topic outside the timeline, or None."""
        return (
            None if self.mark or self.outvoted else vocabulary.topic(self.name, vocabulary.AROUND)
        )

    def inside(self) -> str | None:
        """Return its topic inside the timeline, or None."""
        return vocabulary.topic(self.name, vocabulary.INSIDE)

    def walk(self) -> "Iterator[TreeNode]":
        """Yield itself and everything below, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def tree(blocks: Sequence[Block], keys: GuideKeys, roles: HeadingRoles) -> TreeNode:
    """Return the tree of a whole guide, its title at the root, with these roles of stretches."""
    title = find_title(blocks, keys)
    root = TreeNode(title.lines[0] if title else RichText(""), block=title)
    _TreeBuilder(root, roles, blocks, keys).build(title)
    return root


class _TreeBuilder:
    """A builder that adds each block to its node; the stack holds the nodes that are open."""

    def __init__(
        self, root: TreeNode, roles: HeadingRoles, blocks: Sequence[Block], keys: GuideKeys
    ) -> None:
        self._stack = [root]
        self._roles = roles
        self._keys = keys
        self._outvoted = outvoted(blocks)
        self._blocks = blocks
        self._headings = Counter(
            patterns.fold(clean(block.text)) for block in blocks if block.kind == "heading"
        )

    def build(self, title: Block | None) -> None:
        footer = self._footer_from()
        for i, block in enumerate(self._blocks):
            if block is title:
                continue
            if i == footer:
                del self._stack[1:]
            self._close_items(block)
            if block.kind == "end":
                self._end(block.level)
            elif block.kind == "heading":
                self._heading(block)
            elif block.kind == "text":
                self._text(block)
            elif block.kind == "item":
                self._item(block, self._blocks[i + 1 : i + 2])
            else:
                self._other(block)

    def _other(self, block: Block) -> None:
        """Add a block; a table after a label that has its words already belongs to the heading."""
        if (
            block.kind == "table"
            and self._top.level == LABEL_LEVEL + 1
            and (self._top.parts or self._top.value.text)
        ):
            self._stack.pop()
        self._top.parts.append(block)

    def _footer_from(self) -> int | None:
        """Return where the guide's footer starts: words after a rule after the last heading."""
        last = max((i for i, b in enumerate(self._blocks) if b.kind == "heading"), default=-1)
        for i in range(last + 2, len(self._blocks) - 1):
            rule, following = self._blocks[i], self._blocks[i + 1]
            if rule.kind == "rule" and rule.code != "_" and following.kind == "text":
                return i
        return None

    @property
    def _top(self) -> TreeNode:
        return self._stack[-1]

    def _close_items(self, block: Block) -> None:
        """Close an item that holds others when the list goes back to its depth."""
        inner = block.depth + (block.kind != "item")
        self._close(lambda node: node.depth > 0 and node.depth >= inner)

    def _close(self, closes: Callable[[TreeNode], bool]) -> None:
        """Close the outermost open node that `closes` accepts, and all that is open in it."""
        for i, node in enumerate(self._stack):
            if closes(node):
                del self._stack[i:]
                return

    def _end(self, level: int) -> None:
        """Close a schedule table, and with it the weeks that its rows became."""
        self._close(lambda node: node.level >= level)

    def _push(self, node: TreeNode) -> None:
        node.parent = self._top
        self._top.parts.append(node)
        self._stack.append(node)

    def _heading(self, block: Block) -> None:
        title = block.lines[0] if block.lines else RichText("")
        title = replace(title, text=block.text)
        found = self._mark(self._keys.mark(title.text), block.first)
        node = TreeNode(title, level=block.level, block=block, mark=found)
        node.outvoted = block.first in self._outvoted
        if found:
            self._close_for_mark(found, block.level)
        else:
            self._close_for_heading(node)
        self._push(node)

    def _mark(self, found: HeadingMark | None, line: int) -> HeadingMark | None:
        counts = found and self._roles.rank(found) is not None and line in self._roles.lines
        return found if counts else None

    def _close_stretches(self, found: HeadingMark) -> None:
        """Close every stretch that cannot hold `found`."""
        rank = self._roles.rank
        self._close(lambda node: bool(node.mark and (rank(node.mark) or 0) >= (rank(found) or 0)))

    def _close_for_mark(self, found: HeadingMark, level: float) -> None:
        """Close every stretch that cannot hold this one, then headings that are not above it."""
        self._close_stretches(found)
        while len(self._stack) > 1 and self._top.mark is None and self._top.level >= level:
            self._stack.pop()

    def _close_for_heading(self, new: TreeNode) -> None:
        for i, node in enumerate(self._stack[1:], 1):
            closes = node.level >= new.level
            if closes and node.mark and node.level == new.level:
                # "### Tasks" beside each "### Week 1" is the week's.
                repeated = self._headings[patterns.fold(new.name)] > 1 and new.inside() is not None
                closes = not repeated and bool(node.parts)
            elif closes and node.mark and node.level > ITEM_LEVEL - 2:
                closes = new.level <= self._stack[i - 1].level
            if closes:
                del self._stack[i:]
                return

    def _text(self, block: Block) -> None:
        """Add the lines of a paragraph; each label among them opens a node of its own."""
        one_each = len(block.lines) == block.last - block.first + 1
        if not one_each or block.depth:
            self._top.parts.append(block)
            return
        if _is_described(block.lines):
            first = replace(block, last=block.first, lines=block.lines[:1])
            if not self._keys.mark(block.lines[0].text):
                self._label(first, block.lines[0], block.lines[0], RichText(""))
                self._top.described = True
                below = replace(block, first=block.first + 1, lines=block.lines[1:])
                self._top.parts.append(below)
                return
        for i, line in enumerate(block.lines):
            here = replace(block, first=block.first + i, last=block.first + i, lines=(line,))
            named = label(line)
            if named and (
                line.bold
                or len(block.lines) == 1
                or vocabulary.topic(named[0].text, vocabulary.INSIDE)
            ):
                self._label(here, line, *named)
            else:
                self._continue(here, first=i == 0)

    def _continue(self, block: Block, *, first: bool) -> None:
        """Add a line, joined to the line before if that is plain text as well."""
        if first and self._top.block and self._top.block.kind == "text" and self._top.value.text:
            self._stack.pop()
        before = self._top.parts[-1] if self._top.parts else None
        if not first and isinstance(before, Block) and before.kind == "text":
            joined = replace(before, last=block.last, lines=(*before.lines, *block.lines))
            self._top.parts[-1] = joined
        else:
            self._top.parts.append(block)

    def _label(self, block: Block, line: RichText, name: RichText, value: RichText) -> None:
        found = self._mark(line_mark(line, self._keys), block.first)
        if found:
            self._close_for_mark(found, LABEL_LEVEL)
            self._push(TreeNode(line, level=LABEL_LEVEL, block=block, mark=found))
            return
        while self._top.block and self._top.block.kind == "text" and self._top.mark is None:
            self._stack.pop()
        self._push(TreeNode(name, level=LABEL_LEVEL + 1, block=block, value=value))

    def _item(self, block: Block, following: Sequence[Block]) -> None:
        holds = any(nxt.depth > block.depth for nxt in following)
        self._leave_finished_label(block)
        level = ITEM_LEVEL + block.depth
        found = self._mark(item_mark(block, following, self._keys), block.first)
        if found:
            self._close_stretches(found)
            self._push(TreeNode(block.lines[0], level, block, found, depth=block.depth))
            return
        named = self._item_label(block)
        if named:
            self._push(TreeNode(named[0], level, block, value=named[1], depth=block.depth))
            if not holds and not named[1].text:
                self._stack.pop()
        else:
            self._top.parts.append(block)

    def _leave_finished_label(self, block: Block) -> None:
        """Close "**Goal**: learn X" before a list, but not "**Goals**:"."""
        top = self._top
        label = top.value.text
        about = vocabulary.topic(top.name, vocabulary.INSIDE) if label else "goals"
        if about in {None, "tasks", "project"} and is_link((*top.blocks, block)[0]):
            return
        if block.depth == 1 and label and not label.endswith(":") and top.level == LABEL_LEVEL + 1:
            self._stack.pop()

    def _item_label(self, block: Block) -> tuple[RichText, RichText] | None:
        """Return name and value of "- **Deliverable**: an app" inside a week, or None."""
        if block.checked is not None or len(block.lines) != 1:
            return None
        if not any(node.mark for node in self._stack):
            return None
        named = label(block.lines[0])
        if not named or not named[0].text:
            return None
        topic = vocabulary.topic(named[0].text, vocabulary.INSIDE)
        short = len(named[0].text.split()) <= 3
        return named if topic and short and topic not in _NO_ITEM_LABEL else None


def is_link(block: Block) -> bool:
    """Return whether an item has nothing but a link, and a word or two that name it."""
    rest = BARE_URL.sub("", block.text)
    for link in block.links:
        rest = rest.replace(link.text, "", 1)
    return block.kind == "item" and bool(block.links) and len(rest.split()) <= FEW_WORDS


def _is_described(lines: Sequence[RichText]) -> bool:
    """Return whether it is a bold line, and below it only lines such as "Goal: hear it"."""
    return (
        len(lines) > 1
        and bool(lines[0].bold)
        and lines[0].bold == lines[0].text
        and all(not one.bold and _STATEMENT.match(one.text) for one in lines[1:])
    )
