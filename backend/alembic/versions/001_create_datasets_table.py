"""Create the datasets table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mistudio.core.kept_tables import keep_tables, restore_tables

revision = "001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLES = ("datasets",)


def upgrade() -> None:
    """Create the table, or restore the one that a downgrade kept."""
    if restore_tables(TABLES):
        return
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("hf_repo_id", sa.String(length=255), nullable=True),
        sa.Column("config", sa.String(length=255), nullable=True),
        sa.Column("revision", sa.String(length=64), nullable=True),
        sa.Column("source_key", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("raw_path", sa.Text(), nullable=True),
        sa.Column("tokenized_path", sa.Text(), nullable=True),
        sa.Column("num_samples", sa.BigInteger(), nullable=True),
        sa.Column("num_tokens", sa.BigInteger(), nullable=True),
        sa.Column("avg_seq_length", sa.Float(), nullable=True),
        sa.Column("vocab_size", sa.Integer(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("splits", JSON, nullable=False),
        sa.Column("text_column", sa.String(length=255), nullable=True),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("index_state", sa.String(length=32), nullable=False),
        sa.Column("index_progress", sa.Float(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("progress >= 0 AND progress <= 100", name=op.f("ck_datasets_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
        sa.UniqueConstraint("source_key", name=op.f("uq_datasets_source_key")),
    )
    op.create_index("idx_datasets_created_at", "datasets", [sa.text("created_at DESC")])
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("idx_datasets_metadata_gin", "datasets", ["metadata"], postgresql_using="gin")
    op.create_index("idx_datasets_source", "datasets", ["source"])
    op.create_index("idx_datasets_status", "datasets", ["status"])


def downgrade() -> None:
    """Rename the table, so that an upgrade can restore it."""
    keep_tables(TABLES)
