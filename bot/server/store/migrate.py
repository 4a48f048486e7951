"""Migrates the tables with Alembic, one process at a time."""

from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.errors import ConfigError

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_166_145_020  # an arbitrary key of PostgreSQL's advisory locks


def migrate(engine: Engine) -> None:
    """Apply the missing migrations in one transaction. Raises ConfigError where that fails."""
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            lock(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as unknown:
        raise ConfigError(
            f"this version doesn't know the database's version ({unknown}).",
            where="MILEPOST_DATABASE_URL",
            hint="Use the version of Milepost that wrote to it last, or a newer one.",
        ) from None
    except sa.exc.OperationalError as broken:
        reason = str(broken.orig).splitlines()[0]
        raise ConfigError(
            f"the database cannot be used: {reason}.", where="MILEPOST_DATABASE_URL"
        ) from None


def schema_state(connection: Connection) -> Literal["empty", "older", "current", "newer"]:
    """Compare the tables' version with ours. Changes nothing."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(SCRIPTS))
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        return "empty"
    if found == scripts.get_current_head():
        return "current"
    known = {script.revision for script in scripts.walk_revisions()}
    return "older" if found in known else "newer"


def lock(connection: Connection) -> None:
    """Lock out others until the transaction ends. On SQLite its BEGIN IMMEDIATE did."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
