"""Parse Markdown into a flat list of blocks: headings, text, items, tables, each with its lines.

markdown-it-py parses the blocks; nesting is stored as numbers (`level`, `depth`), as guides often
show by words, not by nesting, what belongs to what.
"""

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from bot.curriculum.importer.html_tables import HtmlTable, html_tables
from bot.curriculum.importer.inline_markdown import RichLink, RichText, parser, plain, read_lines

if TYPE_CHECKING:
    from markdown_it.token import Token

Kind = Literal[
    "heading", "text", "item", "table", "code", "html", "rule", "links", "front", "schedule", "end"
]
INNER_HEADING = 6  # a heading inside a list item is the deepest kind there is
_BOX = re.compile(r"(?:\[([ xX✓✔✅]?)\ufe0f?\]|([☐⬜☑])\ufe0f?)\s+|\[([ xX]?)\]$")
MAX_HTML = 20_000  # how much of one HTML block is searched for headings
FOLD_OUT = 5  # the level of <summary>, below the headings that usually hold it
_HTML_HEADING = re.compile(
    r"<(summary|h[1-6])\b[^>]*>(.{1,1000}?)</\1\s*>", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<[^<>]*>")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*(\w*)\s*$")
MAX_AROUND_FENCE = 0.2  # the part of a guide's lines that may stand around the fence that holds it
_FRONT_END = re.compile(r"(?:---|\.\.\.)\s*")
_PIPE_ROW = re.compile(r"\s*\|[^|]+\|.*\|?\s*$")
MAX_COLUMNS = 40
_FRONT_KEY = re.compile(r"[\w-]+:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A row of a table: its line (`first`) and its cells, as many as the header has."""

    first: int
    cells: tuple[RichText, ...]

    @property
    def last(self) -> int:
        """Return the line, which is its last one as well."""
        return self.first


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the guide on the source lines `first` to `last`, counted from 1, both included.

    `level` is a heading's, `depth` how many lists a block stands in, `number` an ordered item's,
    `checked` a checkbox's state (None: no checkbox). `lines` are the lines of text; `header` and
    `rows` a table's; `code` the content of code, HTML and front matter, and the sign
    that a rule is drawn with.
    """

    kind: Kind
    first: int
    last: int
    lines: tuple[RichText, ...] = ()
    level: int = 0
    depth: int = 0
    number: int | None = None
    checked: bool | None = None
    code: str = ""
    header: tuple[RichText, ...] = ()
    rows: tuple[BlockRow, ...] = ()

    @property
    def text(self) -> str:
        """Return all lines as one."""
        return " ".join(line.text for line in self.lines if line.text)

    @property
    def as_title(self) -> str:
        """Return all lines as one, with code in backticks."""
        return " ".join(line.as_title for line in self.lines if line.text)

    @property
    def is_picture(self) -> bool:
        """Return whether it has pictures, linked or not, and no words."""
        return self.kind == "text" and all(
            not line.text or (line.picture and bool(line.links)) for line in self.lines
        )

    @property
    def is_anchor(self) -> bool:
        """Return whether it links, and only to places in the same page."""
        return bool(self.links) and all(link.url.startswith("#") for link in self.links)

    @property
    def links(self) -> tuple[RichLink, ...]:
        """Return all links of the block's own lines."""
        return tuple(link for line in self.lines for link in line.links)


def outline(text: str) -> tuple[Block, ...]:
    """Return the blocks of `text` (line ends `\\n`) in order. Any text is valid: no errors."""
    # A guide in a fence may have been copied in another one.
    front, text = _front_matter(_without_fence(_without_fence(text)))
    written, text = html_tables(text)
    tables = [_html_table(one) for one in written]
    env: dict[str, Any] = {}
    tokens: list[Token] = []
    # Only blocks: inline content is parsed later, within limits.
    parser().block.parse(text, parser(), env, tokens)
    # Link definitions leave no token.
    defined = [*env.get("references", {}).values(), *env.get("duplicate_refs", [])]
    definitions = [Block("links", one["map"][0] + 1, one["map"][1]) for one in defined]
    found = _TokenReader(tokens, text.split("\n"), env).blocks()
    blocks = [*front, *tables, *found, *definitions]
    return tuple(sorted(blocks, key=lambda block: block.first))


def _html_table(table: HtmlTable) -> Block:
    head, *rows = [
        BlockRow(number, tuple((*read_lines(cell, {}), RichText(""))[0] for cell in cells))
        for number, cells in table.rows
    ]
    wide = max(len(row.cells) for row in (head, *rows))
    cells = head.cells if table.headed else ()
    rows = rows if table.headed else [head, *rows]
    padded = (*cells, *[RichText("")] * (wide - len(cells)))
    filled = [
        replace(row, cells=(*row.cells, *[RichText("")] * (wide - len(row.cells)))) for row in rows
    ]
    return Block("table", table.first, table.last, header=padded, rows=tuple(filled))


def _without_fence(text: str) -> str:
    """Return the guide that stands in one fence as a whole, with blank lines for the fence's."""
    lines = text.split("\n")
    worded = [number for number, one in enumerate(lines) if one.strip()]
    fences = [number for number in worded if _FENCE.match(lines[number])]
    if len(fences) < 2 or not worded:
        return text
    opened = _FENCE.match(lines[fences[0]])
    info = opened[2].casefold() if opened else ""
    closing = [n for n in fences if opened and lines[n].strip() == opened[1]]
    if info not in {"markdown", "md", ""} or not closing or closing[-1] == fences[0]:
        return text
    around = bisect_left(worded, fences[0]) + len(worded) - bisect_right(worded, closing[-1])
    if around > (MAX_AROUND_FENCE * len(worded) if info else 0):
        return text
    return "\n".join("" if n in {fences[0], closing[-1]} else one for n, one in enumerate(lines))


def _front_matter(text: str) -> tuple[list[Block], str]:
    """Return the YAML between `---` at the top, and the text with blank lines in its place."""
    lines = text.split("\n")
    start = next((n for n, one in enumerate(lines) if one.strip()), 0)
    if lines[start].rstrip() != "---":
        return [], text
    for end, line in enumerate(lines[start + 1 : start + 100], start + 1):
        if _FRONT_END.fullmatch(line):
            inner = lines[start + 1 : end]
            if not any(_FRONT_KEY.match(one) for one in inner):
                break
            block = Block("front", start + 1, end + 1, code="\n".join(inner))
            return [block], "\n".join([""] * (end + 1) + lines[end + 1 :])
    return [], text


class _TokenReader:
    """A reader that passes once over the tokens and counts the open lists."""

    def __init__(self, tokens: "list[Token]", source: list[str], env: dict[str, Any]) -> None:
        self._tokens = tokens
        self._source = source
        self._env = env
        self._depth = 0
        self._item: Token | None = None  # an item whose first words have not come yet

    def blocks(self) -> Iterator[Block]:
        position = 0
        while position < len(self._tokens):
            token = self._tokens[position]
            if token.type == "table_open":
                following = range(position, len(self._tokens))
                end = next(i for i in following if self._tokens[i].type == "table_close")
                yield from self._waiting_item()
                yield self._table(self._tokens[position : end + 1])
                position = end
            elif token.type in {"paragraph_open", "heading_open"}:
                yield from self._worded(token, self._tokens[position + 1])
            else:
                yield from self._other(token)
            position += 1

    def _other(self, token: "Token") -> Iterator[Block]:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                yield from self._waiting_item()
                self._depth += 1
            case "bullet_list_close" | "ordered_list_close":
                self._depth -= 1
            case "list_item_open":
                self._item = token
            case "list_item_close":
                yield from self._waiting_item()
            case "fence" | "code_block":
                yield from self._waiting_item()
                yield self._block("code", token, code=token.content)
            case "html_block":
                yield from self._waiting_item()
                yield from self._html(token)
            case "hr":
                yield self._block("rule", token, code=token.markup[:1])

    def _waiting_item(self) -> Iterator[Block]:
        """Yield the open item when it turned out to have no words of its own."""
        if self._item is not None:
            item, self._item = self._item, None
            first = _first_line(item)
            yield Block("item", first, first, depth=self._depth, number=_number(item))

    def _worded(self, token: "Token", inline: "Token") -> Iterator[Block]:
        if token.type == "heading_open":
            first, end = _first_line(token), (token.map or (0, 1))[1]
            lines = read_lines(inline.content, self._env)
            if token.markup == "-" and self._source[end - 1].strip(" >\t") == "-":
                # CommonMark takes a single `-` for an underline: it is a line and an empty item.
                yield Block("text", first, end - 1, lines=lines, depth=self._depth)
                yield Block("item", end, end, depth=self._depth + 1)
                return
            if self._depth:
                yield from self._waiting_item()
            level = INNER_HEADING if self._depth else int(token.tag[1:])
            if inline.content and not any(map(str.isalnum, inline.content)):
                yield self._block("rule", token, code="-")  # "# =====" is drawn, not a title
                return
            yield self._block("heading", token, lines=lines, level=level)
        elif self._item is not None:
            item, self._item = self._item, None
            first_lines, lazy = self._split_bold_lines(token, inline)
            yield self._list_item(item, token, first_lines)
            yield from lazy
        elif all(map(_PIPE_ROW.match, rows := inline.content.split("\n"))):
            yield self._pipe_rows(token, rows)
        else:
            yield self._block("text", token, lines=read_lines(inline.content, self._env))

    def _pipe_rows(self, token: "Token", rows: list[str]) -> Block:
        """Return a table of rows that lack the line which tells the head from the others."""
        first, cells = _first_line(token), 0
        out: list[BlockRow] = []
        for number, row in enumerate(rows):
            pieces = [*row.strip().strip("|").split("|", MAX_COLUMNS)]
            read = tuple(read_lines(one.strip(), self._env)[0] for one in pieces)
            out.append(BlockRow(first + number, read))
            cells = max(cells, len(read))
        return self._block("table", token, header=(RichText(""),) * cells, rows=tuple(out))

    def _html(self, token: "Token") -> Iterator[Block]:
        """Yield HTML as it is, and the headings or fold-out titles in it."""
        yield self._block("html", token, code=token.content)
        first = _first_line(token)
        for found in _HTML_HEADING.finditer(token.content[:MAX_HTML]):
            heading = plain(html.unescape(_TAG.sub("", found[2])))
            lines = [first + token.content[:end].count("\n") for end in found.span()]
            level = FOLD_OUT if found[1][0] in "sS" else int(found[1][1])
            yield Block("heading", lines[0], lines[1], lines=(heading,), level=level)
        if "</details>" in token.content.casefold():
            yield Block("end", first, first, level=FOLD_OUT)

    def _split_bold_lines(self, paragraph: "Token", inline: "Token") -> tuple[str, list[Block]]:
        """Return an item's words, and the bold lines after it that no blank line separates."""
        first = (paragraph.map or (0, 0))[0]
        rows = inline.content.split("\n")
        for i in range(1, len(rows)):
            if self._source[first + i].startswith("**"):
                lines = read_lines("\n".join(rows[i:]), self._env)
                glued = Block("text", first + i + 1, first + len(rows), lines=lines)
                paragraph.map = [first, first + i]
                return "\n".join(rows[:i]), [glued]
        return inline.content, []

    def _list_item(self, item: "Token", paragraph: "Token", content: str) -> Block:
        checked = None
        box = _BOX.match(content)
        if box:
            content = content[box.end() :]
            checked = (box[1] or box[2] or box[3] or " ") not in " ☐⬜"
        return self._block(
            "item",
            paragraph,
            lines=read_lines(content, self._env),
            number=_number(item),
            checked=checked,
        )

    def _table(self, tokens: "list[Token]") -> Block:
        rows: list[BlockRow] = []
        row, cells = tokens[0], list[RichText]()
        for token in tokens:
            if token.type == "tr_open":
                row, cells = token, []
            elif token.type == "inline":
                cells.append(read_lines(token.content, self._env)[0])
            elif token.type == "tr_close":
                rows.append(BlockRow(_first_line(row), tuple(cells)))
        return self._block("table", tokens[0], header=rows[0].cells, rows=tuple(rows[1:]))

    def _block(self, kind: Kind, token: "Token", **parts: Any) -> Block:
        first, end = token.map or (0, 1)
        end = min(end, len(self._source))
        while end - 1 > first and not self._source[end - 1].strip():
            end -= 1
        parts.setdefault("depth", self._depth)
        return Block(kind, first + 1, max(end, first + 1), **parts)


def _first_line(token: "Token") -> int:
    return (token.map or (0, 1))[0] + 1


def _number(item: "Token") -> int | None:
    return int(item.info) if item.info.isdigit() and item.info.isascii() else None
