"""Adds the calendars of paths. Each is there after the next sync of its repository."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "calendar",
        sa.Column("repository_id", Id, primary_key=True, autoincrement=False),
        sa.Column("address_key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Remove it, for a test of the upgrade."""
    op.drop_table("calendar")
