"""Deletes expired rows, a few in each transaction, so that others do not wait long."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.page_cache import clear
from bot.server.store.tables import inbox, installation, jobs, repository

# GitHub redelivers for three days, its Enterprise Server for seven: a GUID may come until then.
DELIVERIES = timedelta(days=8)
UNDONE = timedelta(days=90)  # for deliveries that could not be processed
GONE = timedelta(days=90)  # for installations and repositories, which may come back
BATCH = 2_000  # rows in one transaction


class Cleanup:
    """Deletes expired rows. Times are aware."""

    def __init__(self, engine: Engine, *, batch: int = BATCH) -> None:
        self._engine = engine
        self._batch = batch

    def delete_expired(self, now: datetime) -> int:
        """Delete all rows that have expired, and return how many."""
        deleted = 0
        for delete in (self._deliveries, self._repositories, self._installations):
            last = self._batch
            while last >= self._batch:
                with self._engine.begin() as connection:
                    last = delete(connection, now)
                deleted += last
        return deleted

    def _deliveries(self, connection: Connection, now: datetime) -> int:
        received, done = inbox.c.received_at, inbox.c.done_at.is_not(None)
        # In this form the index on the time serves both.
        found = (
            sa.select(inbox.c.guid)
            .where(received < now - DELIVERIES, done | (received < now - UNDONE))
            .limit(self._batch)
        )
        return connection.execute(inbox.delete().where(inbox.c.guid.in_(found))).rowcount

    def _repositories(self, connection: Connection, now: datetime) -> int:
        removed = sa.and_(repository.c.state == "gone", repository.c.seen_at < now - GONE)
        numbers = self._some(connection, sa.select(repository.c.id).where(removed))
        if numbers:
            clear(connection, sa.select(repository.c.id).where(repository.c.id.in_(numbers)))
            _delete_jobs(connection, "repository", numbers)
            connection.execute(repository.delete().where(repository.c.id.in_(numbers)))
        return len(numbers)

    def _installations(self, connection: Connection, now: datetime) -> int:
        has_some = sa.exists().where(repository.c.installation_id == installation.c.id)
        removed = sa.and_(
            installation.c.state == "gone", installation.c.seen_at < now - GONE, ~has_some
        )
        numbers = self._some(connection, sa.select(installation.c.id).where(removed))
        if numbers:
            _delete_jobs(connection, "installation", numbers)
            connection.execute(installation.delete().where(installation.c.id.in_(numbers)))
        return len(numbers)

    def _some(self, connection: Connection, found: sa.Select[int]) -> list[int]:
        return list(connection.execute(found.limit(self._batch)).scalars())


def _delete_jobs(connection: Connection, kind: str, numbers: list[int]) -> None:
    idle = jobs.c.holder.is_(None)
    connection.execute(jobs.delete().where(jobs.c.kind == kind, jobs.c.id.in_(numbers), idle))
