"""Deliveries as they came in: kept before they are acknowledged, each GUID once."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.sql.dml import ReturningInsert

from bot.server.store.agenda import wake
from bot.server.store.engine import ONLY_READS, insert
from bot.server.store.rows import Delivery, Subject
from bot.server.store.tables import inbox


class Inbox:
    """Takes deliveries in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def receive(self, deliveries: Sequence[Delivery], *, wake_at: datetime) -> int:
        """Keep these and have what they are about looked at then, in one transaction.

        What was there before wakes nobody. Returns how many were new. When this returns, they
        survive a crash.
        """
        rows = {
            one.guid: {
                "guid": one.guid,
                "event": one.event,
                "action": one.action,
                "kind": one.about.kind,
                "subject_id": one.about.id,
                "installation_id": one.installation,
                "received_at": one.received_at,
            }
            for one in deliveries
        }
        with self._engine.begin() as connection:
            statement = _unless_there(connection.dialect.name)
            new = set(connection.execute(statement, list(rows.values())).scalars())
            wake(connection, ((d.about, wake_at) for d in deliveries if d.guid in new))
        return len(new)

    def installation_of(self, subject: Subject) -> int | None:
        """Through which installation we last heard of it."""
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
        with self._engine.connect().execution_options(**{ONLY_READS: True}) as connection:
            return connection.execute(found).scalar()

    def waiting(self) -> tuple[int, datetime | None]:
        """How many deliveries wait to be dealt with, and since when the first one does."""
        found = sa.select(sa.func.count(), sa.func.min(inbox.c.received_at)).where(
            inbox.c.done_at.is_(None)
        )
        with self._engine.connect().execution_options(**{ONLY_READS: True}) as connection:
            count, first = connection.execute(found).one()
        return count, first


@cache
def _unless_there(dialect: str) -> ReturningInsert[str]:
    """Kept, for to put it together takes longer than to run it."""
    return insert(dialect, inbox).on_conflict_do_nothing().returning(inbox.c.guid)
