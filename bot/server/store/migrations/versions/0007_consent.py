"""Adds when consent was last confirmed, the answers of mentors, and sessions.

Nobody is shown to a mentor before the next sync of their repository, and everybody signs in anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column("repository", sa.Column("consent_at", Moment))
    op.add_column(
        "repository", sa.Column("revocations", sa.Integer, nullable=False, server_default="0")
    )
    for column in ("learner", "name"):
        op.add_column("mentor", sa.Column(column, sa.Text, nullable=False, server_default=""))
    op.create_table(
        "acceptance",
        sa.Column("mentor_id", Id, primary_key=True, autoincrement=False),
        sa.Column("repository_id", Id, primary_key=True, autoincrement=False, index=True),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("until", Moment, nullable=False, index=True),
    )


def downgrade() -> None:
    """Remove them, for a test of the upgrade."""
    op.drop_table("session")
    op.drop_table("acceptance")
    for table, column in (
        ("mentor", "name"),
        ("mentor", "learner"),
        ("repository", "revocations"),
        ("repository", "consent_at"),
    ):
        op.drop_column(table, column)
