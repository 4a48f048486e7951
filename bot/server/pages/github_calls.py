"""Asks GitHub for pages, so that a GitHub that is slow delays only what needs it, and not long.

A call runs in a thread of its own. A page waits for its calls for some seconds in all; then it goes
on without an answer, and a call that is not over leaves its answer in whatever cache it fills.
"""

import contextvars
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from bot.errors import UnavailableError

T = TypeVar("T")

PATIENCE = 3.0  # seconds that a page waits in all
MAX_CALLS = 32  # at once, for all: fewer than there are threads for pages
MAX_CALLS_EACH = 12  # at once, for one person


class SlowError(UnavailableError):
    """GitHub has not answered in time, or waits for too many calls already."""

    def __init__(self) -> None:
        super().__init__("GitHub is slow.")


# Until when the page that runs in this context waits; infinite within a call.
_deadline: contextvars.ContextVar[float] = contextvars.ContextVar("deadline")


class GitHubCalls:
    """Runs calls of pages, from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()  # by whom they are for

    def begin(self, seconds: float | None = None) -> None:
        """Count the time from now, if it is not counted yet. Each page has a context of its own."""
        if _deadline.get(None) is None:
            _deadline.set(self._clock() + (PATIENCE if seconds is None else seconds))

    def run(self, person: str, call: Callable[[], T]) -> T:
        """Return what `call` returns, or raise what it raises. Raises SlowError.

        `person` is whom it is for; "" for nobody in particular. A call within a call is part of it.
        """
        self.begin()
        if (remaining := _deadline.get() - self._clock()) == float("inf"):
            return call()
        with self._lock:
            is_full = self._running.total() >= MAX_CALLS
            if remaining <= 0 or is_full or (person and self._running[person] >= MAX_CALLS_EACH):
                raise SlowError
            self._running[person] += 1
        answer: Future[T] = Future()
        context = contextvars.copy_context()
        context.run(_deadline.set, float("inf"))
        threading.Thread(
            target=context.run, args=(self._call, person, call, answer), name="page", daemon=True
        ).start()
        try:
            return answer.result(remaining)
        except TimeoutError:
            if answer.done():
                raise
            raise SlowError from None

    def _call(self, person: str, call: Callable[[], T], answer: "Future[T]") -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001 - the page raises it
            answer.set_exception(error)
        finally:
            with self._lock:
                self._running[person] -= 1
                if not self._running[person]:
                    del self._running[person]
