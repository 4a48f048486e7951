"""Deliveries as they came in: kept before they are acknowledged, each GUID once."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.server.store.delivery_writer import Line
from bot.server.store.engine import ONLY_READS
from bot.server.store.rows import Delivery, Subject
from bot.server.store.tables import inbox


class Inbox:
    """Takes deliveries in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._line = Line(engine)

    def receive(self, deliveries: Sequence[Delivery], *, wake_at: datetime) -> int:
        """Keep these and have what they are about looked at then, in one transaction.

        What was there before wakes nobody. Returns how many were new. When this returns, they
        survive a crash. Raises what the driver does.
        """
        return self._line.keep(deliveries, wake_at)

    def close(self) -> None:
        """Close the connection that is kept for it."""
        self._line.close()

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
