"""The clock of a process: APScheduler, set up so that it neither piles work up nor talks of it."""

import logging
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from bot.clock import utc_now

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler


Task = tuple[Callable[[], None], timedelta]


def make_scheduler(*tasks: Task) -> "BackgroundScheduler":
    """A scheduler, not yet started, that does each task at once and then again and again.

    A task that is still being done is left out. No task may ask the scheduler for anything: when it
    shuts down, it waits for tasks while it lets nobody in.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    # It logs every task otherwise, and of each that a busy moment left out.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(tasks))},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        timezone=UTC,
    )
    for task, every in tasks:
        # By the machine's clock, for that is the one that APScheduler wakes by.
        scheduler.add_job(task, "interval", seconds=every.total_seconds(), next_run_time=utc_now())
    return scheduler
