"""Deletes expired rows, a few in each transaction, so that others do not wait long."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.page_cache import clear
from bot.server.store.tables import acceptance, inbox, installation, jobs, repository, session

# GitHub redelivers for three days, its Enterprise Server for seven: a GUID may come until then.
DELIVERIES = timedelta(days=8)
UNDONE = timedelta(days=90)  # for deliveries that could not be processed
GONE = timedelta(days=90)  # for installations and repositories, which may come back
BATCH = 2_000  # rows in one transaction


def delete_expired(engine: Engine, now: datetime, *, batch: int = BATCH) -> int:
    """Delete all rows that have expired at an aware time, and return how many."""
    deleted = 0
    for delete in (_deliveries, _repositories, _installations, _sessions):
        last = batch
        while last >= batch:
            with engine.begin() as connection:
                last = delete(connection, now, batch)
            deleted += last
    return deleted


def _deliveries(connection: Connection, now: datetime, batch: int) -> int:
    received, done = inbox.c.received_at, inbox.c.done_at.is_not(None)
    # In this form the index on the time serves both.
    found = (
        sa.select(inbox.c.guid)
        .where(received < now - DELIVERIES, done | (received < now - UNDONE))
        .limit(batch)
    )
    return connection.execute(inbox.delete().where(inbox.c.guid.in_(found))).rowcount


def _repositories(connection: Connection, now: datetime, batch: int) -> int:
    return _delete_gone(connection, repository, now, batch)


def _installations(connection: Connection, now: datetime, batch: int) -> int:
    has_some = sa.exists().where(repository.c.installation_id == installation.c.id)
    return _delete_gone(connection, installation, now, batch, ~has_some)


def _sessions(connection: Connection, now: datetime, batch: int) -> int:
    found = sa.select(session.c.id).where(session.c.until < now).limit(batch)
    return connection.execute(session.delete().where(session.c.id.in_(found))).rowcount


def _delete_gone(
    connection: Connection,
    table: sa.Table,
    now: datetime,
    batch: int,
    *where: sa.ColumnElement[bool],
) -> int:
    """Delete rows with their pages and jobs, but no job that runs now."""
    gone = table.c.state == "gone", table.c.seen_at < now - GONE
    found = sa.select(table.c.id).where(*gone, *where).limit(batch)
    if numbers := list(connection.execute(found).scalars()):
        rows = table.c.id.in_(numbers)
        if table is repository:
            clear(connection, sa.select(table.c.id).where(rows))
            answers = acceptance.c.repository_id.in_(numbers)
            connection.execute(acceptance.delete().where(answers))
        idle = jobs.c.kind == table.name, jobs.c.id.in_(numbers), jobs.c.holder.is_(None)
        connection.execute(jobs.delete().where(*idle))
        connection.execute(table.delete().where(rows))
    return len(numbers)
