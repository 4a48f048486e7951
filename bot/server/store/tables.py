"""Defines the tables for SQLAlchemy Core. Migrations make them; a test compares both."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from bot.server.store.rows import RepositoryRow

metadata = sa.MetaData()
# SQLite takes only INTEGER, which has 64 bits there, as the key of a row.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Moment(sa.types.TypeDecorator[datetime]):
    """Stores an aware time in UTC; as text in SQLite, which knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return the value for the driver. Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC, whatever zone the connection is in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _partial_index(name: str, *columns: str, where: str) -> sa.Index:
    rows = sa.text(where)
    return sa.Index(name, *columns, sqlite_where=rows, postgresql_where=rows)


installation = sa.Table(
    "installation",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # active, suspended, gone
    sa.Column("seen_at", Moment, nullable=False),
    # Up to when, in seconds since 1970, its jobs have used its share of the workers' time.
    sa.Column("used_until", sa.Double, nullable=False, server_default="0"),
    _partial_index("ix_installation_gone", "seen_at", where="state = 'gone'"),
)

repository = sa.Table(
    "repository",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("installation_id", Id, nullable=False, index=True),
    sa.Column("full_name", sa.Text, nullable=False),
    sa.Column("private", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # active, archived, gone
    sa.Column("zone", sa.Text, nullable=False, server_default="UTC"),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("synced_at", Moment),
    sa.Column("result", sa.Text, nullable=False, server_default=""),
    sa.Column("told", sa.Text, nullable=False, server_default=""),
    # How far the run that goes on is: changes written, of how many; both 0 while none does.
    sa.Column("written", sa.Integer, nullable=False, server_default="0"),
    sa.Column("to_write", sa.Integer, nullable=False, server_default="0"),
    # The full name in small letters, to find it by.
    sa.Column("known_as", sa.Text, nullable=False, server_default="", index=True),
    # When a sync last read valid settings, if nothing has put them in doubt since; and how often a
    # delivery did that.
    sa.Column("consent_at", Moment),
    sa.Column("revocations", sa.Integer, nullable=False, server_default="0"),
    _partial_index("ix_repository_gone", "seen_at", where="state = 'gone'"),
)


def repository_columns() -> list[sa.Column[Any]]:
    """Return the columns of `RepositoryRow`, in its order."""
    return [repository.c["told" if n == "message" else n] for n in RepositoryRow._fields]


shown = sa.Table(
    "shown",
    metadata,
    sa.Column("repository_id", Id, primary_key=True, autoincrement=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("badge", sa.Text, nullable=False),  # JSON
    sa.Column("document", sa.LargeBinary, nullable=False),  # JSON, packed
)

# The calendar of a path as a file, packed, and the random part of its secret address.
calendar = sa.Table(
    "calendar",
    metadata,
    sa.Column("repository_id", Id, primary_key=True, autoincrement=False),
    sa.Column("address_key", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

# The mentors whom the settings behind the page in `shown` share it with: an `Audience`. It counts
# only while `repository.consent_at` is fresh.
mentor = sa.Table(
    "mentor",
    metadata,
    sa.Column("login", sa.Text, primary_key=True),
    sa.Column("repository_id", Id, primary_key=True, autoincrement=False, index=True),
    sa.Column("learner", sa.Text, nullable=False, server_default=""),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
)

# What a mentor answered a learner who shares a repository with them.
acceptance = sa.Table(
    "acceptance",
    metadata,
    sa.Column("mentor_id", Id, primary_key=True, autoincrement=False),
    sa.Column("repository_id", Id, primary_key=True, autoincrement=False, index=True),
    sa.Column("login", sa.Text, nullable=False),  # the mentor's then, in lower case
    sa.Column("learner", sa.Text, nullable=False),
    sa.Column("accepted", sa.Boolean, nullable=False),
)

# Sessions that nobody has ended.
session = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("until", Moment, nullable=False, index=True),
)

# When which job runs. `at` is the earliest time, none while the job runs and nothing came since;
# `due_at` is when a worker claims the row: at `at`, or, while `holder` runs the job, when the
# holder's lease expires.
jobs = sa.Table(
    "agenda",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),  # app, installation, repository
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("at", Moment),
    sa.Column("due_at", Moment, index=True),
    sa.Column("holder", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    _partial_index("ix_agenda_held", "kind", "id", where="holder IS NOT NULL"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("guid", sa.Text, primary_key=True),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("action", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject_id", Id, nullable=False),
    sa.Column("installation_id", Id),
    sa.Column("received_at", Moment, nullable=False, index=True),
    sa.Column("done_at", Moment),
    sa.Column("deleted_comment", Id),
    _partial_index("ix_inbox_waiting", "kind", "subject_id", where="done_at IS NULL"),
)

# What an installation has used and reserved of GitHub's limits: a `RateLimitState`, whose times are
# by the clock of the database. `created` has the times of new objects, packed.
budget = sa.Table(
    "budget",
    metadata,
    sa.Column("installation_id", Id, primary_key=True, autoincrement=False),
    sa.Column("last_at", Moment),
    sa.Column("created", sa.LargeBinary, nullable=False),
    sa.Column("busy_at", Moment),
    sa.Column("shut_at", Moment),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("spare_at", Moment),
    sa.Column("spacing", sa.Float),
    sa.Column("per_minute", sa.Integer),
    sa.Column("per_hour", sa.Integer),
    sa.Column("refused_at", Moment),
    sa.Column("strikes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("seen_at", Moment),
)

fact = sa.Table(
    "fact",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
