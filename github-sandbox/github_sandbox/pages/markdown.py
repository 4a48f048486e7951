"""GitHub Flavored Markdown as safe HTML: tables, strikethrough, task lists, alerts, bare links,
references to issues.

Whatever comes out has passed nh3's allow list. Checkboxes go through it as placeholders made of
private-use characters, which are taken out of the source before, and become buttons afterwards.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

OPEN, CLOSE = "\ue000", "\ue001"
BOX = re.compile(f"{OPEN}([01])(\\d+){CLOSE}")
TASK = re.compile(r"^(\s*(?:>\s*)*(?:[-*+]|\d{1,9}[.)])\s+)\[([ xX])\](?=\s)")
LINK = re.compile(r"https?://[^\s<>]*[^\s<>.,:;!?\"')\]]|(?<![\w/&])#(\d+)\b")
ALERT = re.compile(r"^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]$")
_TAGS = (
    "a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li "
    "ol p picture pre q s samp source span strong sub summary sup table tbody td tfoot th thead tr "
    "tt ul"
)
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "align"},
    "source": {"media", "srcset", "width", "height"},
    "td": {"align"},
    "th": {"align"},
    "div": {"class", "align"},
    "p": {"class", "align"},
    "li": {"class"},
    "ul": {"class"},
    "ol": {"class", "start"},
    "code": {"class"},
    "strong": {"class"},
    "details": {"open"},
}


@dataclass(frozen=True)
class Setting:
    """Where a text stands: `issue_url` leads to an issue by number, or is None for one that is not
    there; `ticks` makes checkboxes buttons; `breaks` keeps line ends, as issues and comments do.
    `base` is the address that relative links of a file count from, as `/learner/x/blob/main/`."""

    issue_url: Callable[[int], str | None]
    ticks: bool = False
    breaks: bool = True
    base: str = ""


def render(text: str | None, setting: Setting) -> Markup:
    """HTML that is safe to show. Empty for no text."""
    if not text or not text.strip():
        return Markup()
    from markdown_it.renderer import RendererHTML

    source = text.replace(OPEN, "").replace(CLOSE, "").replace("\r\n", "\n")
    parser = _parser(setting.breaks)
    tokens = parser.parse(source)
    _mark_boxes(tokens)
    _mark_alerts(tokens)
    _align(tokens)
    for token in tokens:
        if token.type == "inline" and token.children:
            token.children = _with_links(token.children, setting.issue_url)
            _resolve(token.children, setting.base)
    renderer = parser.renderer
    assert isinstance(renderer, RendererHTML)  # noqa: S101 - what MarkdownIt makes by default
    raw = renderer.render(tokens, parser.options, {})
    # nh3 keeps only what was listed; the placeholders are plain text to it. What comes out is safe.
    return Markup(BOX.sub(lambda box: _box(box, ticks=setting.ticks), _clean(raw)))  # noqa: S704


def toggle(text: str, line: int) -> str | None:
    """`text` with the checkbox on a line (from 0) flipped; None when there is none on it."""
    lines = text.split("\n")
    match = TASK.match(lines[line]) if 0 <= line < len(lines) else None
    if match is None:
        return None
    mark = "x" if match[2] == " " else " "
    lines[line] = f"{match[1]}[{mark}]{lines[line][match.end() :]}"
    return "\n".join(lines)


def task_counts(text: str | None) -> tuple[int, int]:
    """Ticked and all checkboxes of a text."""
    marks = [match[2] for line in (text or "").splitlines() if (match := TASK.match(line))]
    return sum(mark != " " for mark in marks), len(marks)


@cache
def _parser(breaks: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.tasklists import tasklists_plugin

    parser = MarkdownIt("commonmark", {"html": True, "breaks": breaks})
    return parser.enable(["table", "strikethrough"]).use(tasklists_plugin)


def _mark_boxes(tokens: Sequence["Token"]) -> None:
    """Swap the plugin's inputs for placeholders that know their line."""
    for token in tokens:
        first = token.children[0] if token.type == "inline" and token.children else None
        if first and first.type == "html_inline" and "task-list-item-checkbox" in first.content:
            ticked = int("checked" in first.content)
            line = token.map[0] if token.map else 0
            first.type, first.content = "text", f"{OPEN}{ticked}{line}{CLOSE}"


def _mark_alerts(tokens: Sequence["Token"]) -> None:
    """`> [!NOTE]` on a line of its own makes the quotation an alert."""
    for at in range(len(tokens) - 2):
        quote, inline = tokens[at], tokens[at + 2]
        if quote.type != "blockquote_open" or inline.type != "inline" or not inline.children:
            continue
        match = ALERT.match(inline.children[0].content)
        if match is None:
            continue
        kind = match[1]
        closing = next(
            token
            for token in tokens[at:]
            if token.type == "blockquote_close" and token.level == quote.level
        )
        quote.tag = closing.tag = "div"
        quote.attrSet("class", f"alert alert-{kind.lower()}")
        title = inline.children[0]
        title.type = "html_inline"
        title.content = f'<strong class="alert-title">{kind.capitalize()}</strong>'
        del inline.children[1:2]  # the line end after it


def _align(tokens: Sequence["Token"]) -> None:
    """Columns are aligned by an attribute: the pages' policy allows no style in the text."""
    for token in tokens:
        style = token.attrGet("style")
        if style is not None:
            del token.attrs["style"]
            token.attrSet("align", str(style).removeprefix("text-align:"))


def _resolve(children: list["Token"], base: str) -> None:
    """Let relative addresses count from the file's folder; pictures are served as they are."""
    raw = base.replace("/blob/", "/raw/", 1)
    for child in children:
        name, root = ("src", raw) if child.type == "image" else ("href", base)
        address = child.attrGet(name)
        if base and isinstance(address, str) and not address.startswith("#"):
            child.attrSet(name, urljoin(root, address))


def _with_links(children: list["Token"], issue_url: Callable[[int], str | None]) -> list["Token"]:
    """Bare addresses and #numbers in plain text become links; not inside of links."""
    found: list[Token] = []
    depth = 0
    for child in children:
        depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type == "text" and depth == 0:
            found += _split(child, issue_url)
        else:
            found.append(child)
    return found


def _split(text: "Token", issue_url: Callable[[int], str | None]) -> list["Token"]:
    from markdown_it.token import Token

    pieces: list[Token] = []
    at = 0
    for match in LINK.finditer(text.content):
        url = issue_url(int(match[1])) if match[1] else match[0]
        if url is None:
            continue
        pieces.append(Token("text", "", 0, content=text.content[at : match.start()]))
        pieces.append(Token("link_open", "a", 1, attrs={"href": url}))
        pieces.append(Token("text", "", 0, content=match[0]))
        pieces.append(Token("link_close", "a", -1))
        at = match.end()
    pieces.append(Token("text", "", 0, content=text.content[at:]))
    return pieces


def _clean(raw: str) -> str:
    import nh3

    return nh3.clean(
        raw,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
        strip_comments=True,
    )


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """Of classes only those that are made here."""
    ours = r"(alert alert-\w+|alert-title|contains-task-list|task-list-item|language-[\w+-]+)"
    return None if name == "class" and not re.fullmatch(ours, value) else value


def _box(box: re.Match[str], *, ticks: bool) -> str:
    ticked = box[1] == "1"
    state = "true" if ticked else "false"
    label = "Done. Untick" if ticked else "Not done. Tick"
    disabled = "" if ticks else " disabled"
    return (
        f'<button class="tick" name="line" value="{box[2]}" aria-pressed="{state}" '
        f'aria-label="{label}"{disabled}></button>'
    )
