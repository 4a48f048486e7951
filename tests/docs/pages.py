"""The project's documentation as data: fences, headings, tables and links of each page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md")),
    *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "github-sandbox").glob("*.md")),
]
_MANUAL = re.compile(r"<!-- by hand: (.+?) -->")


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, the second word after the fence (a file name), its text."""

    language: str
    name: str
    text: str


@dataclass(frozen=True)
class Act:
    """What the reader is asked to do with their hands, as a hidden comment says it for tests."""

    text: str


@dataclass(frozen=True)
class Section:
    """The text and the tables below one heading, down to the next heading of any level."""

    title: str
    text: str
    tables: tuple[tuple[tuple[str, ...], ...], ...]

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows of all tables without their headings."""
        return tuple(row for table in self.tables for row in table[1:])


def name_of(page: Path) -> str:
    """The page's path as tests are called."""
    return page.relative_to(ROOT).as_posix()


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """The page's Markdown, parsed."""
    markdown = MarkdownIt("commonmark").enable("table")
    return tuple(markdown.parse(page.read_text(encoding="utf-8")))


def steps(page: Path) -> Iterator[Fence | Act]:
    """Fences and acts, in the order in which a reader comes to them."""
    for token in tokens(page):
        if token.type == "fence":
            language, _, name = token.info.partition(" ")
            yield Fence(language, name.strip(), token.content)
        elif token.type == "html_block":
            yield from (Act(found) for found in _MANUAL.findall(token.content))


def fences(page: Path, language: str) -> list[Fence]:
    """The fences of one language."""
    return [s for s in steps(page) if isinstance(s, Fence) and s.language == language]


def sections(page: Path) -> dict[str, Section]:
    """Sections by heading, in order."""
    found: dict[str, Section] = {}
    title = text = ""
    tables: list[tuple[tuple[str, ...], ...]] = []
    rows: list[tuple[str, ...]] = []
    for before, token in zip((None, *tokens(page)), (*tokens(page), None), strict=True):
        if token is None or token.type == "heading_open":
            found[title] = Section(title, text, tuple(tables))
            text, tables = "", []
        elif before is not None and before.type == "heading_open":
            title = token.content
        elif token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append(())
        elif before is not None and before.type in {"td_open", "th_open"}:
            rows[-1] = (*rows[-1], token.content.strip())
        elif token.type == "table_close":
            tables.append(tuple(rows))
        elif token.type == "inline":
            text += f"{token.content}\n"
    return found


def codes(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def links(page: Path) -> Iterator[str]:
    """Targets of all links and images."""
    for token in tokens(page):
        for child in token.children or ():
            target = child.attrs.get("href" if child.type == "link_open" else "src")
            if target is not None:
                yield str(target)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    found: set[str] = set()
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type == "heading_open":
            stored = re.sub(r"[^\w\- ]", "", token.content.lower())
            found.add(stored.replace(" ", "-"))
    return found
