"""The sandbox's time: the machine's or a given one, moved forward on request.

Rate limits, token expiry and every date in an answer read this clock, so a test can let an hour
pass in no time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Reads `base` (aware UTC) and adds what was advanced so far."""

    def __init__(self, base: Callable[[], datetime] | None = None) -> None:
        self._base = base or (lambda: datetime.now(UTC))
        self._ahead = timedelta()

    def exact(self) -> datetime:
        """Now, with fractions of a second."""
        return self._base().astimezone(UTC) + self._ahead

    def now(self) -> datetime:
        """Now in whole seconds, the way GitHub writes it."""
        return self.exact().replace(microsecond=0)

    def advance(self, by: timedelta) -> datetime:
        """Move forward (never back) and return the new time."""
        if by < timedelta():
            raise ValueError("time only moves forward")
        self._ahead += by
        return self.now()

    def reset(self) -> None:
        """Back to the base."""
        self._ahead = timedelta()
