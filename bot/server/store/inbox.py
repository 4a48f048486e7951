"""Stores deliveries as they came in, before they are acknowledged, each GUID once.

Every delivery waits for this, so writing goes past SQLAlchemy: to put values in their places would
take longer than to write them. What the statements do to jobs is what `job_table.schedule` does.
"""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.server.store.engine import read_only, writing
from bot.server.store.rows import Subject, WebhookDelivery
from bot.server.store.tables import inbox

_SOONER: Final = """
    ON CONFLICT (kind, id) DO UPDATE SET
        at = excluded.at,
        due_at = CASE WHEN agenda.holder IS NULL THEN excluded.at ELSE agenda.due_at END
    WHERE agenda.at IS NULL OR agenda.at > excluded.at
"""
# A time as `tables.Moment` has SQLAlchemy write it there: all six digits, and no zone. Not `->>`,
# which SQLite has since 3.38: systems that are in use have older ones.
_SQLITE_INSERT: Final = """
    INSERT INTO inbox (guid, event, action, kind, subject_id, installation_id, received_at)
    SELECT
        json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
        json_extract(value, '$[3][0]'), json_extract(value, '$[3][1]'),
        json_extract(value, '$[4]'),
        replace(substr(json_extract(value, '$[5]'), 1, 19), 'T', ' ') || CASE
            WHEN json_extract(value, '$[5]') LIKE '%.______Z'
                THEN substr(json_extract(value, '$[5]'), 20, 7)
            WHEN json_extract(value, '$[5]') LIKE '%Z' THEN '.000000'
        END
    FROM json_each(?) WHERE true ON CONFLICT DO NOTHING
"""
# The rows that are new have the highest numbers.
_SQLITE_SCHEDULE: Final = f"""
    INSERT INTO agenda (kind, id, at, due_at)
    SELECT DISTINCT kind, subject_id, ?, ? FROM inbox
    WHERE rowid > (SELECT max(rowid) FROM inbox) - ? {_SOONER}
"""  # noqa: S608 - nothing from outside is put in
# All of it is one statement, and so one transaction and one way there and back. Rows go in in one
# order always, so that two who keep the same cannot wait for each other.
_POSTGRESQL: Final = f"""
    WITH come AS (
        INSERT INTO inbox (guid, event, action, kind, subject_id, installation_id, received_at)
        SELECT
            value->>0, value->>1, value->>2, value->3->>0, (value->3->>1)::bigint,
            (value->>4)::bigint, (value->>5)::timestamptz
        FROM json_array_elements(%(rows)s::json) ORDER BY 1
        ON CONFLICT DO NOTHING RETURNING kind, subject_id
    ), scheduled AS (
        INSERT INTO agenda (kind, id, at, due_at)
        SELECT DISTINCT kind, subject_id, %(at)s::timestamptz, %(at)s::timestamptz FROM come
        ORDER BY kind, subject_id
        {_SOONER}
    )
    SELECT count(*) FROM come
"""  # noqa: S608 - nothing from outside is put in


class DeliveryInbox:
    """Writes deliveries, and counts those that wait."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = InboxConnection(engine)

    def receive(self, deliveries: Sequence[WebhookDelivery], *, wake_at: datetime) -> int:
        """Write these and schedule the jobs of what they are about, in one transaction.

        What was there before schedules nothing. Returns how many were new. When this returns, they
        survive a crash. Raises what the driver does.
        """
        return self._writer.write(deliveries, wake_at)

    def close(self) -> None:
        """Close the connection that is kept for it."""
        self._writer.close()

    def installation_of(self, subject: Subject) -> int | None:
        """Return through which installation we last heard of it."""
        found = (
            sa.select(inbox.c.installation_id)
            .where(
                inbox.c.kind == subject.kind,
                inbox.c.subject_id == subject.id,
                inbox.c.installation_id.is_not(None),
                inbox.c.done_at.is_(None),
            )
            .order_by(inbox.c.received_at.desc())
            .limit(1)
        )
        with read_only(self._engine) as connection:
            return connection.execute(found).scalar()

    def waiting(self) -> tuple[int, datetime | None]:
        """Return how many deliveries wait to be processed, and since when the first one does."""
        found = sa.select(sa.func.count(), sa.func.min(inbox.c.received_at)).where(
            inbox.c.done_at.is_(None)
        )
        with read_only(self._engine) as connection:
            count, first = connection.execute(found).one()
        return count, first


class InboxConnection:
    """Keeps one connection open: to borrow one each time costs as much as a group does."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: Any = None
        self._lock = threading.Lock()

    def write(self, deliveries: Sequence[WebhookDelivery], wake_at: datetime) -> int:
        """Write in one transaction. Returns how many were new. Raises what the driver does."""
        with self._lock:
            try:
                return self._write(deliveries, wake_at)
            except self._engine.dialect.loaded_dbapi.Error as broken:
                if not self._engine.dialect.is_disconnect(broken, self._connection(), None):
                    raise
            # The database went away and may be back. What it wrote all the same is not new now.
            self._shut()
            return self._write(deliveries, wake_at)

    def close(self) -> None:
        """Close the connection until it is used again."""
        with self._lock:
            self._shut()

    def _write(self, deliveries: Sequence[WebhookDelivery], wake_at: datetime) -> int:
        if self._engine.dialect.name != "sqlite":
            return into_postgresql(self._connection(), deliveries, wake_at)
        with writing(self._engine, self._connection()):
            return into_sqlite(self._connection(), deliveries, wake_at)

    def _connection(self) -> Any:
        if self._open is None:
            borrowed = self._engine.raw_connection()
            self._open = borrowed.driver_connection
            borrowed.detach()  # it is not given back
        return self._open

    def _shut(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def into_sqlite(connection: Any, deliveries: Sequence[WebhookDelivery], wake_at: datetime) -> int:
    """Part of the transaction of a connection of the driver. Returns how many were new."""
    cursor, at = connection.cursor(), _written(wake_at)
    new: int = cursor.execute(_SQLITE_INSERT, (_rows(deliveries),)).rowcount
    if new:
        cursor.execute(_SQLITE_SCHEDULE, (at, at, new))
    return new


def _rows(deliveries: Sequence[WebhookDelivery]) -> str:
    """As lists of a list: the database takes them apart, and this process can do other things."""
    return msgspec.json.encode(deliveries).decode()


def _written(moment: datetime) -> str:
    """As `tables.Moment` has SQLAlchemy write it in SQLite."""
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def into_postgresql(
    connection: Any, deliveries: Sequence[WebhookDelivery], wake_at: datetime
) -> int:
    """One transaction on a connection of the driver, in which none is open. How many were new."""
    before, connection.autocommit = connection.autocommit, True
    try:
        values = {"rows": _rows(deliveries), "at": wake_at}
        return int(connection.execute(_POSTGRESQL, values).fetchone()[0])
    finally:
        if not connection.closed:
            connection.autocommit = before
