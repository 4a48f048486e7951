"""Everything a person reads is rendered here, and made safe for where it is read.

In GitHub Markdown (`*.md.j2`) safe means: no HTML and no hidden comment gets through, nobody is
mentioned, and no "#3" turns into a reference to somebody's issue. In pages and pictures
(`*.html.j2`, `*.svg.j2`) it means escaped, in plain text for a terminal (any other ending) without
control characters. The rule is applied to every expression of every template; only what a
template's author wrote is left alone.

Sentences are marked with `{% trans %}` or `_()`, and values are made safe as they go in. Every
template has the filters of `_FORMATS` and `listed`, by the rules of the language in use, and the
functions `link`, `code` and `docs`, the address of a page of the documentation; in Markdown also
`cell`, one line for a table. `rendered` says of a macro's text that it was made safe piece by
piece.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import i18n
from bot.documentation import docs

if TYPE_CHECKING:
    from jinja2 import Environment

ZERO_WIDTH_SPACE = "\u200b"
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_BREAK = re.compile(r"(?<![^\S\n])[^\S\n]*+\n\s*+")
_SENTENCE_ENDS = tuple("。：！？；")
_NO_SPACE = "\ue000"  # a private character: no space comes behind this sentence
_CODE_OR_SIGN = re.compile(r"(`[^`\n]+`)|([\[\]\\`])")
_LINK_END = re.compile("[\x00-\x20<>\\\\\x7f]")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_MENTION = re.compile(r"@(?=[A-Za-z0-9])")
_REFERENCE = re.compile(r"#(?=\d)|(?<=\bGH)-(?=\d)", re.IGNORECASE)
_ACTIVE = re.compile(f"{_CONTROL.pattern[:-1]}<@#]|[Gg][Hh]-")  # what most texts have none of
_BLANK_LINES = re.compile(r"\n{3,}")


class Markdown(str):
    """Text that is safe Markdown already and is not neutralised again.

    In templates the filter `rendered` says so of a macro's text, made safe piece by piece.
    """

    __slots__ = ()


class Html(str):
    """The same for a page: HTML that a macro of ours made."""

    __slots__ = ()


def templates_root() -> Path:
    """Return the folder of templates: in the installed package, or the checkout's `templates/`."""
    packaged = Path(__file__).parent / "_templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "templates"


def neutralize(text: str) -> str:
    """Return `text` with HTML, mentions, issue references and control characters made inert.

    A zero-width space keeps the look of "@name" and "#3" and takes their effect.
    """
    if not _ACTIVE.search(text):
        return text
    text = _CONTROL.sub("", text)
    text = _TAG.sub("&lt;", text)
    text = _MENTION.sub(f"@{ZERO_WIDTH_SPACE}", text)
    return _REFERENCE.sub(lambda m: m[0] + ZERO_WIDTH_SPACE, text)


def link(text: str, url: str | None) -> Markdown:
    """Return a Markdown link on one line, or only the text when there is no address.

    Code in backticks stays code.
    """
    line = neutralize(text)
    line = _BREAK.sub(" ", line) if "\n" in line else line
    shown = _CODE_OR_SIGN.sub(lambda found: found[1] or f"\\{found[2]}", line)
    if not url:
        return Markdown(shown)
    return Markdown(f"[{shown}](<{_LINK_END.sub(lambda m: f'%{ord(m[0]):02X}', url)}>)")


def code(text: str) -> Markdown:
    """Return a command or a name to type."""
    return Markdown(f"`{neutralize(text).replace('`', '')}`")


def cell(text: object) -> Markdown:
    """Return `text` for a cell of a table: one line, no bar."""
    return Markdown(" ".join(neutralize(str(text)).replace("|", r"\|").split()))


def plural(number: float, one: str, many: str | None = None) -> str:
    """Return `1 hour`, `2.5 hours`; `many` where it is not `one` with an s."""
    shown = i18n.format_number(number)
    return f"{shown} {one if shown == '1' else many or f'{one}s'}"


def render(template: str, **values: Any) -> str:
    """Return the template's text with single blank lines and no space at line ends."""
    ending = template.split(".", 1)[1]
    text = environment(ending).get_template(template).render(**values)
    text = "\n".join(map(str.rstrip, text.splitlines()))
    text = text.replace(f"{_NO_SPACE} ", "").replace(_NO_SPACE, "")
    return _BLANK_LINES.sub("\n\n", text).strip()


def printable(text: str) -> str:
    """Return `text` without control characters, so that a title cannot move a terminal's cursor."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


@cache
def environment(ending: str) -> "Environment":
    """Return the environment of templates with this ending; loading Jinja2 takes 30 ms."""
    import jinja2

    from bot.template_cache import TemplateCache, TemplateEnvironment

    rule = _RULES.get(ending, _for_terminal)
    safe = Html if ending == "html.j2" else Markdown
    made = TemplateEnvironment(
        loader=jinja2.FileSystemLoader(templates_root()),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # `finalize` is the escaping, for HTML's does not fit
        finalize=rule,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        bytecode_cache=TemplateCache(ending, Path(__file__).read_bytes()),
    )
    made.globals |= {**_sentences(rule, safe), "docs": docs}
    made.filters |= {**_FORMATS, "rendered": safe}
    if ending == "html.j2":
        made.globals |= {"link": _html_link, "code": _html_code}
    else:
        made.filters["cell"] = cell
        made.globals |= {"link": link, "code": code}
    made.filters["listed"] = partial(_listed, rule, safe)
    return made


_FORMATS = {
    "day": i18n.format_date,
    "first_date": i18n.format_first_date,
    "weekday": i18n.format_weekday,
    "number": i18n.format_number,
    "hours": i18n.format_hours,
    "percent": i18n.format_percent,
}


def _sentences(rule: Callable[[Any], Any], safe: type[str]) -> dict[str, Callable[..., str]]:
    """Return gettext's functions for templates: values are made safe, the catalogue is trusted.

    A `count` is written as the language does. No space comes behind a sentence of a language that
    sets none between sentences.
    """

    def sentence(text: str) -> str:
        ends = text.endswith(_SENTENCE_ENDS) and i18n.current_language() in i18n.WITHOUT_SPACES
        return safe(text + _NO_SPACE) if ends else safe(text)

    def made_safe(values: dict[str, Any]) -> dict[str, Any]:
        return {name: rule(value) for name, value in values.items()}

    def gettext(message: str, /, **values: Any) -> str:
        return sentence(i18n.gettext(message, **made_safe(values)))

    def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
        if "count" in values:
            values["count"] = i18n.format_number(number)
        return sentence(i18n.ngettext(one, many, number, **made_safe(values)))

    return {"gettext": gettext, "_": gettext, "ngettext": ngettext}


def _listed(rule: Callable[[Any], Any], safe: type[str], items: Iterable[Any]) -> str:
    """Return `a, b and c`; each is made safe."""
    return safe(i18n.format_list(str(rule(item)) for item in items))


def _for_markdown(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, Markdown) else neutralize(str(value))


def _for_terminal(value: Any) -> Any:
    return "" if value is None else printable(str(value))


def _for_xml(value: Any) -> Any:
    from xml.sax.saxutils import escape

    return "" if value is None else escape(printable(str(value)), {'"': "&quot;"})


def _for_html(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, Html) else _escaped(str(value))


def _html_link(text: str, url: str | None) -> Html:
    shown = _escaped(text)
    if not url or not url.startswith(("https://", "http://")):
        return Html(shown)
    return Html(f'<a href="{_escaped(url)}">{shown}</a>')


def _html_code(text: str) -> Html:
    return Html(f"<code>{_escaped(text)}</code>")


def _escaped(text: str) -> str:
    from html import escape

    return escape(_CONTROL.sub("", text))


_RULES = {"md.j2": _for_markdown, "svg.j2": _for_xml, "html.j2": _for_html}
