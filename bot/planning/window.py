"""The window of issues: which units have issues now, and when a module is looked back on."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bot.curriculum.model import Unit
from bot.planning.schedule import Schedule, UnitDates

LAST_DAYS = timedelta(days=3)


def units_in_window(dates: Schedule, today: date, weeks_ahead: int | None) -> Iterator[UnitDates]:
    """Yield the units that should have issues now.

    All that have begun, all that begin within `weeks_ahead` weeks (None: all there are), and in
    any case the current unit and the one after it.
    """
    started = bisect_right([unit.first for unit in dates.units], today)
    for index, unit in enumerate(dates.units):
        if (
            weeks_ahead is None
            or index <= max(started, 1)
            or unit.first <= today + timedelta(weeks=weeks_ahead)
        ):
            yield unit


def is_ending(dates: Schedule, units: Sequence[Unit], today: date) -> bool:
    """Return whether the last days of some units have come, or are over: never before the first."""
    first, last = dates[units[0].id].first, dates[units[-1].id].last
    return today >= max(first, last - LAST_DAYS)
