"""Add the progress at which an attempt starts: it shows whether the attempt of a dead runner advanced."""

import sqlalchemy as sa
from alembic import op

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; current attempts count as started at 0."""
    op.add_column("jobs", sa.Column("claimed_progress", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop the column: it matters only during an attempt."""
    op.drop_column("jobs", "claimed_progress")
