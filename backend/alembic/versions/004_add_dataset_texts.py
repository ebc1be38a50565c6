"""Add what a user may change of a dataset: its text template, note and tags."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Add the columns that no downgrade left; datasets that exist have no template, no note and no tags."""
    present = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("datasets")}
    columns: list[sa.Column[object]] = [
        sa.Column("text_template", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("tags", JSON, nullable=False, server_default="[]"),
    ]
    for column in columns:
        if column.name not in present:
            op.add_column("datasets", column)


def downgrade() -> None:
    """Leave the columns: an older version ignores them, and a note would be lost."""
