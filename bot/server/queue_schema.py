"""The queue's own tables: made where there are none, and brought up to date when procrastinate is.

procrastinate comes with its schema and with one file of SQL for each change of it, in the order of
their names. It keeps no note of which were done, so we do.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.server.store.engine import insert
from bot.server.store.migrate import lock
from bot.server.store.store import Store
from bot.server.store.tables import fact

NOTE = "queue tables"  # under this name the store keeps the last change that was done
# What the first Milepost with a queue brought along, before it kept that note.
FIRST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def migrate_queue_tables(store: Store) -> None:
    """All of it or nothing; one process at a time. Tables that are newer than ours are left so.

    The job table says what is to be done, so a process with an older procrastinate that still runs
    may fail to take jobs from then on, and lose nothing.
    """
    from procrastinate.schema import SchemaManager

    changes = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with store.engine.begin() as connection:
        lock(connection)
        there = connection.execute(sa.text("SELECT to_regclass('procrastinate_jobs')")).scalar()
        if there is None:
            _run(connection, SchemaManager.get_schema())
        else:
            at = connection.execute(sa.select(fact.c.value).where(fact.c.name == NOTE)).scalar()
            changes = [change for change in changes if change.name > (at or FIRST)]
            for change in changes:
                _run(connection, change.read_text(encoding="utf-8"))
        if changes:
            last = changes[-1].name
            connection.execute(
                insert(connection.dialect.name, fact)
                .values(name=NOTE, value=last)
                .on_conflict_do_update(index_elements=[fact.c.name], set_={"value": last})
            )


def _run(connection: Connection, statements: str) -> None:
    # Many statements in one: the driver takes them when nothing is filled in.
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)
