"""Decides how long to wait for GitHub and what to send again, over a given clock and sleep.

After GitHub's page "Best practices for using the REST API": after a refusal wait for Retry-After,
else for x-ratelimit-reset, else a minute and then ever longer.
"""

import time
from collections.abc import Callable
from datetime import UTC, timedelta
from math import ceil
from typing import NamedTuple, TypeVar

from bot.clock import Clock, utc_now
from bot.errors import UnavailableError, UncertainWriteError
from bot.github.answer import ADDRESS, AnswerLostError, LimitReachedError, NeverSentError

T = TypeVar("T")
Sleep = Callable[[float], None]
OnWait = Callable[[float, str], None]

TRIES = 3
_REFUSALS = 10
_REPORTED_ABOVE = 2.0  # seconds; shorter waits are not worth a line on the screen


class RetryPause(NamedTuple):
    """Describe a wait before a request: seconds, and the reason in words."""

    seconds: float
    why: str


def ignore_wait(_seconds: float, _why: str) -> None:
    """Ignore a wait."""


class WaitPolicy(NamedTuple):
    """Say by which clock to wait, how, whom to notify beforehand, and for how many seconds."""

    clock: Clock = utc_now
    sleep: Sleep = time.sleep
    on_wait: OnWait = ignore_wait
    max_wait: float = 900.0

    def rest(self, pause: RetryPause) -> None:
        """Wait, whatever `max_wait` is."""
        if pause.seconds <= 0:
            return
        if pause.seconds > _REPORTED_ABOVE:
            self.on_wait(pause.seconds, pause.why)
        self.sleep(pause.seconds)

    def too_long(self, pause: RetryPause) -> UnavailableError:
        """Return the error for a wait that nobody has time for."""
        until = self.clock() + timedelta(seconds=pause.seconds)
        minutes = ceil(pause.seconds / 60)
        return UnavailableError(
            f"GitHub wants us to wait until {until.astimezone(UTC):%H:%M} UTC, "
            f"{minutes} minute{'s' if minutes > 1 else ''} from now ({pause.why}).",
            hint="Run the same command again then: it goes on where it stopped.",
        )


class Waiter:
    """Wait for one run, and end it when that would exceed `max_wait` seconds in all."""

    def __init__(self, policy: WaitPolicy | None = None) -> None:
        self.policy = policy or WaitPolicy()
        self._left = self.policy.max_wait

    def wait(self, pause: RetryPause) -> None:
        """Wait, charged to the run. Raises UnavailableError when that would be too long."""
        if pause.seconds > self._left:
            raise self.policy.too_long(pause)
        self._left -= pause.seconds
        self.policy.rest(pause)


def backoff(limit: LimitReachedError, refusals: int) -> float:
    """Return the seconds to wait after the refusal number `refusals` (from 0) in a row."""
    if limit.after is not None:
        return max(1.0, limit.after)
    if limit.reset_in is not None:
        return limit.reset_in + 1.0  # it is not told when in that second the budget is new
    return 60.0 * float(2**refusals)


def retry(send: Callable[[bool], T], *, waiter: Waiter, repeatable: bool, reads: bool = False) -> T:
    """Call `send` until it gets through, as often as is safe, and return what it returns.

    `send` is told whether an earlier try may have happened. A limit's refusal and a request that
    never left are sent again; one whose answer was lost only if `repeatable`. Raises
    UncertainWriteError when a write's outcome stays unknown, UnavailableError when GitHub cannot be
    reached or wants too long a wait, and whatever else `send` raises.
    """
    failures = refusals = 0
    again = False
    while True:
        try:
            return send(again)
        except LimitReachedError as limit:
            if refusals >= _REFUSALS:
                raise UnavailableError(
                    f"GitHub refused {refusals} times in a row ({limit}).",
                    hint="Run the same command again in an hour: it goes on where it stopped.",
                ) from None
            waiter.wait(RetryPause(backoff(limit, refusals), f"GitHub's {limit}"))
            refusals += 1
            continue
        except NeverSentError as broken:
            reason = str(broken)
        except AnswerLostError as broken:
            again = not reads
            reason = str(broken)
            if not repeatable:
                raise _uncertain(reason) from None
        failures += 1
        if failures >= TRIES:
            raise (_uncertain(reason) if again else _gave_up(reason)) from None
        waiter.wait(RetryPause(0.5 * 2 ** (failures - 1), reason))


def _gave_up(why: str) -> UnavailableError:
    return UnavailableError(f"GitHub cannot be reached: {why}.", hint=f"Try later. {ADDRESS}")


def _uncertain(why: str) -> UncertainWriteError:
    return UncertainWriteError(
        f"A write was sent, but its answer was lost: {why}.",
        hint="Run the same command again: it looks at what is there before it writes.",
    )
