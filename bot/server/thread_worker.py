"""The one process on SQLite: the clock ticks, takes what is due, and runs it in threads."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from bot.server.scheduler import clock
from bot.server.store.rows import Claim
from bot.server.worker import Worker

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)


class Embedded:
    """Works from `start` to `stop`; `threads` subjects at once."""

    def __init__(self, worker: Worker, *, threads: int, tick: timedelta, beat: timedelta) -> None:
        self._worker = worker
        self._threads = threads
        self._tick_every = tick
        self._beat_every = beat
        self._hands: ThreadPoolExecutor | None = None
        self._stopping = False
        self._turn = threading.Lock()
        self._scheduler: BackgroundScheduler | None = None

    @property
    def running(self) -> bool:
        """Whether it works."""
        return self._scheduler is not None and self._scheduler.running

    def start(self) -> None:
        """Begin, in threads of its own."""
        self._hands = ThreadPoolExecutor(self._threads, thread_name_prefix="look")
        self._scheduler = clock(
            (self._tick, self._tick_every), (self._worker.beat, self._beat_every)
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Take nothing more, and wait for what is being done."""
        with self._turn:
            self._stopping = True
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
        if self._hands is not None:
            self._hands.shutdown(wait=True)

    def _tick(self) -> None:
        if self._hands is None:
            return
        while not self._stopping and (free := self._threads - self._worker.busy) > 0:
            claims = self._worker.take(free)
            for claim in claims:
                self._hands.submit(self._work, claim)
            if len(claims) < free:
                return

    def _work(self, claim: Claim) -> None:
        """Do it, and take the next that is due: a hand that waited for the tick would be idle."""
        self._worker.do(claim)
        with self._turn:
            if self._stopping or self._hands is None:
                return
            try:
                claims = self._worker.take(1)
            except SQLAlchemyError:
                log.exception("nothing could be taken")  # the next tick tries again
                return
            for found in claims:
                # Behind what the tick took meanwhile, so that nothing taken waits long.
                self._hands.submit(self._work, found)
