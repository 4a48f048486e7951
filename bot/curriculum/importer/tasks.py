"""Make tasks of list items, cells and the rows of tables: courses, topics, exercises."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.curriculum.base import Hours
from bot.curriculum.checks import MAX_CHECKS, Check, read_line
from bot.curriculum.importer import durations, patterns, vocabulary
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.collector import LINE, SectionCollector, line, lines, text
from bot.curriculum.importer.headings import clean
from bot.curriculum.importer.inline_markdown import BARE_URL, RichLink, RichText
from bot.curriculum.importer.line_coverage import GuideLine
from bot.curriculum.model import Task, TaskKind

_SENTENCE_END = re.compile(r"[.!?:。]$")
_TICK = re.compile(r"^\s*(?:✅|✔\ufe0f?|☑\ufe0f?)\s*|\s+(?:✅|✔\ufe0f?)(?:\s*\d{1,2}/\d{1,2})?\s*$")
LONG_TITLE = 140  # a longer one that begins with a name or a sentence is cut there
_NAME = re.compile(r"(?=.{12,81})(\S+ [^:.!?`]{3,80}(?:(?=:)|[.!?]))[:\s]\s*(?=\S)")
SMALL_WORD = 2  # letters
FEW_WORDS = 2  # a title of no more beside an address keeps it
_CHECK = re.compile(r"Check: `([^`]+)`\.?")
_CHECK_BEGINS = "Check: `"
_EMPTY_BRACKETS = re.compile(r"(?<!\w)[(\[]\s*[)\]]")  # `print()` keeps its own


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A list item and the blocks below it."""

    item: Block
    below: tuple[Block, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the item and everything below it."""
        return (self.item, *self.below)

    @property
    def has_boxes(self) -> bool:
        """Return whether it or anything below it is a checkbox."""
        return any(block.kind == "item" and block.checked is not None for block in self.blocks)

    @property
    def is_group(self) -> bool:
        """Return whether the items below are the tasks, and this one only their name."""
        if not any(block.kind == "item" for block in self.below):
            return False
        if self.item.checked is not None:
            return any(block.checked is not None for block in self.below) and self._announces
        return self.has_boxes or self._announces

    @property
    def _announces(self) -> bool:
        return self.item.text.endswith((":", patterns.COLON))


@dataclass(frozen=True, slots=True)
class TaskWording:
    """The parts of a task's own words; `name` is what its id is made of."""

    title: str
    more: str = ""
    hours: Hours | None = None
    optional: bool = False
    done: bool = False
    ticked: bool = False
    links: tuple[RichLink, ...] = ()
    name: str = ""


@dataclass
class TaskDraft:
    """A task before it has its id."""

    wording: TaskWording
    about: list[str] = field(default_factory=list)
    done_when: list[str] = field(default_factory=list)
    links: list[RichLink] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    hours: Hours | None = None


def entries(blocks: Sequence[Block]) -> Iterator[ListEntry | Block]:
    """Yield items with what is below them; other blocks as they are."""
    position = 0
    while position < len(blocks):
        block = blocks[position]
        position += 1
        if block.kind != "item":
            yield block
            continue
        start = position
        while position < len(blocks) and _below(blocks[position], block):
            position += 1
        yield ListEntry(block, tuple(blocks[start:position]))


def _below(block: Block, item: Block) -> bool:
    return block.depth > item.depth or (block.depth == item.depth and block.kind != "item")


def wording(rich_lines: Iterable[RichText]) -> TaskWording:
    """Return title, rest, hours and links of the words of one item, cell or label."""
    return _wording(tuple(rich_lines))


@lru_cache(maxsize=1 << 13)  # each reading of a guide needs them
def _wording(rich_lines: tuple[RichText, ...]) -> TaskWording:
    whole = " ".join(one.as_title for one in rich_lines)
    links = tuple(link for one in rich_lines for link in one.links)
    title, more = whole, ""
    # A first line with a link or a full stop is a title, not the start of a wrapped sentence.
    first = rich_lines[0] if len(rich_lines) > 1 else None
    if first and (len(whole) > LINE or first.links or _SENTENCE_END.search(first.text)):
        title = first.as_title
        rest = [one.as_title for one in rich_lines[1:] if one.text]
        labelled = len(rest) > 1 and all(":" in one or not one[:1].isalnum() for one in rest)
        more = "\n".join(f"- {one}" for one in rest) if labelled else " ".join(rest)
    optional = bool(patterns.OPTIONAL.search(title))
    bare = _with_hosts(patterns.OPTIONAL.sub(" ", title) if optional else title, links)
    ticked = bool(_TICK.search(bare))
    bare = _EMPTY_BRACKETS.sub("", _TICK.sub("", bare)).strip()
    bare, stated = durations.without_duration(bare)
    if stated is None:
        stated = durations.total(more)
    bare = " ".join(clean(bare).rstrip(" -\u2013\u2014:,").split())
    short = named = line(bare)
    if short != bare:
        more = text([bare, more])
    elif len(bare) > LONG_TITLE and (name := _NAME.match(bare)):
        short, more = name[1].rstrip("."), text([bare[name.end() :], more])
    if not re.search(r"\w", short):
        short = line(short_address(links[0].url)) if links else ""
    done = any(one.text for one in rich_lines) and all(one.struck for one in rich_lines if one.text)
    return TaskWording(short, more, stated, optional, done, ticked, links, named)


def _with_hosts(title: str, links: Sequence[RichLink]) -> str:
    """Return the title with its bare addresses as host and path, or without them.

    An address stays where the words end with it and say too little without: "Watch https://...".
    """
    rest = BARE_URL.sub("", title)
    words = re.findall(r"\w+", durations.without_duration(rest)[0])
    # A small word at the end, as in "Play it at https://...", asks for the address, too.
    open_end = rest.rstrip() and len(words[-1:][0] if words else "") <= SMALL_WORD
    if len(links) != 1 or (len(words) > FEW_WORDS and not open_end):
        return rest
    return BARE_URL.sub(lambda found: short_address(found[0]), title)


def short_address(url: str) -> str:
    """Return an address as its host and path."""
    return re.sub(r"^https?://(?:www\.)?", "", url).rstrip("/")


def draft(entry: ListEntry) -> TaskDraft:
    """Return the draft of an item: boxes below say when it is done, the rest describes it.

    A line such as "Check: `file: src/train.py`" is one of its checks.
    """
    made = TaskDraft(wording(entry.item.lines))
    if entry.item.checked is not None:
        made.wording = replace(
            made.wording, done=entry.item.checked or made.wording.done, ticked=False
        )
    base = entry.item.depth + 1
    for block in entry.below:
        check = _check(block.as_title) if block.kind in {"item", "text"} else None
        if check and len(made.checks) < MAX_CHECKS:
            made.checks.append(check)
            continue
        if block.kind == "item" and block.checked is not None:
            made.done_when.append(block.as_title)
        else:
            made.about += markdown([block], base)
        made.links += block.links
    return made


def _check(words: str) -> Check | None:
    found = _CHECK.fullmatch(words)
    return read_line(found[1]) if found else None


def wrong_checks(text: str) -> tuple[GuideLine, ...]:
    """Return the lines of a guide that begin as a check and are none."""
    lines = (line.strip().lstrip(">*+- \t") for line in text.split("\n"))
    return tuple(
        GuideLine(number=number, text=line)
        for number, line in enumerate(lines, 1)
        if line.startswith(_CHECK_BEGINS) and _check(line) is None
    )


def markdown(blocks: Sequence[Block], base: int = 0) -> list[str]:
    """Return the blocks as lines of Markdown again, for a description."""
    out: list[str] = []
    for block in blocks:
        if block.kind == "item":
            sign = f"{block.number}." if block.number is not None else "-"
            out.append(f"{'  ' * max(block.depth - base, 0)}{sign} {_block_text(block)}")
        elif block.kind == "code":
            out.append(_fenced(block.code))
        elif block.kind == "table":
            out += [" · ".join(cell.text for cell in row.cells if cell.text) for row in block.rows]
        elif block.kind in {"text", "heading"}:
            out.append(_block_text(block))
    return [one for one in out if one.strip(" -")]


def _block_text(block: Block) -> str:
    """Return a block's text, with links as Markdown links."""
    shown = block.as_title
    for link in block.links:
        if link.text and link.url.startswith("http") and link.text in shown:
            shown = shown.replace(link.text, f"[{link.text}]({link.url})", 1)
    return shown


def _fenced(code: str) -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}\n{code.rstrip()}\n{fence}"


def task(
    made: TaskDraft, parts: SectionCollector, unit: str, kind: TaskKind | None = None
) -> Task | None:
    """Return the task of `made` in the unit with the id `unit`; None when it has no words."""
    wording, title = made.wording, made.wording.title
    if not re.search(r"\w", title):
        return None
    links = (*wording.links, *made.links)
    spent = made.hours or wording.hours
    guessed = vocabulary.topic(title, vocabulary.TASK_KINDS)
    return Task(
        id=parts.ids.take("task", wording.name or title, unit),
        title=title,
        description=text([wording.more, text(made.about, "\n")]),
        done_when=lines(made.done_when),
        checks=tuple(made.checks),
        hours=spent,
        hours_from="guide" if spent else "estimate",
        resources=tuple(parts.add_link(links, near=title)),
        kind=kind or TaskKind(guessed or TaskKind.PRACTICE),
        optional=wording.optional,
        done=wording.done,
    )


def stated_count(title: str) -> int | None:
    """Return how many things a deliverable asks for, or None."""
    found = patterns.COUNTED.search(patterns.fold(title))
    return int(found[1]) or None if found else None


_INDEX = re.compile(r"^(?:#|no\.?|nr\.?|n[ºo°]|id|\W*)$", re.IGNORECASE)
_NAMES = re.compile(
    r"^(?:courses?|topics?|tasks?|title|name|content|subject|lesson|exercise|project|book|resource|"
    r"skill|what|problem|question|chapter|video|lecture|assignment|curso|disciplina|topico|tarefa|conteudo|内容|课程|任务|主题)s?\b"
)
_DURATION = re.compile(r"^(?:duration|length|duracao|duracion|dauer|weeks)\b")
_EFFORT = re.compile(r"^(?:effort|hours|time|workload|esforco|horas|zeit)\b|hours?$")
_CLOCK = re.compile(r"\d{1,2}[:h]\d{2}")
_SKIP = re.compile(r"^(?:status|done|progress|completed?|discussion|chat|check)\b")


def is_course_table(table: Block) -> bool:
    """Return whether the head has columns for a name and for how long it takes."""
    heads = [patterns.fold(cell.text) for cell in table.header]
    timed = any(_DURATION.match(head) or _EFFORT.search(head) for head in heads)
    return timed and any(_NAMES.match(head) for head in heads)


def is_task_table(table: Block) -> bool:
    """Return whether a table lists things to do: numbered, or with a column for what is done."""
    heads = [patterns.fold(cell.text) for cell in table.header]
    listed = _INDEX.match(table.header[0].text) or any(_SKIP.match(head) for head in heads)
    return bool(listed) and any(_NAMES.match(head) for head in heads)


def is_routine(table: Block) -> bool:
    """Return whether the rows are hours of a day, the same every day."""
    cells = [row.cells[0].text for row in table.rows if row.cells and row.cells[0].text]
    return len(cells) > 2 and all(_CLOCK.match(one) for one in cells)


def table_rows(table: Block) -> Iterator[tuple[int, TaskDraft]]:
    """Yield the line and the draft of each row with words in its naming column.

    The other columns go to the draft's description.
    """
    heads = [patterns.fold(cell.text) for cell in table.header]
    naming = _naming_column(table, heads)
    for row in table.rows:
        name = patterns.fold(row.cells[naming].text) if naming < len(row.cells) else ""
        if re.search(r"\w", name) and not patterns.REST.fullmatch(name):
            yield row.first, _row_draft(table, row, naming)


def _naming_column(table: Block, heads: Sequence[str]) -> int:
    """Return the column whose cells name the rows: numbers as "1-2" name nothing."""
    worded = [
        2 * sum(bool(re.search(r"[^\W\d_]{2}", row.cells[i].text)) for row in table.rows)
        > len(table.rows)
        for i in range(len(heads))
    ]
    second = len(heads) > 1 and _INDEX.match(table.header[0].text)
    named = (i for i, head in enumerate(heads) if _NAMES.match(head) and worded[i])
    usual = next((i for i, one in enumerate(worded) if one), 1 if second else 0)
    return next(named, usual)


def _row_draft(table: Block, row: BlockRow, naming: int) -> TaskDraft:
    cell = row.cells[naming]
    first = cell.links[0].text if cell.links else ""
    if first and cell.text.startswith(first):
        cell = replace(cell, text=first)  # only the link's words
    made = TaskDraft(wording([cell]))
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
            made.about.append(f"{table.header[i].text}: {cell.as_title}".replace("\n", " "))
            made.links += cell.links
    made.hours = _hours(duration, effort)
    return made


def _hours(duration: str, effort: str) -> Hours | None:
    whole = (
        durations.hours_over_weeks(duration, effort)
        or durations.total(effort)
        or durations.total(duration)
    )
    return whole or (durations.hours_without_unit(effort) if effort and not duration else None)
