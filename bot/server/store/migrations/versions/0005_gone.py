"""Adds indexes to find what is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = ("installation", "repository")


def upgrade() -> None:
    """Add the indexes."""
    gone = sa.text("state = 'gone'")
    for table in TABLES:
        op.create_index(
            f"ix_{table}_gone", table, ["seen_at"], sqlite_where=gone, postgresql_where=gone
        )


def downgrade() -> None:
    """Drop the indexes."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_gone", table)
