"""Runs due jobs in threads of one process: the worker on SQLite."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from bot.server.scheduler import make_scheduler
from bot.server.store.rows import Claim
from bot.server.worker import JobRunner

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)


class ThreadWorker:
    """Runs up to `threads` jobs at once, from `start` to `stop`."""

    def __init__(
        self, runner: JobRunner, *, threads: int, tick: timedelta, renew: timedelta
    ) -> None:
        self._runner = runner
        self._threads = threads
        self._tick_every = tick
        self._renew_every = renew
        self._pool: ThreadPoolExecutor | None = None
        self._stopping = False
        self._lock = threading.Lock()
        self._scheduler: BackgroundScheduler | None = None

    @property
    def running(self) -> bool:
        """Return whether it works."""
        return self._scheduler is not None and self._scheduler.running

    def start(self) -> None:
        """Start, in threads of its own."""
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="job")
        self._scheduler = make_scheduler(
            (self._tick, self._tick_every), (self._runner.renew_leases, self._renew_every)
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Claim nothing more, and wait for the jobs that run."""
        with self._lock:
            self._stopping = True
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def _tick(self) -> None:
        if self._pool is None:
            return
        while not self._stopping and (free := self._threads - self._runner.busy) > 0:
            claims = self._runner.claim(free)
            for claim in claims:
                self._pool.submit(self._work, claim)
            if len(claims) < free:
                return

    def _work(self, claim: Claim) -> None:
        """Run a job, and claim the next that is due without waiting for the tick."""
        self._runner.run(claim)
        with self._lock:
            if self._stopping or self._pool is None:
                return
            try:
                claims = self._runner.claim(1)
            except SQLAlchemyError:
                log.exception("claim failed")  # the next tick tries again
                return
            for found in claims:
                # Behind what the tick claimed meanwhile, so that no claim waits long.
                self._pool.submit(self._work, found)
