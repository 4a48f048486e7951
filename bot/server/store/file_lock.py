"""Lets one process at a time serve a SQLite file.

The lock is SQLite's own, on an empty file beside the database. The operating system releases it
when the process ends, however it ends.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from bot.errors import UsageError


@contextlib.contextmanager
def file_lock(url: str) -> Iterator[None]:
    """Hold the lock of a SQLite database; do nothing for PostgreSQL, which processes may share.

    Raises UsageError when another process holds it, or when the file cannot be locked.
    """
    parsed = sa.engine.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield
        return
    database = Path(parsed.database).resolve()  # two names of one file are one lock
    with contextlib.ExitStack() as held:
        try:
            database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = sqlite3.connect(f"{database}.lock", timeout=0, isolation_level=None)
            held.callback(lock.close)
            lock.execute("BEGIN EXCLUSIVE")
        except (OSError, sqlite3.OperationalError) as refused:
            if getattr(refused, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise UsageError(
                    "another `milepost serve` is running on this database.",
                    where=str(database),
                    hint="Stop it first. For more than one process use PostgreSQL.",
                ) from None
            raise UsageError(f"it cannot be locked: {refused}.", where=str(database)) from None
        yield
