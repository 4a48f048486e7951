"""Tell how long each unit takes, and on which days it is, as far as the guide says."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.curriculum.importer import patterns
from bot.curriculum.importer.dates import with_years
from bot.curriculum.importer.drafts import UnitDraft
from bot.curriculum.importer.headings import HeadingMark, spans
from bot.curriculum.importer.tree import TreeNode
from bot.curriculum.model import UnitKind

DAY = timedelta(days=1)
WEEK = 7
SETUP = "setup"  # the group of a unit before the first stretch
DAYS = {"day": 1, "week": 7, "month": 28}
MOST = 1000  # days of a unit
MOST_INSIDE = 200  # days of a unit that its own days may be apart
_LENGTH = re.compile(
    r"(\d{1,3})(?:\s*[-\u2013]\s*(\d{1,3}))?[\s-]*"
    rf"(?:{'|'.join(f'(?P<{unit}>{patterns.STRETCH[unit]})' for unit in DAYS)})\b",
    re.IGNORECASE,
)


def unit_days(mark: HeadingMark) -> int:
    """Return the days of a label, or what the heading mentions ("(Months 1-3)", "3 weeks")."""
    group = mark.group
    begins = mark.dates and mark.dates[0] == mark.dates[1] and DAYS.get(group, 1) > 1
    if mark.dates and not begins:
        return (mark.dates[1] - mark.dates[0]).days + 1
    if group in {"date", "weekday", "clock", SETUP}:
        return 1
    if group in {"dates", *DAYS}:
        return min(DAYS.get(group, 1) * mark.span, MOST)
    if length := _length(mark.title):
        return length
    for unit, first, last in spans(mark.title):
        if unit in DAYS and last >= first:
            return min(DAYS[unit] * (last - first + 1), MOST)
    return WEEK


def _length(title: str) -> int | None:
    """Return the days of "3 weeks" or "2-3 weeks" in a title, or None."""
    found = _LENGTH.search(title)
    if not found:
        return None
    low, high = int(found[1]), int(found[2] or found[1])
    span = high - low if found[2] and high > low else high
    days = next(DAYS[unit] for unit in DAYS if found[unit])
    return max(1, min(days * span, MOST))


def spread_length(units: Sequence[UnitDraft], title: str) -> None:
    """Share out the "12 weeks" of the guide's title among units that say no length."""
    length = _length(title)
    if length and all(one.kind == UnitKind.MODULE and one.days == WEEK for one in units):
        whole = max(length, len(units))
        for place, unit in enumerate(units):
            unit.days = whole * (place + 1) // len(units) - whole * place // len(units)


def dates_inside(node: TreeNode) -> tuple[date, date] | None:
    """Return the first and the last of the days in a stretch that says none itself."""
    found = [one.mark.dates for one in node.walk() if one.mark and one.mark.dates]
    if len(found) < 2:
        return None
    first, last = min(one[0] for one in found), max(one[1] for one in found)
    return (first, last) if (last - first).days < MOST_INSIDE else None


def settle_dates(units: Sequence[UnitDraft], after: date) -> None:
    """Give each unit its days, where the guide says those of most: the others fit in between."""
    dated = [unit for unit in units if unit.dates]
    found = with_years([unit.dates for unit in dated if unit.dates], after)
    for unit, days in zip(dated, list(found), strict=True):
        unit.dates = days
    if 2 * len(dated) <= len(units):
        return
    coming: date | None = None
    first_days: list[date | None] = []
    for unit in reversed(units):
        first_days.append(coming)
        coming = unit.dates[0] if unit.dates else coming
    before: date | None = None
    for unit, following in zip(units, reversed(first_days), strict=True):
        if unit.dates:
            first = unit.dates[0]
        else:
            first = before + DAY if before else (following or after) - unit.days * DAY
        if unit.dates is None or unit.dates[1] == first:  # no day, or that on which it begins
            last = first + (unit.days - 1) * DAY
            unit.dates = first, max(first, min(last, following - DAY) if following else last)
        before = unit.dates[1]
