"""Opens the database: SQLite in one file, or PostgreSQL by its address."""

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVarTuple, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from bot.errors import ConfigError

Columns = TypeVarTuple("Columns")

BUSY = 20_000  # milliseconds that SQLite waits for another writer
# A connection that is lost silently is noticed after half a minute, not after a quarter of an hour.
# The database's URL may name others.
_POSTGRESQL_DEFAULTS = {
    "application_name": "milepost",
    "connect_timeout": "10",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # milliseconds
}
_ONLY_READS = "milepost_only_reads"
_LOCKED = "milepost_locked"
_WRITE_LOCK = "milepost_write_lock"


def open_engine(url: str, *, connections: int = 10) -> Engine:
    """Return an engine with a pool, not yet connected. Raises ConfigError for a bad URL."""
    try:
        parsed = sa.engine.make_url(url)
    except sa.exc.ArgumentError:
        raise ConfigError("this isn't a URL.", where="MILEPOST_DATABASE_URL") from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, connections)
    return sa.create_engine(
        parsed,
        pool_size=connections,
        max_overflow=2,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={k: v for k, v in _POSTGRESQL_DEFAULTS.items() if k not in parsed.query},
    )


def _sqlite(url: sa.engine.URL, connections: int) -> Engine:
    if not url.database or url.database == ":memory:":
        text, hint = (
            "a database in memory would be lost at the end.",
            "Write sqlite:////path/to/file.",
        )
        raise ConfigError(text, where="MILEPOST_DATABASE_URL", hint=hint)
    try:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as broken:
        raise ConfigError(
            f"its folder cannot be made ({broken.strerror}).", where="MILEPOST_DATABASE_URL"
        ) from None
    write_lock = _WriteLock()
    engine = sa.create_engine(
        url,
        execution_options={_WRITE_LOCK: write_lock},
        poolclass=sa.pool.QueuePool,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=2,
        connect_args={"check_same_thread": False, "timeout": BUSY / 1000},
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", write_lock.begin)
    sa.event.listen(engine.pool, "checkin", write_lock.checkin)
    return engine


def keep_private(engine: Engine) -> None:
    """Let only its owner read the file of a SQLite database, which is made if it is missing."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name.startswith("file:"):
        return
    with contextlib.suppress(OSError):  # opening it says why it cannot be used
        Path(name).touch(mode=0o600)
        for file in (name, f"{name}-wal", f"{name}-shm"):
            if (path := Path(file)).exists() and path.stat().st_mode & 0o077:
                path.chmod(0o600)


def _prepare(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: `begin` does, with their kind.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY}",
        "cache_size=-16384",  # at most so many KB: enough for the pages of a busy inbox
        "wal_autocheckpoint=4000",  # in pages: seldom, for a commit waits for it
    ):
        connection.execute(f"PRAGMA {pragma}")


class _WriteLock:
    """Lets one thread write at a time; SQLite has others sleep ever longer: twice as slow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.release = self._lock.release

    def begin(self, connection: Connection) -> None:
        """Begin a transaction, with the lock unless it only reads."""
        if connection.get_execution_options().get(_ONLY_READS, False):
            connection.exec_driver_sql("BEGIN")
            return
        connection.info[_LOCKED] = self.acquire()
        # A transaction that reads first would fail to write when another wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def checkin(self, _connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:
        """Release the lock with the connection, whatever became of its transaction."""
        if record.info.pop(_LOCKED, False):
            self.release()

    def acquire(self) -> bool:
        """Return False after `BUSY`: SQLite then reports that it is locked."""
        return self._lock.acquire(timeout=BUSY / 1000)


@contextlib.contextmanager
def writing(engine: Engine, connection: Any) -> Iterator[None]:
    """Hold a transaction that writes, on a connection of SQLite's driver."""
    lock: _WriteLock = engine.get_execution_options()[_WRITE_LOCK]
    locked = lock.acquire()
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        if locked:
            lock.release()


def read_only(engine: Engine) -> Connection:
    """Return a connection whose transaction only reads, and so waits for no writer on SQLite."""
    return engine.connect().execution_options(**{_ONLY_READS: True})


def fetch(engine: Engine, query: sa.Select[*Columns]) -> Sequence[sa.Row[*Columns]]:
    """Return the rows of a query, in a transaction that only reads."""
    with read_only(engine) as connection:
        return connection.execute(query).all()


def upsert(
    connection: Connection,
    table: sa.Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    where: sa.ColumnElement[bool] | None = None,
) -> None:
    """Insert a row, or set the values of the one with that key, if `where` holds for it."""
    statement = insert(connection.dialect.name, table).values(**key, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=values, where=where)
    )


def insert(dialect: str, table: sa.Table) -> postgresql.Insert:
    """Return an INSERT of the dialect, which may have an ON CONFLICT."""
    # They are written alike; only their classes differ.
    kind = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return cast("postgresql.Insert", kind(table))
