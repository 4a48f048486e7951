"""Stores webhook deliveries before they are acknowledged, each GUID once.

Each delivery waits for this, so the statements go past SQLAlchemy, which would take longer to bind
their values than the database to write them. They schedule jobs as `JobTable.schedule` does.
"""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.server.store.engine import fetch, writing
from bot.server.store.rows import Subject, WebhookDelivery
from bot.server.store.tables import inbox

_SOONER: Final = """
    ON CONFLICT (kind, id) DO UPDATE SET
        at = excluded.at,
        due_at = CASE WHEN agenda.holder IS NULL THEN excluded.at ELSE agenda.due_at END
    WHERE agenda.at IS NULL OR agenda.at > excluded.at
"""
# A time as `tables.Moment` writes it: six digits, no zone. Not `->>`, which SQLite has since 3.38:
# systems in use have older ones.
_SQLITE_INSERT: Final = """
    INSERT INTO inbox
        (guid, event, action, kind, subject_id, installation_id, deleted_comment, received_at)
    SELECT
        json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
        json_extract(value, '$[3][0]'), json_extract(value, '$[3][1]'),
        json_extract(value, '$[4]'), json_extract(value, '$[8]'),
        replace(substr(json_extract(value, '$[5]'), 1, 19), 'T', ' ') || CASE
            WHEN json_extract(value, '$[5]') LIKE '%.______Z'
                THEN substr(json_extract(value, '$[5]'), 20, 7)
            WHEN json_extract(value, '$[5]') LIKE '%Z' THEN '.000000'
        END
    FROM json_each(?) WHERE true ON CONFLICT DO NOTHING
"""
# New rows have the highest numbers.
_SQLITE_SCHEDULE: Final = f"""
    INSERT INTO agenda (kind, id, at, due_at)
    SELECT DISTINCT kind, subject_id, ?, ? FROM inbox
    WHERE rowid > (SELECT max(rowid) FROM inbox) - ? {_SOONER}
"""  # noqa: S608 - only constants are put in
# One statement is one transaction and one round trip. Rows always go in in one order, so that two
# who write the same rows cannot wait for each other.
_POSTGRESQL: Final = f"""
    WITH come AS (
        INSERT INTO inbox
            (guid, event, action, kind, subject_id, installation_id, deleted_comment, received_at)
        SELECT
            value->>0, value->>1, value->>2, value->3->>0, (value->3->>1)::bigint,
            (value->>4)::bigint, (value->>8)::bigint, (value->>5)::timestamptz
        FROM json_array_elements(%(rows)s::json) ORDER BY 1
        ON CONFLICT DO NOTHING RETURNING kind, subject_id
    ), scheduled AS (
        INSERT INTO agenda (kind, id, at, due_at)
        SELECT DISTINCT kind, subject_id, %(at)s::timestamptz, %(at)s::timestamptz FROM come
        ORDER BY kind, subject_id
        {_SOONER}
    )
    SELECT count(*) FROM come
"""  # noqa: S608 - only constants are put in


class DeliveryInbox:
    """Stores deliveries on one open connection: to borrow one costs as much as to write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: Any = None
        self._lock = threading.Lock()

    def receive(self, deliveries: Sequence[WebhookDelivery], *, wake_at: datetime) -> int:
        """Write these and schedule the jobs of what they are about, in one transaction.

        Those that were there before schedule nothing. Returns how many were new: they survive a
        crash. Raises the driver's errors.
        """
        with self._lock:
            try:
                return self._write(deliveries, wake_at)
            except self._engine.dialect.loaded_dbapi.Error as broken:
                if not self._engine.dialect.is_disconnect(broken, self._connection(), None):
                    raise
            # The database was gone and may be back. What it wrote all the same is not new now.
            self._close()
            return self._write(deliveries, wake_at)

    def close(self) -> None:
        """Close the connection until it is used again."""
        with self._lock:
            self._close()

    def installation_of(self, subject: Subject) -> int | None:
        """Return the installation of its newest delivery that is not processed."""
        through = inbox.c.installation_id
        its = inbox.c.kind == subject.kind, inbox.c.subject_id == subject.id
        waiting = sa.select(through).where(*its, through.is_not(None), inbox.c.done_at.is_(None))
        rows = fetch(self._engine, waiting.order_by(inbox.c.received_at.desc()).limit(1))
        return rows[0].installation_id if rows else None

    def deleted_comments(self, subject: Subject) -> frozenset[int]:
        """Return the ids of comments whose deletion waits to be processed."""
        comment = inbox.c.deleted_comment
        its = inbox.c.kind == subject.kind, inbox.c.subject_id == subject.id
        waiting = sa.select(comment).where(*its, comment.is_not(None), inbox.c.done_at.is_(None))
        return frozenset(row.deleted_comment for row in fetch(self._engine, waiting))

    def waiting(self) -> tuple[int, datetime | None]:
        """Return how many deliveries wait to be processed, and when the first one came."""
        query = sa.select(sa.func.count(), sa.func.min(inbox.c.received_at))
        count, first = fetch(self._engine, query.where(inbox.c.done_at.is_(None)))[0]
        return count, first

    def _write(self, deliveries: Sequence[WebhookDelivery], wake_at: datetime) -> int:
        if self._engine.dialect.name != "sqlite":
            return into_postgresql(self._connection(), deliveries, wake_at)
        with writing(self._engine, self._connection()):
            return into_sqlite(self._connection(), deliveries, wake_at)

    def _connection(self) -> Any:
        if self._open is None:
            borrowed = self._engine.raw_connection()
            self._open = borrowed.driver_connection
            borrowed.detach()  # the pool does not get it back
        return self._open

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def into_sqlite(connection: Any, deliveries: Sequence[WebhookDelivery], wake_at: datetime) -> int:
    """Write in the open transaction of the driver's connection. Returns how many were new."""
    if wake_at.tzinfo is None:
        raise ValueError("a time without its zone")
    at = wake_at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    cursor = connection.cursor()
    new: int = cursor.execute(_SQLITE_INSERT, (_json(deliveries),)).rowcount
    if new:
        cursor.execute(_SQLITE_SCHEDULE, (at, at, new))
    return new


def into_postgresql(
    connection: Any, deliveries: Sequence[WebhookDelivery], wake_at: datetime
) -> int:
    """Write in one transaction on an idle connection of the driver. Returns how many were new."""
    before, connection.autocommit = connection.autocommit, True
    try:
        values = {"rows": _json(deliveries), "at": wake_at}
        return int(connection.execute(_POSTGRESQL, values).fetchone()[0])
    finally:
        if not connection.closed:
            connection.autocommit = before


def _json(deliveries: Sequence[WebhookDelivery]) -> str:
    """Return a list of lists: the database takes it apart, while this process goes on."""
    return msgspec.json.encode(deliveries).decode()
