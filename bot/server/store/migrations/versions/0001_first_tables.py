"""Creates the first tables: installations, repositories, jobs, the inbox, facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them."""
    _installations()
    _jobs()


def _installations() -> None:
    op.create_table(
        "installation",
        sa.Column("id", Id, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
    )
    op.create_table(
        "repository",
        sa.Column("id", Id, primary_key=True, autoincrement=False),
        sa.Column("installation_id", Id, nullable=False),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False, server_default="UTC"),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("synced_at", Moment),
        sa.Column("result", sa.Text, nullable=False, server_default=""),
        sa.Column("told", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("ix_repository_installation_id", "repository", ["installation_id"])
    op.create_index("ix_repository_full_name", "repository", ["full_name"])


def _jobs() -> None:
    op.create_table(
        "agenda",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", Id, primary_key=True, autoincrement=False),
        sa.Column("at", Moment),
        sa.Column("due_at", Moment),
        sa.Column("holder", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("ix_agenda_due_at", "agenda", ["due_at"])
    op.create_table(
        "inbox",
        sa.Column("guid", sa.Text, primary_key=True),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("installation_id", Id),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("done_at", Moment),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    waiting = sa.text("done_at IS NULL")
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["kind", "subject_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
