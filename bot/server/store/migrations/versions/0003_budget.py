"""Adds what each installation has used and reserved of GitHub's limits, for all processes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make it. An installation without a row has used nothing."""
    op.create_table(
        "budget",
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
