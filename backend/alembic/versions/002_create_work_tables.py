"""Create the tables of models, references, tokenizations and jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mistudio.core.kept_tables import keep_tables, restore_tables

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLES = ("models", "dataset_references", "tokenizations", "jobs")
ONE_PER_DATASET = sa.text("state IN ('queued', 'running') AND tokenization_id IS NULL")
ONE_PER_TOKENIZATION = sa.text("state IN ('queued', 'running') AND tokenization_id IS NOT NULL")


def upgrade() -> None:
    """Create the tables, or restore those that a downgrade kept."""
    if restore_tables(TABLES):
        return
    op.create_table(
        "models",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("hf_repo_id", sa.String(length=255), nullable=True),
        sa.Column("revision", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("vocab_size", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("hf_repo_id", "revision", name=op.f("uq_models_hf_repo_id_revision")),
    )
    op.create_index("idx_models_fingerprint", "models", ["fingerprint"])
    op.create_index("idx_models_name", "models", ["name"])
    op.create_table(
        "dataset_references",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("dataset_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("ref_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_dataset_references_dataset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_references")),
        sa.UniqueConstraint("dataset_id", "kind", "ref_id", name=op.f("uq_dataset_references_dataset_id_kind_ref_id")),
    )
    op.create_table(
        "tokenizations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("dataset_id", sa.String(length=64), nullable=False),
        sa.Column("model_id", sa.String(length=64), nullable=True),
        sa.Column("tokenizer", sa.String(length=255), nullable=False),
        sa.Column("tokenizer_revision", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("settings_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("engine", sa.String(length=64), nullable=True),
        sa.Column("engine_reason", sa.Text(), nullable=True),
        sa.Column("num_rows", sa.BigInteger(), nullable=True),
        sa.Column("num_tokens", sa.BigInteger(), nullable=True),
        sa.Column("num_positions", sa.BigInteger(), nullable=True),
        sa.Column("unique_tokens", sa.Integer(), nullable=True),
        sa.Column("vocab_size", sa.Integer(), nullable=True),
        sa.Column("statistics", JSON, nullable=True),
        sa.Column("ledger", JSON, nullable=True),
        sa.Column("audit", JSON, nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("progress >= 0 AND progress <= 100", name=op.f("ck_tokenizations_progress")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_tokenizations_dataset_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_tokenizations_model_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokenizations")),
        sa.UniqueConstraint("dataset_id", "settings_hash", name=op.f("uq_tokenizations_dataset_id_settings_hash")),
    )
    op.create_index("idx_tokenizations_status", "tokenizations", ["status"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("dataset_id", sa.String(length=64), nullable=False),
        sa.Column("tokenization_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("phase", sa.String(length=32), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(length=255), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("progress >= 0 AND progress <= 100", name=op.f("ck_jobs_progress")),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name=op.f("fk_jobs_dataset_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tokenization_id"], ["tokenizations.id"], name=op.f("fk_jobs_tokenization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("idx_jobs_dataset_id", "jobs", ["dataset_id"])
    op.create_index("idx_jobs_state_not_before", "jobs", ["state", "not_before"])
    op.create_index(
        "uq_jobs_active_dataset",
        "jobs",
        ["kind", "dataset_id"],
        unique=True,
        sqlite_where=ONE_PER_DATASET,
        postgresql_where=ONE_PER_DATASET,
    )
    op.create_index(
        "uq_jobs_active_tokenization",
        "jobs",
        ["kind", "tokenization_id"],
        unique=True,
        sqlite_where=ONE_PER_TOKENIZATION,
        postgresql_where=ONE_PER_TOKENIZATION,
    )


def downgrade() -> None:
    """Rename the tables, so that an upgrade can restore them."""
    keep_tables(TABLES)
