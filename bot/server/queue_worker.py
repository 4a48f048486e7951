"""Runs due jobs from a queue of procrastinate on the same PostgreSQL, for many machines.

The job table says when a job runs, and who runs it; the queue only brings jobs that are due to a
free process, at once. A queued job names a subject and nothing else, so one that is lost, doubled
or late does no harm. None is delayed or retried by the queue: it would hold its lock all the while.
A subject's lock and queueing lock let it be queued once and run once.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.server.store.engine import upsert
from bot.server.store.job_table import QueuedJob
from bot.server.store.migrate import lock
from bot.server.store.rows import Kind, Subject
from bot.server.store.store import Store
from bot.server.store.tables import fact
from bot.server.worker import MAX_TICK_AGE, JobRunner, make_scheduler

if TYPE_CHECKING:
    from procrastinate import App

T = TypeVar("T")
log = logging.getLogger(__name__)

QUEUE, TASK = "looks", "look"  # as in databases of older versions, whose locks still hold
BATCH = 200  # jobs queued at a tick
ANALYZE_AFTER = 2_000  # jobs after which the planner's statistics of their table are out of date
AGAIN = 1.0  # seconds until jobs are fetched again after that failed
TIMEOUT = 30.0  # seconds for a call into the event loop


@dataclass
class QueueWorker:
    """Queues jobs that are due, and runs up to `threads` queued ones at once, or none with 0."""

    store: Store
    runner: JobRunner
    threads: int
    tick: timedelta
    lease: timedelta

    def __post_init__(self) -> None:
        self._deferred = 0
        self._ticked_at = time.monotonic()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._app: App | None = None
        self._task: Any = None
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="queue", daemon=True
        )
        renew = self.lease / 3
        self._scheduler = make_scheduler(
            (self._tick, self.tick),
            (self.runner.renew_leases, renew),
            (lambda: self._call(self._drop_dead_jobs()), renew),
        )

    @property
    def running(self) -> bool:
        """Return whether it queues jobs, and runs them."""
        is_alive = time.monotonic() - self._ticked_at < MAX_TICK_AGE and self._thread.is_alive()
        return self._scheduler.running and is_alive

    def start(self) -> None:
        """Start, in threads of its own."""
        migrate_queue_tables(self.store)
        self._thread.start()
        if not self._ready.wait(TIMEOUT):
            raise TimeoutError("the queue did not start")
        self._scheduler.start()

    def stop(self) -> None:
        """Queue nothing more, and wait for the jobs that run."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    async def _serve(self) -> None:
        from procrastinate import App, PsycopgConnector
        from procrastinate.worker import Worker as Fetcher

        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(max(self.threads, 1)))
        self._end = asyncio.Event()
        url = self.store.engine.url.set(drivername="postgresql").render_as_string(False)
        app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=4))
        self._task = app.task(name=TASK, queue=QUEUE)(self._do)
        async with app.open_async():
            self._app = app
            fetcher: Any = Fetcher(  # its options are not typed
                app,
                queues=[QUEUE],
                concurrency=max(self.threads, 1),
                delete_jobs="always",
                install_signal_handlers=False,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=self.lease.total_seconds() / 3,
                stalled_worker_timeout=self.lease.total_seconds(),
            )
            working = asyncio.create_task(self._fetch(fetcher)) if self.threads else None
            self._ready.set()
            await self._end.wait()
            if working is not None:
                fetcher.stop()
                await working

    async def _fetch(self, fetcher: Any) -> None:
        """Run queued jobs until the end; begin anew when the database was away."""
        while not self._end.is_set():
            try:
                await fetcher.run()
            except Exception as broken:  # noqa: BLE001 - whatever it was, jobs are to be run
                log.warning("queue interrupted: %s", type(broken).__name__)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._end.wait(), AGAIN)

    def _do(self, kind: str, number: int) -> None:
        """Run a queued job, in a thread."""
        claim = self.runner.claim_one(Subject(cast("Kind", kind), number))
        if claim is not None:
            self.runner.run(claim)

    def _tick(self) -> None:
        while jobs := self.runner.claim_for_queue(BATCH):
            self._deferred += self._call(self._defer(jobs))
            if self._deferred >= ANALYZE_AFTER:
                self._deferred = 0
                with self.store.engine.begin() as connection:
                    connection.execute(sa.text("ANALYZE procrastinate_jobs"))
            if len(jobs) < BATCH:
                break
        self._ticked_at = time.monotonic()

    async def _defer(self, jobs: Sequence[QueuedJob]) -> int:
        """Queue those that are not queued yet, and return how many.

        The first job of one installation comes before the second of any other.
        """
        from procrastinate.exceptions import AlreadyEnqueued

        new = 0
        for subject, place in jobs:
            name = str(subject)
            job = self._task.configure(lock=name, queueing_lock=name, priority=-place)
            try:
                await job.defer_async(kind=subject.kind, number=subject.id)
                new += 1
            except AlreadyEnqueued:  # which is all that was wanted
                continue
        return new

    async def _drop_dead_jobs(self) -> None:
        """Drop the queued jobs of dead workers, whose locks keep others out: they are due again."""
        from procrastinate.jobs import Status

        if self._app is None:
            return
        manager = self._app.job_manager
        lease = self.lease.total_seconds()
        for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=lease):
            log.warning("lease expired", extra={"subject": job.lock})
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)

    def _call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return the result of a coroutine in the event loop, to another thread."""
        if self._loop is None:
            raise RuntimeError("the queue has not started")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(TIMEOUT)


# The store's fact with the last migration that was applied: procrastinate does not record it.
VERSION = "queue tables"
# The last one of the first Milepost with a queue, which did not record it.
FIRST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def migrate_queue_tables(store: Store) -> None:
    """Apply all missing migrations in one transaction, one process at a time.

    Newer tables stay as they are. A process with an older procrastinate that still runs may fail to
    fetch jobs from then on; the job table loses none.
    """
    from procrastinate.schema import SchemaManager

    changes = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with store.engine.begin() as connection:
        lock(connection)
        there = connection.execute(sa.text("SELECT to_regclass('procrastinate_jobs')")).scalar()
        if there is None:
            _run(connection, SchemaManager.get_schema())
        else:
            at = connection.execute(sa.select(fact.c.value).where(fact.c.name == VERSION)).scalar()
            changes = [change for change in changes if change.name > (at or FIRST)]
            for change in changes:
                _run(connection, change.read_text(encoding="utf-8"))
        if changes:
            upsert(connection, fact, {"name": VERSION}, {"value": changes[-1].name})


def _run(connection: Connection, statements: str) -> None:
    # The driver takes many statements at once when they have no parameters.
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)
