"""Days, numbers and links as reports write them: the same in every template.

Handed to a template as a whole (`**WORDS`), for Jinja2's own filters know neither dates nor
plurals.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from bot.planning.bodies import MONTHS, NO_BREAK
from bot.templating import Markdown, link


def day(when: date) -> str:
    """`23 Nov 2026`, in English whatever the machine's locale, and never broken over two lines."""
    return NO_BREAK.join((str(when.day), MONTHS[when.month - 1], str(when.year)))


def days(first: date, last: date) -> str:
    """`9 to 15 Feb`, `28 Dec to 3 Jan`: a stretch of days whose year is said elsewhere."""
    end = f"{last.day}{NO_BREAK}{MONTHS[last.month - 1]}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    return f"{first.day}{NO_BREAK}{MONTHS[first.month - 1]} to {end}"


def number(value: float) -> str:
    """To a tenth, without a zero that says nothing: `8`, `6.5`."""
    return f"{round(value, 1):g}" if abs(value) < 1_000 else f"{value:.0f}"


def some(count: float, thing: str) -> str:
    """`1 hour`, `6.5 hours`; a `thing` of several words takes its s at the end."""
    shown = number(count)
    return f"{shown} {thing}{'' if shown == '1' else 's'}"


def cell_link(text: str, url: str) -> Markdown:
    """A link for a cell of a table: one line, no bar."""
    return Markdown(link(" ".join(text.split()), url).replace("|", r"\|"))


def bar(percent: int, width: int = 20) -> str:
    """A bar of letters for 0 to 100; the number stands beside it."""
    full = percent * width // 100
    return "█" * full + "░" * (width - full)


WORDS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"day": day, "days": days, "number": number, "some": some, "cell_link": cell_link, "bar": bar}
)
