"""Adds the comment that a delivery says was deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column."""
    op.add_column("inbox", sa.Column("deleted_comment", Id))


def downgrade() -> None:
    """Remove it, for a test of the upgrade."""
    op.drop_column("inbox", "deleted_comment")
