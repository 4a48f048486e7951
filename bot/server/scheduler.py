"""The clock of a process: APScheduler, set up so that it neither piles work up nor talks of it."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler


Act = tuple[Callable[[], None], timedelta]


def clock(*acts: Act) -> "BackgroundScheduler":
    """A scheduler, not yet started, that does each act at once and then again and again.

    An act that is still being done is left out. No act may ask the scheduler for anything: when it
    shuts down, it waits for acts while it lets nobody in.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    # It tells of every act otherwise, and of each that a busy moment left out.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(acts))},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        timezone=UTC,
    )
    for act, every in acts:
        scheduler.add_job(
            act, "interval", seconds=every.total_seconds(), next_run_time=datetime.now(UTC)
        )
    return scheduler
