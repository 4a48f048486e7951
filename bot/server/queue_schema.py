"""Creates the tables of procrastinate, and migrates them when procrastinate is upgraded.

procrastinate ships its schema, and one file of SQL for each migration, in the order of their names.
It does not record which were applied, so we do.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.server.store.engine import upsert
from bot.server.store.migrate import lock
from bot.server.store.store import Store
from bot.server.store.tables import fact

VERSION = "queue tables"  # the store's fact with the last migration that was applied
# The last one of the first Milepost with a queue, which did not record it.
FIRST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def migrate_queue_tables(store: Store) -> None:
    """Apply all missing migrations in one transaction, one process at a time.

    Newer tables stay as they are. A process with an older procrastinate that still runs may fail to
    fetch jobs from then on; the job table loses none.
    """
    from procrastinate.schema import SchemaManager

    changes = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with store.engine.begin() as connection:
        lock(connection)
        there = connection.execute(sa.text("SELECT to_regclass('procrastinate_jobs')")).scalar()
        if there is None:
            _run(connection, SchemaManager.get_schema())
        else:
            at = connection.execute(sa.select(fact.c.value).where(fact.c.name == VERSION)).scalar()
            changes = [change for change in changes if change.name > (at or FIRST)]
            for change in changes:
                _run(connection, change.read_text(encoding="utf-8"))
        if changes:
            upsert(connection, fact, {"name": VERSION}, {"value": changes[-1].name})


def _run(connection: Connection, statements: str) -> None:
    # The driver takes many statements at once when they have no parameters.
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)
