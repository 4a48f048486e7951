"""Parse inline Markdown into plain text, its links, and its bold beginning."""

import html
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

# Longer runs are taken as plain text: links and emphasis can be quadratic to parse.
MAX_INLINE = 4000
MAX_BRACKETS = 150
MAX_OPEN = 20  # brackets that nothing closes: each makes the parser search to the end
MAX_LINE = 10_000  # more than any text of a curriculum holds
MAX_TOKENS = 200_000  # with more of them and of cells, what looks like a table is text
BARE_URL = re.compile(r"https?://[^\s<>\"'`\]]+[^\s<>\"'`\].,;:!?)*_]")
_BLANK = re.compile(r"(?<![^\s/|:(])_{3,}(?![^\s/|%).,])")  # a gap to fill in, not emphasis
_SHORTCODE = re.compile(r":[a-z0-9_+-]{1,40}:")
_SPACES = re.compile(r"[^\S\n]+")
_BREAK_TAG = re.compile(r"<(?:br\s*/?|li|p)>", re.IGNORECASE)
_LINK_TAG = re.compile(r"<a\s[^>]{0,200}?href=[\"']([^\"'>]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RichLink:
    """A link of the guide: its text and its address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class RichText:
    """One line of inline Markdown.

    `text` is plain, with `\\n` only where the guide breaks the line inside a table cell; `bold` is
    its bold beginning ("" when it does not begin in bold), `links` what it links to, bare addresses
    included; `picture` says that the line holds an image, `struck` that it is struck through.
    `coded` is the text with its code in backticks, where it has some.
    """

    text: str
    bold: str = ""
    links: tuple[RichLink, ...] = ()
    picture: bool = False
    struck: bool = False
    coded: str = ""

    @property
    def as_title(self) -> str:
        """Return the text with its code in backticks, unless it was changed since."""
        return (
            self.coded if self.coded.replace("`", "") == self.text.replace("`", "") else self.text
        )

    @property
    def rest(self) -> str:
        """Return what follows the bold beginning."""
        if not self.bold:
            return self.text
        return self.text[self.text.index(self.bold) + len(self.bold) :].strip()


@cache
def parser() -> "MarkdownIt":
    """Return a parser of CommonMark with tables and limited nesting."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])
    made.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    return made


def _bounded_table(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    """Parse a table unless it has too many cells: a short row stands for a whole one."""
    from markdown_it.rules_block.table import table

    if silent or not table(state, start, end, True):
        return table(state, start, end, silent)
    after = next((line for line in range(start, end) if state.isEmpty(line)), end)
    head = state.src[state.bMarks[start] : state.eMarks[start]]
    cells = (after - start) * (head.count("|") + 1)
    return len(state.tokens) + cells <= MAX_TOKENS and table(state, start, end, False)


def read_lines(content: str, env: dict[str, Any]) -> tuple[RichText, ...]:
    """Return the lines of a paragraph, heading or cell; `env` holds the link definitions."""
    opened = content.count("[")
    hopeless = opened > MAX_BRACKETS or opened - content.count("]") > MAX_OPEN
    if len(content) > MAX_INLINE or hopeless:
        return tuple(plain(line) for line in content.split("\n"))
    if "`" not in content:
        content = _BLANK.sub(lambda gap: "\\_" * len(gap[0]), content)
    tokens = parser().parseInline(content, env)[0].children or []
    reader = _Reader()
    for token in tokens:
        reader.take(token)
    reader.end_line()
    return tuple(reader.lines)


def plain(text: str) -> RichText:
    """Return `text` as it is, with only its bare addresses as links."""
    text = _clean(text[:MAX_LINE])
    return RichText(text, links=_bare_links(text, ()))


class _Reader:
    """A reader that collects the tokens of one line after the other."""

    def __init__(self) -> None:
        self.lines: list[RichText] = []
        self._in_bold = 0
        self._in_struck = 0
        self._links: list[RichLink] = []
        self._open_link: tuple[str, int] | None = None
        self._start_line()

    def _start_line(self) -> None:
        self._text = ""
        self._coded = ""
        self._struck = ""
        self._bold_from = 0 if self._in_bold else None
        self._bold = ""
        self._picture = False

    def take(self, token: "Token") -> None:
        """Add one inline token."""
        match token.type:
            case "text" | "text_special":
                self._add(token.content)
            case "code_inline":
                fence = "" if "`" in token.content else "`"
                self._add(token.content, f"{fence}{token.content}{fence}")
            case "softbreak" | "hardbreak":
                self.end_line()
            case "s_open" | "s_close":
                self._in_struck += 1 if token.type == "s_open" else -1
            case "strong_open" | "strong_close":
                self._strong(opened=token.type == "strong_open")
            case "link_open":
                self._open_link = (str(token.attrs.get("href", "")), len(self._text))
            case "link_close":
                self._close_link()
            case "image":
                self._picture = True
                # The words of a picture count where they are part of a sentence.
                self._add(token.content if self._open_link or self._text.strip() else "")
            case "html_inline":
                self._tag(token.content)

    def _tag(self, tag: str) -> None:
        """Take a tag of HTML as what Markdown has for it: lines, items, links, bold words."""
        link = _LINK_TAG.match(tag)
        if _BREAK_TAG.match(tag):
            self._add("\n" if self._text else "")
        elif link:
            self._open_link = (html.unescape(link[1]), len(self._text))
        elif tag == "</a>" and self._open_link is not None:
            self._close_link()
        elif tag in {"<b>", "<strong>", "</b>", "</strong>"} and bool(self._in_bold) == (
            "/" in tag
        ):
            self._strong(opened="/" not in tag)

    def _close_link(self) -> None:
        if self._open_link is not None:
            url, start = self._open_link
            self._links.append(RichLink(_clean(self._text[start:]), url))
            self._open_link = None

    def _add(self, text: str, coded: str | None = None) -> None:
        if coded is None and ":" in text:
            text = _SHORTCODE.sub(_emoji, text)
        self._text += text
        self._coded += text if coded is None else coded
        self._struck += text if self._in_struck else ""

    def _strong(self, *, opened: bool) -> None:
        self._in_bold += 1 if opened else -1
        if opened and self._bold_from is None and not re.search(r"\w", self._text):
            self._bold_from = len(self._text)
        elif not opened and self._bold_from is not None and not self._bold:
            self._bold = self._text[self._bold_from :]

    def end_line(self) -> None:
        """Add the line, now that the source line is over."""
        if self._in_bold and self._bold_from is not None and not self._bold:
            self._bold = self._text[self._bold_from :]
        text, bold = _clean(self._text), _clean(self._bold)
        links = tuple(self._links)
        self._links = []
        bold = bold if bold in text else ""
        links += _bare_links(text, links)
        struck = bool(text) and _clean(self._struck) == text
        coded = _clean(self._coded) if "`" in self._coded else ""
        self.lines.append(RichText(text, bold, links, self._picture, struck, coded))
        if self._open_link is not None:
            self._open_link = (self._open_link[0], 0)
        self._start_line()


def _emoji(shortcode: re.Match[str]) -> str:
    """Return the emoji of ":rocket:"; a word that names none as it is."""
    from rich.emoji import Emoji

    return Emoji.replace(shortcode[0])


def _bare_links(text: str, known: tuple[RichLink, ...]) -> tuple[RichLink, ...]:
    seen = {link.url for link in known} | {link.text for link in known}
    return tuple(RichLink("", url) for url in BARE_URL.findall(text) if url not in seen)


def _clean(text: str) -> str:
    return "\n".join(part.strip() for part in _SPACES.sub(" ", text).split("\n")).strip()
