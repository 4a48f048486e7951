"""Computes when a job runs next, from settings, a moment and a repository's number.

Times go in aware and come out aware, UTC. Numbers spread what would be due for all at once.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.reports.due_weeks import Week
from bot.server.store.rows import repository
from bot.server.store.store import Store
from bot.settings import Settings

DAY = timedelta(days=1)
NIGHT = time(1)  # in the learner's zone: before anybody looks at a day, and after it has begun
NIGHT_LASTS = timedelta(hours=4)
SUMMARIES_WITHIN = timedelta(minutes=10)
FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(hours=6)
STARTS_PER_SECOND = 4  # repositories, or installations
LONGEST_START = timedelta(hours=24)
BATCH = 500  # jobs in one transaction, for deliveries have to be written in between
_ODD = 2_654_435_761  # Knuth's multiplier: neighbouring numbers come out far apart
_ALL = 2**32


def spread(number: int) -> float:
    """Return a fraction from 0 up to 1 that is the same for the same number, and even over many."""
    return (number * _ODD % _ALL) / _ALL


def next_sync(settings: Settings | None, now: datetime, number: int) -> datetime:
    """Return when a repository in which nothing happens is synced next, after `now`.

    Every night of the learner, when days begin and checkpoints pass, and when the weekly summary is
    due. Without settings every night in UTC.
    """
    zone = settings.zone if settings is not None else ZoneInfo("UTC")
    times = [_next_night(now, zone, number)]
    if settings is not None:
        times.append(_next_summary(settings, now, number))
    return min(times)


def next_retry(now: datetime, tries: int, number: int) -> datetime:
    """Return when to try again what failed `tries` times: in half a minute, then ever later."""
    wait = min(FIRST_RETRY * (1 << min(tries, 20)), LAST_RETRY)
    return now + wait * (1 + spread(number) / 4)


def schedule_all_repositories(store: Store, now: datetime) -> int:
    """Schedule all repositories that are active, and return how many.

    What was missed while no server ran shows then: that is the guarantee. Spread out, so that a
    start is no storm. `now` is aware.
    """
    within = min(
        timedelta(seconds=store.repositories.count_active() / STARTS_PER_SECOND), LONGEST_START
    )
    scheduled = last = 0
    while numbers := store.repositories.active_repositories(after=last, most=BATCH):
        store.jobs.schedule_each(
            (repository(number), now + within * spread(number)) for number in numbers
        )
        scheduled, last = scheduled + len(numbers), numbers[-1]
    return scheduled


def _next_night(now: datetime, zone: ZoneInfo, number: int) -> datetime:
    today = now.astimezone(zone).date()
    return next(
        at
        for days in range(-1, 3)
        if (at := _night(today + days * DAY, zone) + NIGHT_LASTS * spread(number)) > now
    )


def _night(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, NIGHT, tzinfo=zone).astimezone(UTC)


def _next_summary(settings: Settings, now: datetime, number: int) -> datetime:
    late = SUMMARIES_WITHIN * spread(number)
    today = now.astimezone(settings.zone).date()
    return next(
        at
        for weeks in range(-2, 3)
        if (at := _summary(settings, today + weeks * 7 * DAY) + late) > now
    )


def _summary(settings: Settings, day: date) -> datetime:
    """Return when the summary of the week of `day` is due."""
    return Week.of(day, settings.summary.day).due(settings).astimezone(UTC)
