"""Keeps GitHub's limits for all processes on one database: one row for each installation.

A row is locked for one short transaction, in which nobody sleeps: the wait for a reserved place
follows afterwards. Callers get the row in the order in which they asked. The places of a process
that died pass unused, which does no harm.

Times are by the clock of the database, read when the row is locked: by a machine's clock that is
late, a write would seem to be longer ago than it is. A reservation is in seconds from now, so it
means the same on every machine.
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
from bot.github.rate_limiter import OpenState, RateLimiter
from bot.server.store.engine import insert, read_only
from bot.server.store.tables import Moment, budget

_B = budget.c
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)
_MOST = 2**32 - 1
# The column of each field of a `RateLimitState`, but for those that are packed or taken apart.
_COLUMNS = {
    "last": "last_at",
    "busy": "busy_at",
    "shut": "shut_at",
    "spare": "spare_at",
    "seen": "seen_at",
    "refused_at": "refused_at",
    "strikes": "strikes",
    "why": "why",
}

Now = Callable[[Connection], datetime]


class DatabaseRateLimiter(RateLimiter):
    """Limits all processes on one database. Each call is one transaction, or two when new.

    `now` is for tests; without it the database's clock counts, on SQLite this machine's.
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
            row = _locked_row(connection, installation)
            at = OpenState(_state(row), self._now(connection))
            before = at.state
            yield at
            if at.state != before:
                its = budget.update().where(_B.installation_id == installation)
                connection.execute(its.values(_columns(at.state)))

    def _read(self, installation: int) -> OpenState:
        with read_only(self._engine) as connection:
            found = sa.select(budget).where(_B.installation_id == installation)
            row = connection.execute(found).mappings().first()
            return OpenState(_state(row) if row else RateLimitState(), self._now(connection))

    def _all(self) -> tuple[list[RateLimitState], datetime]:
        with read_only(self._engine) as connection:
            now = self._now(connection)
            ahead = sa.or_(*(at > now for at in (_B.last_at, _B.shut_at, _B.spare_at)))
            rows = connection.execute(sa.select(budget).where(ahead)).mappings().all()
        return [_state(row) for row in rows], now


def database_time(connection: Connection) -> datetime:
    """Return the present time, aware; not when the transaction began, which may have waited."""
    if connection.dialect.name == "sqlite":
        return utc_now()
    clock = sa.select(sa.func.clock_timestamp(type_=Moment))
    return connection.execute(clock).scalar_one()


def forget(connection: Connection, installation: int) -> None:
    """Delete the row of an installation that is gone. Part of the caller's transaction."""
    connection.execute(budget.delete().where(_B.installation_id == installation))


def _locked_row(connection: Connection, installation: int) -> Any:
    """Return the row, locked until the transaction ends."""
    if connection.dialect.name == "postgresql":
        # A crash of the database may lose the last moment's reservations, which does no harm.
        connection.execute(sa.text("SET LOCAL synchronous_commit TO off"))
    found = sa.select(budget).where(_B.installation_id == installation).with_for_update()
    row = connection.execute(found).mappings().first()
    if row is None:
        new = insert(connection.dialect.name, budget)
        new = new.values(installation_id=installation, created=b"")
        connection.execute(new.on_conflict_do_nothing())
        row = connection.execute(found).mappings().one()
    return row


def _state(row: Any) -> RateLimitState:
    known = row["spacing"] is not None
    return RateLimitState(
        created=_unpacked(row["created"], row["last_at"]),
        learned=WriteRates(row["spacing"], row["per_minute"], row["per_hour"]) if known else None,
        **{field: row[column] for field, column in _COLUMNS.items()},
    )


def _columns(state: RateLimitState) -> dict[str, Any]:
    spacing, per_minute, per_hour = state.learned or (None, None, None)
    return {
        "created": _packed(state.created, state.last),
        "spacing": spacing,
        "per_minute": per_minute,
        "per_hour": per_hour,
        **{column: getattr(state, field) for field, column in _COLUMNS.items()},
    }


def _packed(created: tuple[datetime, ...], last: datetime | None) -> bytes:
    """Return the milliseconds of each before the last write, rounded to later, in four bytes."""
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
    """Return milliseconds since 1970, rounded up, so that packing again changes nothing."""
    return -((_EPOCH - at) // _TICK)
