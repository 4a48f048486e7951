"""Keeps a group of deliveries, and wakes what they are about, as quickly as the database can.

Everybody who knocks waits for this, so it goes past SQLAlchemy: to put values in their places would
take longer than to keep them. What the statements do to the agenda is what `agenda.wake` does.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from bot.server.store.rows import Delivery

_SOONER: Final = """
    ON CONFLICT (kind, id) DO UPDATE SET
        at = excluded.at,
        due_at = CASE WHEN agenda.holder IS NULL THEN excluded.at ELSE agenda.due_at END
    WHERE agenda.at IS NULL OR agenda.at > excluded.at
"""
_SQLITE_KEEP: Final = """
    INSERT INTO inbox (guid, event, action, kind, subject_id, installation_id, received_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_SQLITE_WAKE: Final = f"""
    INSERT INTO agenda (kind, id, at, due_at) VALUES (?, ?, ?, ?) {_SOONER}
"""  # noqa: S608 - nothing from outside is put in
# All of it is one statement, and so one transaction and one way there and back. Rows go in in one
# order always, so that two who keep the same cannot wait for each other.
_POSTGRESQL: Final = f"""
    WITH come AS (
        INSERT INTO inbox (guid, event, action, kind, subject_id, installation_id, received_at)
        SELECT * FROM json_to_recordset(%(rows)s::json) AS delivery (
            guid text, event text, action text, kind text, subject_id bigint,
            installation_id bigint, received_at timestamptz
        ) ORDER BY guid
        ON CONFLICT DO NOTHING RETURNING kind, subject_id
    ), woken AS (
        INSERT INTO agenda (kind, id, at, due_at)
        SELECT DISTINCT kind, subject_id, %(at)s::timestamptz, %(at)s::timestamptz FROM come
        ORDER BY kind, subject_id
        {_SOONER}
    )
    SELECT count(*) FROM come
"""  # noqa: S608 - nothing from outside is put in


def into_sqlite(connection: Any, deliveries: Iterable[Delivery], wake_at: datetime) -> int:
    """Part of the transaction of a connection of the driver. Returns how many were new."""
    cursor, at = connection.cursor(), _written(wake_at)
    new = [one for one in deliveries if cursor.execute(_SQLITE_KEEP, _values(one)).rowcount]
    subjects = {(one.about.kind, one.about.id, at, at) for one in new}
    cursor.executemany(_SQLITE_WAKE, subjects)
    return len(new)


def _values(one: Delivery) -> tuple[str | int | None, ...]:
    received = _written(one.received_at)
    return one.guid, one.event, one.action, one.about.kind, one.about.id, one.installation, received


def _written(moment: datetime) -> str:
    """As `tables.Moment` has SQLAlchemy write it there."""
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def into_postgresql(connection: Any, deliveries: Sequence[Delivery], wake_at: datetime) -> int:
    """One transaction on a connection of the driver, in which none is open. How many were new."""
    rows = [
        {
            "guid": one.guid,
            "event": one.event,
            "action": one.action,
            "kind": one.about.kind,
            "subject_id": one.about.id,
            "installation_id": one.installation,
            "received_at": one.received_at,
        }
        for one in deliveries
    ]
    before, connection.autocommit = connection.autocommit, True
    try:
        values = {"rows": msgspec.json.encode(rows).decode(), "at": wake_at}
        return int(connection.execute(_POSTGRESQL, values).fetchone()[0])
    finally:
        if not connection.closed:
            connection.autocommit = before
