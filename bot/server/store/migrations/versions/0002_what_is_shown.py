"""Adds what pages show of a repository, with whom it is shared, and the progress of a run."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them. All of it is filled by the next look at each repository."""
    op.create_table(
        "shown",
        sa.Column("repository_id", Id, primary_key=True, autoincrement=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("badge", sa.Text, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "mentor",
        sa.Column("login", sa.Text, primary_key=True),
        sa.Column("repository_id", Id, primary_key=True, autoincrement=False),
    )
    op.create_index("ix_mentor_repository_id", "mentor", ["repository_id"])
    op.add_column(
        "repository", sa.Column("written", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column(
        "repository", sa.Column("to_write", sa.Integer, nullable=False, server_default="0")
    )
