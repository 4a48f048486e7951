"""Stretches of days, bars and links in tables, as reports write them.

Handed to a template as a whole (`**WORDS`), beside the filters that every template has; `sources`
says whose hours a sum is made of.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from bot.progress.effort import SOURCES
from bot.templating import MONTHS, NO_BREAK, Markdown, day, link


def days(first: date, last: date) -> str:
    """Return `9 to 15 Feb`, `28 Dec to 3 Jan`: days whose year is written elsewhere."""
    end = f"{last.day}{NO_BREAK}{MONTHS[last.month - 1]}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    return f"{first.day}{NO_BREAK}{MONTHS[first.month - 1]} to {end}"


def span(first: date, last: date) -> str:
    """Return `9 Feb to 1 Mar 2026`: days with their year, both years where they differ."""
    if first == last:
        return day(last)
    start = day(first) if first.year != last.year else day(first).rpartition(NO_BREAK)[0]
    return f"{start} to {day(last)}"


def cell_link(text: str, url: str) -> Markdown:
    """Return a link for a cell of a table: one line, no bar."""
    return Markdown(link(" ".join(text.split()), url).replace("|", r"\|"))


def bar(percent: int, width: int = 20, full: str = "█", empty: str = "░") -> str:
    """Return a bar of `width` characters for 0 to 100 percent."""
    done = percent * width // 100
    return full * done + empty * (width - done)


WORDS: Mapping[str, Any] = MappingProxyType(
    {"days": days, "span": span, "cell_link": cell_link, "bar": bar, "sources": SOURCES}
)
