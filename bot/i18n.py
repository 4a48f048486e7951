"""The language that people are spoken to in: sentences by gettext, dates and numbers by CLDR.

A sentence is English in the code and in templates, whole, with named placeholders, and is looked up
in the catalogue of the language in use, compiled from `locale/LANG/milepost.po`; what that lacks is
English. The language belongs to the present context (a thread, a request), so that it need not be
handed through everything: whoever begins work for a repository or a viewer calls `use_language`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

ENGLISH = "en"
NO_BREAK = "\N{NO-BREAK SPACE}"
_FOLDER = Path(__file__).parent / "locale"
_TABLE: dict[str, dict[str, Any]] = json.loads((_FOLDER / "cldr.json").read_text(encoding="utf-8"))
del _TABLE["source"]  # a sentence on where it is from
# What each language calls itself, by its code, in the order in which pages offer them.
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {code: data["name"] for code, data in _TABLE.items()}
)
WITHOUT_SPACES = frozenset({"zh", "ja"})  # between sentences
_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


class Catalogue(Protocol):
    """The sentences of one language, as the standard library's gettext has them."""

    def gettext(self, message: str) -> str:
        """Return the sentence in this language, else as it is."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for `n`."""

    def pgettext(self, context: str, message: str) -> str:
        """Return the translation that a word has in a context."""


@cache
def catalogue(code: str) -> Catalogue | None:
    """Return the catalogue of a language, None for English."""
    return None if code == ENGLISH else read_catalogue(_FOLDER / f"{code}.mo.gz")


def read_catalogue(file: "Traversable") -> Catalogue:
    """Return a compiled catalogue. What reads it is loaded here, for English needs none of it."""
    from gettext import GNUTranslations
    from gzip import GzipFile

    with file.open("rb") as packed, GzipFile(fileobj=packed) as content:
        return GNUTranslations(content)


def find_language(tag: str) -> str | None:
    """Return the code of the language that a tag means (`pt-BR`, `de_AT`, `zh-Hans`), if known."""
    code = tag.strip().replace("_", "-").partition("-")[0].casefold()
    return code if code in LANGUAGES else None


def preferred_language(accepted: str) -> str:
    """Return the known language that `Accept-Language` (RFC 9110, 12.5.4) prefers, else English."""
    weighed = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.partition(";")
        found = find_language(tag)
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:  # no weight: a part that cannot be read is left out, as RFC 9110 allows
            continue
        if found and quality > 0:
            weighed.append((-quality, place, found))
    return min(weighed)[2] if weighed else ENGLISH


def current_language() -> str:
    """Return the code of the language in use."""
    return _current.get()


def set_language(code: str) -> None:
    """Use a language from here on: for a process or a request, which has one reader."""
    _current.set(code)


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Use a language within a block."""
    before = _current.set(code)
    try:
        yield
    finally:
        _current.reset(before)


def gettext(message: str, /, **values: object) -> str:
    """Return a sentence in the language in use; `%(name)s` in it becomes that value."""
    known = catalogue(_current.get())
    return (known.gettext(message) if known else message) % values


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Return the sentence that fits a whole number, by the plural rules of the language in use.

    `%(num)s` in it is the number.
    """
    known = catalogue(_current.get())
    shown = known.ngettext(one, many, number) if known else one if number == 1 else many
    return shown % {"num": format_number(number), **values}


def pgettext(context: str, message: str, /, **values: object) -> str:
    """Return a word that is translated by its context (`label`, `picture`), in the language."""
    known = catalogue(_current.get())
    return (known.pgettext(context, message) if known else message) % values


def gettext_noop(message: str) -> str:
    """Return `message` as it is: it is in the catalogues, and translated where it is shown."""
    return message


def pgettext_noop(context: str, message: str) -> str:
    """Return `message` as it is: it is in the catalogues with this context."""
    del context
    return message


class _Day(NamedTuple):
    """The parts of a date that a format string names."""

    day: int
    number: int
    month: str
    year: int
    weekday: str


def _locale() -> dict[str, Any]:
    return _TABLE[_current.get()]


def _parts(value: date) -> _Day:
    data = _locale()
    weekday = data["weekdays"][value.weekday()]
    month = data["months"][value.month - 1]
    return _Day(value.day, value.month, month, value.year, weekday)


def _formatted(form: str, value: date) -> str:
    return str(_locale()[form].format(**_parts(value)._asdict()))


def format_date(value: date) -> str:
    """Return `23 Nov 2026` as the language writes it, never broken over two lines."""
    return _formatted("date", value)


def every_date(value: date) -> Iterator[str]:
    """Yield how each language writes a date, with plain spaces, as in the title of an issue."""
    for code in LANGUAGES:
        with use_language(code):
            yield format_date(value).replace(NO_BREAK, " ")


def format_month(value: date) -> str:
    """Return `Nov`."""
    return _parts(value).month


def format_month_year(value: date) -> str:
    """Return `Nov 2026`."""
    return _formatted("month", value)


def format_weekday_name(value: date) -> str:
    """Return `Mon`."""
    return _parts(value).weekday


def format_weekday(value: date) -> str:
    """Return `Mon 23 Nov`."""
    return _formatted("weekday", value)


def format_first_date(first: date, last: date) -> str:
    """Return `26 Jul` for the first of two dates in a sentence, with its year where that is needed.

    A language that writes the year first cannot leave it to the second date.
    """
    year_is_last = str(_locale()["date"]).endswith("{year}")
    return _formatted("day" if first.year == last.year and year_is_last else "date", first)


def format_dates(first: date, last: date) -> str:
    """Return `9 Feb - 1 Mar 2026`: days with their year, both years where they differ."""
    if first == last:
        return format_date(first)
    return _between("dates", first, last)


def format_days(first: date, last: date) -> str:
    """Return `9-15 Feb`: days whose year is written elsewhere."""
    return _formatted("day", first) if first == last else _between("days", first, last)


def _between(forms: str, first: date, last: date) -> str:
    differing = "M" if first.month != last.month else "d"
    if first.year != last.year:
        differing = "y" if forms == "dates" else "M"
    return str(_locale()[forms][differing].format(a=_parts(first), b=_parts(last)))


def format_number(value: float) -> str:
    """Return `1,234.5`: exact to a tenth, so that the rows of a table add up to its sum."""
    data = _locale()
    text = f"{value:,.1f}" if value < 1e6 else f"{value:,.0f}"
    text = text.removesuffix(".0")
    return text.translate({ord(","): data["group"], ord("."): data["decimal"]})


def format_hours(value: float) -> str:
    """Return `12.5 h`, never broken over two lines."""
    return str(_locale()["hours"].replace(" ", NO_BREAK).format(format_number(value)))


def format_percent(value: int) -> str:
    """Return `30%`."""
    return str(_locale()["percent"].format(value))


def format_list(items: Iterable[str]) -> str:
    """Return `a, b and c`."""
    patterns = _locale()["list"]
    parts = list(items)
    if len(parts) < 2:
        return "".join(parts)
    if len(parts) == 2:
        return str(patterns["2"].format(*parts))
    text = patterns["end"].format(parts[-2], parts[-1])
    for part in reversed(parts[1:-2]):
        text = patterns["middle"].format(part, text)
    return str(patterns["start"].format(parts[0], text))
