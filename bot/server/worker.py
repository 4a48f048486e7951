"""Runs jobs: claims them from the job table, runs them, and records when to run them again.

A job is released only after its follow-up jobs are written down, so a crash in between repeats it,
and jobs may be repeated.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import MilepostError
from bot.server import next_run
from bot.server.jobs import JobResult
from bot.server.store.rows import Claim, Subject
from bot.server.store.store import Store

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # a holder that has not renewed for so long is dead


class JobHandler(Protocol):
    """Runs one job, as `Jobs` does."""

    def run(self, subject: Subject, tries: int) -> JobResult:
        """Run the job of a subject."""
        ...


class Worker(Protocol):
    """Brings due jobs to a `JobRunner`: in threads of this process, or by a queue."""

    @property
    def running(self) -> bool:
        """Whether it works."""
        ...

    def start(self) -> None:
        """Begin, in threads of its own."""
        ...

    def stop(self) -> None:
        """Take nothing more, and wait for what is being done."""
        ...


class StoppedError(Exception):
    """The server stops: what was begun is left for the next start."""


class StopSignal:
    """Sleeps that end when the server stops."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Sleep. Raises StoppedError when it is time to stop."""
        if self._stop.wait(seconds):
            raise StoppedError

    def stop(self) -> None:
        """End all sleeps, now and from now on."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether it is time to stop."""
        return self._stop.is_set()


class JobRunner:
    """Claims and runs jobs, in whatever threads its methods are called. Knows what it runs."""

    def __init__(
        self,
        store: Store,
        handler: JobHandler,
        *,
        clock: Callable[[], datetime],
        lease: timedelta,
        observe: Callable[[Subject, str, float], None] = lambda _subject, _result, _seconds: None,
    ) -> None:
        self._store = store
        self._handler = handler
        self._clock = clock
        self._lease = lease
        self._observe = observe
        self._at: dict[str, Claim] = {}
        self._lock = threading.Lock()

    @property
    def busy(self) -> int:
        """How many jobs it runs now."""
        return len(self._at)

    def claim(self, most: int) -> tuple[Claim, ...]:
        """Claim up to so many jobs that are due. Each is to be given to `run`."""
        now = self._clock()
        return self._note(self._store.jobs.claim(now, most, until=now + self._lease))

    def claim_one(self, subject: Subject) -> Claim | None:
        """Claim this job for `run`, when it is due or queued and nobody runs it."""
        now = self._clock()
        claim = self._store.jobs.claim_one(subject, now, until=now + self._lease)
        return self._note([claim])[0] if claim else None

    def claim_for_queue(self, most: int) -> tuple[Subject, ...]:
        """Mark up to so many due jobs as queued, for a queue to bring them to `claim_one`."""
        now = self._clock()
        return self._store.jobs.claim_for_queue(now, most, until=now + self._lease)

    def renew_leases(self) -> None:
        """Renew the leases of all jobs that run."""
        with self._lock:
            claims = list(self._at.values())
        self._store.jobs.renew(claims, until=self._clock() + self._lease)

    def run(self, claim: Claim) -> None:
        """Run a claimed job, and release it. Raises nothing: failures are tried again."""
        began = time.monotonic()
        try:
            result = self._run(claim)
            self._store.jobs.schedule_each(result.follow_up)
            finished = self._store.jobs.finish(
                claim, self._clock(), next_run=result.next_run, settled=result.settled
            )
        except Exception:
            # The database is gone, for now. The job stays claimed until its lease expires.
            log.exception("job not released", extra={"subject": str(claim.subject)})
            return
        finally:
            with self._lock:
                del self._at[claim.holder]
        seconds = time.monotonic() - began
        self._observe(claim.subject, result.result, seconds)
        log.info(
            "sync finished" if finished else "lease expired",
            extra={
                "subject": str(claim.subject),
                "result": result.result,
                "tries": claim.tries,
                "seconds": round(seconds, 3),
            },
        )

    def _note(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """Note claims as made only now: deliveries that came meanwhile are seen as well."""
        since = self._clock()
        claimed = tuple(claim._replace(since=since) for claim in claims)
        with self._lock:
            self._at.update({claim.holder: claim for claim in claimed})
        return claimed

    def _run(self, claim: Claim) -> JobResult:
        try:
            return self._handler.run(claim.subject, claim.tries)
        except StoppedError:
            return JobResult("stopped", self._clock(), settled=False)
        except MilepostError as later:
            result = "waiting"
            log.warning(str(later), extra={"subject": str(claim.subject)})
        except Exception:
            result = "failed"
            log.exception("internal error", extra={"subject": str(claim.subject)})
        again = next_run.next_retry(self._clock(), claim.tries, claim.subject.id)
        return JobResult(result, again, settled=False)
