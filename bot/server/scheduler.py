"""Makes the APScheduler of a process, which runs a task again and again, once at a time."""

import logging
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from bot.clock import utc_now

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler


Task = tuple[Callable[[], None], timedelta]


def make_scheduler(*tasks: Task) -> "BackgroundScheduler":
    """Return a scheduler, not yet started, that runs each task at once and then at its interval.

    A run is left out while the last one goes on. No task may call the scheduler: its shutdown waits
    for tasks while it holds its lock.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    # It would log each run, and each that was left out.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(tasks))},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        timezone=UTC,
    )
    for task, every in tasks:
        # By the machine's clock, as APScheduler itself.
        scheduler.add_job(task, "interval", seconds=every.total_seconds(), next_run_time=utc_now())
    return scheduler
