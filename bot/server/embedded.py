"""The clock and the hands of one process: APScheduler ticks, takes what is due, runs it in threads.

Any number of such processes may share a PostgreSQL; on SQLite there is one.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.server.work import Worker

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

TICK = timedelta(milliseconds=500)
_HANDS = "hands"


class Embedded:
    """Works from `start` to `stop`; `threads` subjects at once."""

    def __init__(
        self,
        worker: Worker,
        *,
        threads: int,
        tick: timedelta,
        beat: timedelta,
    ) -> None:
        self._worker = worker
        self._threads = threads
        self._tick_every = tick
        self._beat_every = beat
        self._scheduler: BackgroundScheduler | None = None

    @property
    def running(self) -> bool:
        """Whether it works."""
        return self._scheduler is not None and self._scheduler.running

    @property
    def busy(self) -> int:
        """At how many subjects it is."""
        return self._worker.busy

    def start(self) -> None:
        """Begin, in threads of its own."""
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        # It tells of every tick otherwise, and of each that a busy moment left out.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(2), _HANDS: ThreadPoolExecutor(self._threads)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )
        for act, every in ((self._tick, self._tick_every), (self._worker.beat, self._beat_every)):
            self._scheduler.add_job(
                act,
                "interval",
                seconds=every.total_seconds(),
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Take nothing more, and wait for what is being done."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)

    def _tick(self) -> None:
        scheduler = self._scheduler
        if scheduler is None:
            return
        while free := self._threads - self._worker.busy:
            claims = self._worker.take(free)
            for claim in claims:
                scheduler.add_job(self._worker.do, args=[claim], executor=_HANDS)
            if len(claims) < free:
                return
