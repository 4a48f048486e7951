"""Stretches of days, bars and links in tables, as reports write them.

Handed to a template as a whole (`**WORDS`), beside the filters that every template has; `sources`
says whose hours a sum is made of, `language` which one is in use.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.i18n import current_language, format_dates, format_days
from bot.progress.effort import SOURCES
from bot.templating import Markdown, link


def cell_link(text: str, url: str) -> Markdown:
    """Return a link for a cell of a table: one line, no bar."""
    return Markdown(link(" ".join(text.split()), url).replace("|", r"\|"))


def bar(percent: int, width: int = 20, full: str = "█", empty: str = "░") -> str:
    """Return a bar of `width` characters for 0 to 100 percent."""
    done = percent * width // 100
    return full * done + empty * (width - done)


WORDS: Mapping[str, Any] = MappingProxyType(
    {
        "days": format_days,
        "span": format_dates,
        "cell_link": cell_link,
        "bar": bar,
        "sources": SOURCES,
        "language": current_language,
    }
)
