"""Says until when a repository is quiet: what a sync of it would write because time went by.

All else that a sync depends on comes from GitHub. Each condition on the day that decides about a
write has its days here, and a law in the tests compares them with syncs.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from bot.planning.refusals import Refusals
from bot.planning.window import LAST_DAYS
from bot.progress.path import LearningPath
from bot.reports import finish, reflection
from bot.reports.due_weeks import Week

DAY = timedelta(days=1)


def quiet_until(path: LearningPath, refused: Refusals) -> datetime:
    """Return up to when (aware, UTC) a sync of the unchanged repository writes nothing new.

    `path` is that after a sync that wrote nothing, `refused` what GitHub has not taken so far. It
    is at most a week, as long as a summary is due then, and the path's own time at least.
    """
    today, settings = path.today, path.settings
    if any(one.next_try <= today for one in refused.values()):
        return path.now
    week = Week.of(today, settings.summary.day)
    moments = [week.before.due(settings), week.due(settings)]
    days = (*_days(path), *(one.next_try for one in refused.values()))
    later = [day for day in days if day > today]
    if later:
        midnight = datetime.combine(min(later), time(), tzinfo=settings.zone)
        moments.append(midnight.astimezone(UTC))
    return min(moment for moment in moments if moment > path.now)


def _days(path: LearningPath) -> Iterator[date]:
    """Yield the first days on which something else holds than on the day before."""
    for unit in path.dates.units:
        yield unit.first
        yield unit.last + DAY
        if path.settings.ahead:
            yield unit.first - timedelta(weeks=path.settings.ahead)
    for pause in path.settings.pauses:
        yield pause.first
        yield pause.last + DAY
    for units in _endings(path):
        first, last = path.dates[units[0]].first, path.dates[units[-1]].last
        yield max(first, last - LAST_DAYS)
    for module in path.curriculum.modules():
        first, last = path.module_days(module)
        yield first + reflection.LATE  # the module before ended the day before
        yield last + reflection.LATE + DAY
        yield last + timedelta(days=reflection.DAYS_BACK) + DAY
    yield from (one.on + DAY for one in path.curriculum.community if one.on)
    if path.finished_on:
        yield path.finished_on + finish.LATEST + DAY


def _endings(path: LearningPath) -> Iterator[tuple[str, ...]]:
    """Yield the ids of units whose last days open issues: a module's, and each checkpoint's."""
    for module in path.curriculum.modules():
        yield tuple(unit.id for unit in module.units)
    for unit in path.curriculum.due_units.values():
        yield (unit.id,)
