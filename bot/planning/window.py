"""The window of issues: which units have issues now."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

from bot.planning.schedule import Schedule, UnitDates


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
