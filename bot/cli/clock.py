"""The clock of the command that runs: an argument of `bot.cli.app.run`, else the machine's."""

from contextvars import ContextVar
from datetime import datetime

from bot.clock import Clock, utc_now

command_clock: ContextVar[Clock] = ContextVar("command_clock", default=utc_now)


def now() -> datetime:
    """Return the time of this command, aware."""
    return command_clock.get()()
