"""Adds what lets installations take turns: the time they have used, and an index of held jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column and the index."""
    used = sa.Column("used_until", sa.Double, nullable=False, server_default="0")
    op.add_column("installation", used)
    held = sa.text("holder IS NOT NULL")
    op.create_index(
        "ix_agenda_held", "agenda", ["kind", "id"], sqlite_where=held, postgresql_where=held
    )


def downgrade() -> None:
    """Remove them, for a test of the upgrade."""
    op.drop_index("ix_agenda_held", "agenda")
    op.drop_column("installation", "used_until")
