"""Has every repository looked at again when the server starts: that is the guarantee.

What was missed while nobody listened shows then. Spread out, so that a start is no storm.
"""

from datetime import datetime, timedelta

from bot.server import next_run
from bot.server.store.rows import repository
from bot.server.store.store import Store

A_SECOND = 4  # repositories, or installations
LONGEST = timedelta(hours=24)
AT_ONCE = 500  # in one transaction, for deliveries have to be kept in between


def wake_all(store: Store, now: datetime) -> int:
    """Wake all that are active; returns how many. The clock is aware."""
    within = min(timedelta(seconds=store.register.count_active() / A_SECOND), LONGEST)
    woken = last = 0
    while numbers := store.register.active_repositories(after=last, most=AT_ONCE):
        store.agenda.wake_each(
            (repository(number), now + within * next_run.spread(number)) for number in numbers
        )
        woken, last = woken + len(numbers), numbers[-1]
    return woken
