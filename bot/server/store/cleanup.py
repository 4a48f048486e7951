"""How long rows are kept that nobody needs any more. A few at a time, so that nobody waits long."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.page_cache import clear
from bot.server.store.tables import inbox, installation, jobs, repository

# GitHub sends again for three days, its Enterprise Server for seven: until then a GUID may come.
DELIVERIES = timedelta(days=8)
UNDONE = timedelta(days=90)  # it was tried all the time
GONE = timedelta(days=90)  # an installation or repository may come back, and is known then
AT_ONCE = 2_000  # rows in one transaction

Forget = Callable[[Connection, datetime], int]


class Cleanup:
    """Forgets what is old. Times are aware."""

    def __init__(self, engine: Engine, *, at_once: int = AT_ONCE) -> None:
        self._engine = engine
        self._at_once = at_once

    def delete_expired(self, now: datetime) -> int:
        """Drop all that has been kept for long enough. Returns how many rows."""
        dropped = 0
        for forget in (self._deliveries, self._repositories, self._installations):
            while found := self._once(forget, now):
                dropped += found
                if found < self._at_once:
                    break
        return dropped

    def _once(self, forget: Forget, now: datetime) -> int:
        with self._engine.begin() as connection:
            return forget(connection, now)

    def _deliveries(self, connection: Connection, now: datetime) -> int:
        came = inbox.c.received_at
        # Said so that the index on the time serves both.
        found = (
            sa.select(inbox.c.guid)
            .where(came < now - DELIVERIES, inbox.c.done_at.is_not(None) | (came < now - UNDONE))
            .limit(self._at_once)
        )
        return connection.execute(inbox.delete().where(inbox.c.guid.in_(found))).rowcount

    def _repositories(self, connection: Connection, now: datetime) -> int:
        removed = sa.and_(repository.c.state == "gone", repository.c.seen_at < now - GONE)
        numbers = self._some(connection, sa.select(repository.c.id).where(removed))
        if numbers:
            clear(connection, sa.select(repository.c.id).where(repository.c.id.in_(numbers)))
            _forget_work(connection, "repository", numbers)
            connection.execute(repository.delete().where(repository.c.id.in_(numbers)))
        return len(numbers)

    def _installations(self, connection: Connection, now: datetime) -> int:
        has_some = sa.exists().where(repository.c.installation_id == installation.c.id)
        removed = sa.and_(
            installation.c.state == "gone", installation.c.seen_at < now - GONE, ~has_some
        )
        numbers = self._some(connection, sa.select(installation.c.id).where(removed))
        if numbers:
            _forget_work(connection, "installation", numbers)
            connection.execute(installation.delete().where(installation.c.id.in_(numbers)))
        return len(numbers)

    def _some(self, connection: Connection, found: sa.Select[int]) -> list[int]:
        return list(connection.execute(found.limit(self._at_once)).scalars())


def _forget_work(connection: Connection, kind: str, numbers: list[int]) -> None:
    """None of it is in work: what is gone is looked at only when a delivery comes."""
    idle = jobs.c.holder.is_(None)
    connection.execute(jobs.delete().where(jobs.c.kind == kind, jobs.c.id.in_(numbers), idle))
