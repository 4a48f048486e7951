"""Parse what several kinds of section share: labelled items, lists by comma, columns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.curriculum.base import Priority
from bot.curriculum.importer import patterns
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.collector import line
from bot.curriculum.importer.headings import clean
from bot.curriculum.importer.inline_markdown import RichLink
from bot.curriculum.importer.tasks import ListEntry, entries, markdown
from bot.curriculum.importer.tree import TreeNode

_PRIORITY = {
    word: level
    for level, words in (
        (Priority.HIGH, "high must essential critical alta"),
        (Priority.MEDIUM, "medium mid media"),
        (Priority.LOW, "low baixa baja"),
    )
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """An item or labelled line: its name, its text, and the blocks it came from."""

    name: str
    text: str
    blocks: tuple[Block, ...]
    links: tuple[RichLink, ...] = ()
    number: int | None = None
    whole: str = ""  # as the guide has it, gaps to fill in included

    @property
    def full(self) -> str:
        """Return all of its words as one line."""
        return line(clean(self.whole))


def labelled_items(node: TreeNode) -> Iterator[LabelledItem]:
    """Yield every item and labelled line with words under `node`'s heading, in order.

    The name is what is bold, or stands before a colon, or the item's words.
    """
    run: list[Block] = []
    for part in [*node.parts, None]:
        if isinstance(part, Block):
            run.append(part)
            continue
        found = [_item(e) for e in entries(run) if isinstance(e, ListEntry) and e.item.text]
        run = []
        label = part if part and part.block and not part.is_heading and not part.mark else None
        if label and label.block and label.value.text:
            name, value = line(clean(label.title.text)), label.value
            own, whole = (label.block, *label.blocks), f"{name}: {value.text}"
            found.append(LabelledItem(name, value.text, own, value.links, whole=whole))
        yield from (one for one in found if re.search(r"\w", one.name))
        if label:
            yield from labelled_items(label)


def _item(entry: ListEntry) -> LabelledItem:
    first = entry.item.lines[0]
    text = entry.item.text
    name, rest = text, ""
    if first.bold and first.bold.strip(" :"):
        name, rest = first.bold, text[text.index(first.bold) + len(first.bold) :]
    elif ": " in text:
        name, _, rest = text.partition(": ")
    more = "; ".join(markdown(entry.below, entry.item.depth + 1))
    rest = rest.strip().lstrip(":\u2013\u2014- ").strip()
    return LabelledItem(
        line(clean(name).rstrip(":")),
        f"{rest} {more}".strip(),
        entry.blocks,
        tuple(link for block in entry.blocks for link in block.links),
        entry.item.number,
        text,
    )


def by_comma(text: str) -> tuple[str, ...]:
    """Return the parts of a line, split at commas outside brackets."""
    parts = re.split(r",\s*(?![^()]{0,200}\))|;\s+", text)
    return tuple(line(part.strip(" .")) for part in parts if re.search(r"\w", part))


def priority(text: str) -> Priority | None:
    """Return high, medium or low by the first such word of `text`, or None."""
    return next((_PRIORITY[w] for w in patterns.fold(text).split() if w in _PRIORITY), None)


def cells(table: Block, row: BlockRow) -> dict[str, str]:
    """Return the cells of a row by their columns' heads, folded."""
    pairs = zip(table.header, row.cells, strict=False)
    return {patterns.fold(head.text): cell.text for head, cell in pairs if cell.text}


def column(row: dict[str, str], *names: str) -> str | None:
    """Return the first cell with words whose head contains one of `names`, or None."""
    named = (cell for name in names for head, cell in row.items() if name in head)
    return next((line(cell) for cell in named if re.search(r"\w", cell)), None)
