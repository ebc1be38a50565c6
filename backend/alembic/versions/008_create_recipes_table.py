"""Create the table of recipes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mistudio.core.kept_tables import keep_tables, restore_tables

revision = "008"
down_revision = "004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the table, or restore the one that a downgrade kept."""
    if restore_tables(("recipes",)):
        return
    op.create_table(
        "recipes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("recipe_key", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("steps", JSON, nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipes")),
        sa.UniqueConstraint("recipe_key", name=op.f("uq_recipes_recipe_key")),
    )


def downgrade() -> None:
    """Keep the table under another name: an older version does not know it."""
    keep_tables(("recipes",))
