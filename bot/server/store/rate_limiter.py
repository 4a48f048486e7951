"""GitHub's limits, kept in the database: one row for each installation, for all processes on it.

A row is held for one short transaction, in which nobody sleeps: who gets a place waits for it
afterwards. Those who want the same row get it in the order in which they came. Places that a
process took with it when it died pass by unused, and that is all.

Times are by the clock of the database, read when the row is held. Machines' own clocks differ, and
by one that is late a write would seem to have gone longer ago than it did. A place is told in
seconds from now, so it means the same on every machine.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.clock import utc_now
from bot.github.rate_limit_state import RateLimitState, WriteRates
from bot.github.rate_limiter import OpenState, StatefulRateLimiter
from bot.server.store.engine import ONLY_READS, insert
from bot.server.store.tables import Moment, budget

_B = budget.c
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)
_MOST = 2**32 - 1

Now = Callable[[Connection], datetime]


class DatabaseRateLimiter(StatefulRateLimiter):
    """Limits all processes on one database. Each call is one transaction, or two when new.

    `now` is for tests; else it is the database's clock, and where that is in this process anyway,
    this machine's.
    """

    def __init__(
        self, engine: Engine, rates: WriteRates | None = None, *, now: Now | None = None
    ) -> None:
        super().__init__(rates)
        self._engine = engine
        self._now = now or database_time

    @contextmanager
    def _open(self, installation: int) -> Iterator[OpenState]:
        with self._engine.begin() as connection:
            row = _held(connection, installation)
            at = OpenState(_state(row), self._now(connection))
            before = at.state
            yield at
            if at.state != before:
                connection.execute(
                    budget.update()
                    .where(_B.installation_id == installation)
                    .values(_columns(at.state))
                )

    def _read(self, installation: int) -> OpenState:
        with self._reading() as connection:
            found = sa.select(budget).where(_B.installation_id == installation)
            row = connection.execute(found).mappings().first()
            return OpenState(_state(row) if row else RateLimitState(), self._now(connection))

    def _all(self) -> tuple[list[RateLimitState], datetime]:
        with self._reading() as connection:
            now = self._now(connection)
            ahead = sa.or_(*(at > now for at in (_B.last_at, _B.shut_at, _B.spare_at)))
            rows = connection.execute(sa.select(budget).where(ahead)).mappings().all()
        return [_state(row) for row in rows], now

    def _reading(self) -> Connection:
        return self._engine.connect().execution_options(**{ONLY_READS: True})


def database_time(connection: Connection) -> datetime:
    """What time it is, aware; not when the transaction began, for it may have waited for a row."""
    if connection.dialect.name == "sqlite":
        return utc_now()
    clock = sa.select(sa.func.clock_timestamp(type_=Moment))
    return connection.execute(clock).scalar_one()


def forget(connection: Connection, installation: int) -> None:
    """The installation is gone. Part of the caller's transaction."""
    connection.execute(budget.delete().where(_B.installation_id == installation))


def _held(connection: Connection, installation: int) -> Any:
    """The row, which nobody else gets until the transaction ends."""
    if connection.dialect.name == "postgresql":
        # When the database breaks down, the places of the last moment may be lost: no harm.
        connection.execute(sa.text("SET LOCAL synchronous_commit TO off"))
    found = sa.select(budget).where(_B.installation_id == installation).with_for_update()
    row = connection.execute(found).mappings().first()
    if row is None:
        connection.execute(
            insert(connection.dialect.name, budget)
            .values(installation_id=installation, created=b"")
            .on_conflict_do_nothing()
        )
        row = connection.execute(found).mappings().one()
    return row


def _state(row: Any) -> RateLimitState:
    known = row["spacing"] is not None
    return RateLimitState(
        last=row["last_at"],
        created=_unpacked(row["created"], row["last_at"]),
        busy=row["busy_at"],
        shut=row["shut_at"],
        why=row["why"],
        spare=row["spare_at"],
        learned=WriteRates(row["spacing"], row["per_minute"], row["per_hour"]) if known else None,
        refused_at=row["refused_at"],
        strikes=row["strikes"],
        seen=row["seen_at"],
    )


def _columns(state: RateLimitState) -> dict[str, Any]:
    spacing, per_minute, per_hour = state.learned or (None, None, None)
    return {
        "last_at": state.last,
        "created": _packed(state.created, state.last),
        "busy_at": state.busy,
        "shut_at": state.shut,
        "why": state.why,
        "spare_at": state.spare,
        "spacing": spacing,
        "per_minute": per_minute,
        "per_hour": per_hour,
        "refused_at": state.refused_at,
        "strikes": state.strikes,
        "seen_at": state.seen,
    }


def _packed(created: tuple[datetime, ...], last: datetime | None) -> bytes:
    """How long before the last write each was, in milliseconds, rounded to later.

    Four bytes each, so that the 500 of an hour stay within the row.
    """
    if last is None:
        return b""
    steps = [min(_ticks(last) - _ticks(at), _MOST) for at in created]
    return struct.pack(f"<{len(steps)}I", *steps)


def _unpacked(packed: bytes, last: datetime | None) -> tuple[datetime, ...]:
    if last is None:
        return ()
    steps = struct.unpack(f"<{len(packed) // 4}I", packed)
    return tuple(_EPOCH + (_ticks(last) - step) * _TICK for step in steps)


def _ticks(at: datetime) -> int:
    """Milliseconds, rounded up: what was rounded stays as it is, however often it is packed."""
    return -((_EPOCH - at) // _TICK)
