"""Adds names of repositories in lower case, to find them by: GitHub ignores their case."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column and its index, and fill it."""
    op.add_column("repository", sa.Column("known_as", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE repository SET known_as = lower(full_name)")
    op.create_index("ix_repository_known_as", "repository", ["known_as"])
    op.drop_index("ix_repository_full_name", "repository")


def downgrade() -> None:
    """Remove them, for a test of the upgrade."""
    op.create_index("ix_repository_full_name", "repository", ["full_name"])
    op.drop_index("ix_repository_known_as", "repository")
    op.drop_column("repository", "known_as")
