"""Does what is due: takes it from the agenda, looks, gives it back, and says when to look again.

A row is given back only after what follows from it is written down, so a crash in between repeats
a look, and looks may be repeated.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import MilepostError
from bot.server import next_run
from bot.server.jobs import Looked
from bot.server.store.rows import Claim, Subject
from bot.server.store.store import Store

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # who has not been heard of for so long is dead


class Looking(Protocol):
    """What `Looks` does."""

    def at(self, subject: Subject, tries: int) -> Looked:
        """Look at it."""
        ...


class Hands(Protocol):
    """What brings due work to a worker: threads of this process, or a queue."""

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


class Pauses:
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
    def over(self) -> bool:
        """Whether it is time to stop."""
        return self._stop.is_set()


class Worker:
    """Takes work and does it, in whatever threads its methods are called. Knows what it is at."""

    def __init__(
        self,
        store: Store,
        looking: Looking,
        *,
        clock: Callable[[], datetime],
        lease: timedelta,
        observe: Callable[[Subject, str, float], None] = lambda _subject, _result, _seconds: None,
    ) -> None:
        self._store = store
        self._looking = looking
        self._clock = clock
        self._lease = lease
        self._observe = observe
        self._at: dict[str, Claim] = {}
        self._lock = threading.Lock()

    @property
    def busy(self) -> int:
        """At how many subjects it is."""
        return len(self._at)

    def take(self, most: int) -> tuple[Claim, ...]:
        """Up to so many that are due. Each is to be given to `do`."""
        now = self._clock()
        return self._taken(self._store.agenda.claim(now, most, until=now + self._lease))

    def take_one(self, subject: Subject) -> Claim | None:
        """This one, when it is due or queued and nobody is at it. It is to be given to `do`."""
        now = self._clock()
        claim = self._store.agenda.claim_one(subject, now, until=now + self._lease)
        return self._taken([claim])[0] if claim else None

    def hand_over(self, most: int) -> tuple[Subject, ...]:
        """Up to so many that are due, for a queue to bring them to `take_one`."""
        now = self._clock()
        return self._store.agenda.hand_over(now, most, until=now + self._lease)

    def beat(self) -> None:
        """Say that all that was taken is being worked on still."""
        with self._lock:
            claims = list(self._at.values())
        self._store.agenda.keep(claims, until=self._clock() + self._lease)

    def do(self, claim: Claim) -> None:
        """Look at what was taken, and give it back. Raises nothing: failures are tried again."""
        began = time.monotonic()
        try:
            looked = self._look(claim)
            self._store.agenda.wake_each(looked.wishes)
            kept = self._store.agenda.finish(
                claim, self._clock(), again=looked.again, well=looked.well
            )
        except Exception:
            # The store is gone, for now. The row stays taken until its lease is over.
            log.exception("could not be given back", extra={"subject": str(claim.subject)})
            return
        finally:
            with self._lock:
                del self._at[claim.holder]
        seconds = time.monotonic() - began
        self._observe(claim.subject, looked.result, seconds)
        log.info(
            "looked" if kept else "looked, but too late",
            extra={
                "subject": str(claim.subject),
                "result": looked.result,
                "tries": claim.tries,
                "seconds": round(seconds, 3),
            },
        )

    def _taken(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """Note them, as taken only now: deliveries that came while they were are seen as well."""
        since = self._clock()
        noted = tuple(claim._replace(since=since) for claim in claims)
        with self._lock:
            self._at.update({claim.holder: claim for claim in noted})
        return noted

    def _look(self, claim: Claim) -> Looked:
        try:
            return self._looking.at(claim.subject, claim.tries)
        except StoppedError:
            return Looked("stopped", self._clock(), well=False)
        except MilepostError as later:
            result, told = "waiting", str(later)
            log.warning(told, extra={"subject": str(claim.subject)})
        except Exception:
            result = "failed"
            log.exception("a mistake of ours", extra={"subject": str(claim.subject)})
        again = next_run.retry(self._clock(), claim.tries, claim.subject.id)
        return Looked(result, again, well=False)
