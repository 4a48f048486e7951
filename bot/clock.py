"""The machine's clock: the only place where the program reads it.

Every entry takes its clock as an argument and has this one as the default.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of this machine, aware, in UTC."""
    return datetime.now(UTC)
