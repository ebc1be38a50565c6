"""Where a try begins, so that whoever finds its runner dead can tell whether it got further."""

import sqlalchemy as sa
from alembic import op

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; tries that are under way count as having begun at nothing."""
    op.add_column("jobs", sa.Column("claimed_progress", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop the column: it says nothing that outlives the try."""
    op.drop_column("jobs", "claimed_progress")
