"""Opens the database: SQLite in one file, or PostgreSQL by its address."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from bot.errors import ConfigError

BUSY = 20_000  # milliseconds SQLite waits for another writer
ONLY_READS = "milepost_only_reads"
# A database that is gone without a word is noticed after half a minute, not after a quarter of an
# hour; whoever writes these into the address knows better.
_USUAL = {
    "application_name": "milepost",
    "connect_timeout": "10",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # milliseconds
}
_TURN = "milepost_turn"
_TURNS = "milepost_turns"


def open_engine(url: str, *, connections: int = 10) -> Engine:
    """An engine with a pool; nothing is connected yet. Raises ConfigError for a bad address."""
    try:
        parsed = sa.engine.make_url(url)
    except sa.exc.ArgumentError:
        raise ConfigError("it cannot be read.", where="MILEPOST_DATABASE_URL") from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, connections)
    return sa.create_engine(
        parsed,
        pool_size=connections,
        max_overflow=2,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={name: value for name, value in _USUAL.items() if name not in parsed.query},
    )


def _sqlite(url: sa.engine.URL, connections: int) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ConfigError(
            "a database in memory would be forgotten.",
            where="MILEPOST_DATABASE_URL",
            hint="Write sqlite:////path/to/file.",
        )
    try:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        raise ConfigError(
            f"its folder cannot be made ({wrong.strerror}).", where="MILEPOST_DATABASE_URL"
        ) from None
    turns = _Turns()
    engine = sa.create_engine(
        url,
        execution_options={_TURNS: turns},
        poolclass=sa.pool.QueuePool,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=2,
        connect_args={"check_same_thread": False, "timeout": BUSY / 1000},
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", turns.begin)
    sa.event.listen(engine.pool, "checkin", turns.end)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: `_begin` does, and says of which kind.
    connection.isolation_level = None
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY}",
        "cache_size=-16384",  # in KB, at most: enough for what a busy inbox touches
        "wal_autocheckpoint=4000",  # in pages: who commits then waits, so let it be seldom
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


class _Turns:
    """Who writes to SQLite waits here for the others of this process.

    SQLite itself has them sleep and try again, ever longer: twice as slow when many write, and
    some wait for long.
    """

    def __init__(self) -> None:
        self._one = threading.Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction, in turn."""
        if connection.get_execution_options().get(ONLY_READS, False):
            connection.exec_driver_sql("BEGIN")
            return
        connection.info[_TURN] = self.take()
        # One that reads first and writes then would fail when another wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def end(self, _connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:
        """A connection is given back, whatever became of its transaction."""
        if record.info.pop(_TURN, False):
            self.give()

    def take(self) -> bool:
        """Wait; False when that took too long. Then SQLite is asked, and says that it is locked."""
        return self._one.acquire(timeout=BUSY / 1000)

    def give(self) -> None:
        """To the next one."""
        self._one.release()


@contextlib.contextmanager
def writing(engine: Engine, connection: Any) -> Iterator[None]:
    """A transaction that writes, in turn, on a connection of SQLite's driver."""
    turns: _Turns = engine.get_execution_options()[_TURNS]
    taken = turns.take()
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        if taken:
            turns.give()


def read_only(engine: Engine) -> Connection:
    """Return a connection whose transaction only reads, and so waits for no writer on SQLite."""
    return engine.connect().execution_options(**{ONLY_READS: True})


def insert(dialect: str, table: sa.Table) -> postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the database of that name."""
    # Both say it alike; only their classes differ.
    kind = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return cast("postgresql.Insert", kind(table))
