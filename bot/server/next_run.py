"""Computes when a job runs next, from settings, a time and the id of its subject.

Times go in aware and come out in UTC. The id spreads jobs that would all be due at once.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.reports.due_weeks import Week
from bot.server.store.rows import repository
from bot.server.store.store import Store
from bot.settings import FileSettings

DAY = timedelta(days=1)
NIGHT = time(1)  # in the learner's zone: after the day has begun, and before the learner reads
NIGHT_LASTS = timedelta(hours=4)
SUMMARIES_WITHIN = timedelta(minutes=10)
CHECK = timedelta(minutes=1)
FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(hours=6)
STARTS_PER_SECOND = 4  # repositories, or installations
LONGEST_START = timedelta(hours=24)
BATCH = 500  # jobs in one transaction: deliveries are written in between
_KNUTH = 2_654_435_761  # Knuth's multiplicative hash: the results of neighbours are far apart


def spread(number: int) -> float:
    """Return the hash of a number as a fraction from 0 up to 1, even over many numbers."""
    return (number * _KNUTH % 2**32) / 2**32


def next_sync(settings: FileSettings | None, now: datetime, number: int) -> datetime:
    """Return when a repository without events is synced next, after `now`.

    That is each night of the learner, as days begin and checkpoints pass, and when the weekly
    summary is due. Without settings it is each night in UTC.
    """
    zone = settings.zone if settings is not None else ZoneInfo("UTC")
    times = [_next_night(now, zone, number)]
    if settings is not None:
        times.append(_next_summary(settings, now, number))
    return min(times)


def next_check(now: datetime, last: datetime | None) -> datetime | None:
    """Return when to look once more after a sync that wrote, of which `last` was the one before.

    What it wrote is read then, so that the night after is free. None where the sync before was just
    now: of two that write again and again no third is made.
    """
    return now + CHECK if last is None or now - last > 2 * CHECK else None


def next_retry(now: datetime, tries: int, number: int) -> datetime:
    """Return when to retry a job that failed `tries` times before: exponential backoff."""
    wait = min(FIRST_RETRY * (1 << min(tries, 20)), LAST_RETRY)
    return now + wait * (1 + spread(number) / 4)


def schedule_all_repositories(store: Store, now: datetime) -> int:
    """Schedule all active repositories, spread out over time, and return how many."""
    needed = timedelta(seconds=store.repositories.count_active() / STARTS_PER_SECOND)
    within = min(needed, LONGEST_START)
    scheduled = last = 0
    while numbers := store.repositories.active_repositories(after=last, most=BATCH):
        store.jobs.schedule_each(
            (repository(number), now + within * spread(number)) for number in numbers
        )
        scheduled, last = scheduled + len(numbers), numbers[-1]
    return scheduled


def _next_night(now: datetime, zone: ZoneInfo, number: int) -> datetime:
    today, late = now.astimezone(zone).date(), NIGHT_LASTS * spread(number)
    days = (today + count * DAY for count in range(-1, 3))
    nights = (datetime.combine(day, NIGHT, tzinfo=zone).astimezone(UTC) + late for day in days)
    return next(night for night in nights if night > now)


def _next_summary(settings: FileSettings, now: datetime, number: int) -> datetime:
    today, late = now.astimezone(settings.zone).date(), SUMMARIES_WITHIN * spread(number)
    days = (today + weeks * 7 * DAY for weeks in range(-2, 3))
    times = (Week.of(day, settings.summary.day).due(settings).astimezone(UTC) for day in days)
    return next(at + late for at in times if at + late > now)
