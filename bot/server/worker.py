"""Runs jobs: claims them from the job table, runs them, and records when to run them again.

A job is released only after its follow-up jobs are written down, so a crash in between repeats it,
and jobs may be repeated.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.executors import pool
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import utc_now
from bot.errors import MilepostError
from bot.server import next_run
from bot.server.jobs import JobResult
from bot.server.store.job_table import QueuedJob
from bot.server.store.rows import Claim, Subject
from bot.server.store.store import Store

log = logging.getLogger(__name__)

RunJob = Callable[[Subject, int], JobResult]  # gets how many tries failed before

LEASE = timedelta(seconds=30)  # a holder that has not renewed for so long is dead
MAX_TICK_AGE = 30.0  # seconds since jobs were last claimed, after which a worker is stuck
# Jobs of one installation at once. More would wait for GitHub's limits, which it has of its own.
PER_INSTALLATION = 4


class StoppedError(Exception):
    """The server stops: unfinished jobs are left for the next start."""


class StopSignal(threading.Event):
    """Ends sleeps when the server stops."""

    def sleep(self, seconds: float) -> None:
        """Sleep. Raises StoppedError when it is time to stop."""
        if self.wait(seconds):
            raise StoppedError


@dataclass
class JobRunner:
    """Claims and runs jobs, in the threads that call it."""

    store: Store
    run_job: RunJob
    clock: Callable[[], datetime]
    lease: timedelta
    observe: Callable[[Subject, str, float], None] = lambda _subject, _result, _seconds: None
    _running: dict[str, Claim] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def busy(self) -> int:
        """Return how many jobs run now."""
        return len(self._running)

    def claim(self, most: int, per_installation: int = PER_INSTALLATION) -> tuple[Claim, ...]:
        """Claim up to so many jobs that are due. Each is to be given to `run`."""
        now = self.clock()
        until = now + self.lease
        claim = self.store.jobs.claim
        return self._note(claim(now, most, until=until, per_installation=per_installation))

    def claim_one(self, subject: Subject) -> Claim | None:
        """Claim this job for `run`, when it is due or queued and nobody runs it."""
        now = self.clock()
        claim = self.store.jobs.claim_one(subject, now, until=now + self.lease)
        return self._note([claim])[0] if claim else None

    def claim_for_queue(self, most: int) -> tuple[QueuedJob, ...]:
        """Mark up to so many due jobs as queued, for a queue to bring them to `claim_one`."""
        now = self.clock()
        queue = self.store.jobs.claim_for_queue
        return queue(now, most, until=now + self.lease, per_installation=PER_INSTALLATION)

    def renew_leases(self) -> None:
        """Renew the leases of all jobs that run."""
        with self._lock:
            claims = list(self._running.values())
        self.store.jobs.renew(claims, until=self.clock() + self.lease)

    def run(self, claim: Claim) -> None:
        """Run a claimed job, and release it. Raises nothing: a job that fails runs again."""
        began = time.monotonic()
        try:
            result = self._run(claim)
            self.store.jobs.schedule_each(result.follow_up)
            finished = self.store.jobs.finish(
                claim, self.clock(), next_run=result.next_run, settled=result.settled
            )
        except Exception:
            # The database is gone, for now. The job stays claimed until its lease expires.
            log.exception("job not released", extra={"subject": str(claim.subject)})
            return
        finally:
            with self._lock:
                del self._running[claim.holder]
        seconds = time.monotonic() - began
        self.observe(claim.subject, result.result, seconds)
        fields = {"subject": str(claim.subject), "result": result.result, "tries": claim.tries}
        text = "sync finished" if finished else "lease expired"
        log.info(text, extra={**fields, "seconds": round(seconds, 3)})

    def _note(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """Date claims at their commit, so that deliveries that came meanwhile count as seen."""
        since = self.clock()
        claimed = tuple(claim._replace(since=since) for claim in claims)
        with self._lock:
            self._running.update({claim.holder: claim for claim in claimed})
        return claimed

    def _run(self, claim: Claim) -> JobResult:
        try:
            return self.run_job(claim.subject, claim.tries)
        except StoppedError:
            return JobResult("stopped", self.clock(), settled=False)
        except MilepostError as later:
            result = "waiting"
            log.warning(str(later), extra={"subject": str(claim.subject)})
        except Exception:
            result = "failed"
            log.exception("internal error", extra={"subject": str(claim.subject)})
        if claim.subject.kind == "repository":
            self.store.cohorts.void(claim.subject.id, before=claim.since)
        again = next_run.next_retry(self.clock(), claim.tries, claim.subject.id)
        return JobResult(result, again, settled=False)


@dataclass
class ThreadWorker:
    """Runs up to `threads` jobs at once in threads of this process: the worker on SQLite.

    One installation has at most half of them.
    """

    runner: JobRunner
    threads: int
    tick: timedelta
    renew: timedelta

    def __post_init__(self) -> None:
        self._ticked_at = time.monotonic()
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="job")
        self._per_installation = min(PER_INSTALLATION, max(1, self.threads // 2))
        self._stopping = False
        self._lock = threading.Lock()
        self._scheduler = make_scheduler(
            (self._tick, self.tick), (self.runner.renew_leases, self.renew)
        )

    @property
    def running(self) -> bool:
        """Return whether it claims jobs, or would if a thread were free."""
        is_alive = time.monotonic() - self._ticked_at < MAX_TICK_AGE
        return bool(self._scheduler.running) and is_alive

    def start(self) -> None:
        """Start, in threads of its own."""
        self._scheduler.start()

    def stop(self) -> None:
        """Claim nothing more, and wait for the jobs that run."""
        with self._lock:
            self._stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._pool.shutdown(wait=True)

    def _tick(self) -> None:
        self._claim()
        self._ticked_at = time.monotonic()

    def _claim(self) -> None:
        """Claim jobs for the threads that are free, never more: a claim that waits helps nobody."""
        with self._lock:
            while not self._stopping and (free := self.threads - self.runner.busy) > 0:
                claims = self.runner.claim(free, self._per_installation)
                for claim in claims:
                    self._pool.submit(self._work, claim)
                if len(claims) < free:
                    break

    def _work(self, claim: Claim) -> None:
        """Run a job, and claim the next that is due without waiting for the tick."""
        self.runner.run(claim)
        try:
            self._claim()
        except SQLAlchemyError:
            log.exception("claim failed")  # the next tick tries again


def make_scheduler(*tasks: tuple[Callable[[], None], timedelta]) -> BackgroundScheduler:
    """Return a scheduler, not yet started, that runs each task at once and then at its interval.

    No task may call the scheduler: its shutdown waits for tasks while it holds its lock.
    """
    # It would log each run, and each that was left out.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        executors={"default": pool.ThreadPoolExecutor(len(tasks))},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        timezone=UTC,
    )
    for task, every in tasks:
        # By the machine's clock, as APScheduler itself.
        scheduler.add_job(task, "interval", seconds=every.total_seconds(), next_run_time=utc_now())
    return scheduler
