"""The day that the dashboard and the pictures show: the last one that brought anything new.

They stand in the repository, and each change of them costs writes and new readings. On a day that
brings nothing but its date they stay as they are, to the byte.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.progress.path import LearningPath
from bot.reports.due_weeks import Week

DAY = timedelta(days=1)


def on_report_day(path: LearningPath) -> LearningPath:
    """Return the path as it was on the last day, up to its own, that brought anything new.

    That is the day on which the newest weekly summary was due, one on which an issue was changed,
    and one on which a unit or a pause begins or has ended.
    """
    days = (day for day in _days(path) if day <= path.today)
    return path.on(max(days, default=path.today))


def _days(path: LearningPath) -> Iterator[date]:
    week = Week.of(path.today, path.settings.summary.day)
    yield week.first if week.before.due(path.settings) <= path.now else week.before.first
    newest = path.observed.snapshot.changed_at or path.now
    yield min(path.day_of(newest), path.today)
    spans = [(unit.first, unit.last) for unit in path.dates.units]
    spans += [(pause.first, pause.last) for pause in path.settings.pauses]
    for first, last in spans:
        yield first
        yield last + DAY
