"""The tables of datasets and of references to them."""

from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from mistudio.core.errors import Json
from mistudio.core.states import DATASET_TRANSITIONS, INDEX_TRANSITIONS, DatasetStatus, IndexState, check_transition
from mistudio.models.base import Base, JsonColumn, StateColumn, UtcDateTime, new_id, utc_now

__all__ = ["Dataset", "DatasetReference", "DatasetStatus"]


class Dataset(Base):
    """A text dataset. ``source_key`` is the same for the same repository, commit, config and splits, and unique."""

    __tablename__ = "datasets"
    __table_args__ = (
        CheckConstraint("progress >= 0 AND progress <= 100", name="progress"),
        Index("idx_datasets_status", "status"),
        Index("idx_datasets_source", "source"),
        # The migration sets its kind: to set it here would import PostgreSQL's dialect into every process.
        Index("idx_datasets_metadata_gin", "metadata").ddl_if(dialect="postgresql"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=lambda: new_id("ds"))
    name: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(32))
    hf_repo_id: Mapped[str | None] = mapped_column(String(255))
    config: Mapped[str | None] = mapped_column(String(255))
    revision: Mapped[str | None] = mapped_column(String(64))
    source_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    status: Mapped[DatasetStatus] = mapped_column(StateColumn(DatasetStatus))
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    raw_path: Mapped[str | None] = mapped_column(Text)
    tokenized_path: Mapped[str | None] = mapped_column(Text)
    num_samples: Mapped[int | None] = mapped_column(BigInteger)
    num_tokens: Mapped[int | None] = mapped_column(BigInteger)
    avg_seq_length: Mapped[float | None] = mapped_column(Float)
    vocab_size: Mapped[int | None] = mapped_column(Integer)
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    splits: Mapped[list[Json]] = mapped_column(JsonColumn(list), default=list)
    text_column: Mapped[str | None] = mapped_column(String(255))
    text_template: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[Json]] = mapped_column(JsonColumn(list), default=list)
    meta: Mapped[dict[str, Json]] = mapped_column("metadata", JsonColumn, default=dict)
    index_state: Mapped[IndexState] = mapped_column(StateColumn(IndexState), default=IndexState.NONE)
    index_progress: Mapped[float] = mapped_column(Float, default=0.0)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)

    @validates("status")
    def _check_status(self, _key: str, wanted: str) -> DatasetStatus:
        present = cast("DatasetStatus | None", self.status)  # None while the record is being made.
        return check_transition(
            DATASET_TRANSITIONS, present or DatasetStatus(wanted), DatasetStatus(wanted), local=not self.is_downloaded
        )

    @validates("index_state")
    def _check_index_state(self, _key: str, wanted: str) -> IndexState:
        return check_transition(INDEX_TRANSITIONS, self.index_state or IndexState.NONE, IndexState(wanted))

    @property
    def is_downloaded(self) -> bool:
        """Whether the data comes from the Hub: only such a dataset begins with the status ``downloading``."""
        return self.source == "huggingface"

    @property
    def is_local(self) -> bool:
        """Whether the data was imported from local files."""
        return self.source == "local"


Index("idx_datasets_created_at", Dataset.created_at.desc())


class DatasetReference(Base):
    """Something that uses a dataset, which blocks its deletion."""

    __tablename__ = "dataset_references"
    __table_args__ = (UniqueConstraint("dataset_id", "kind", "ref_id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=lambda: new_id("ref"))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(64))
    ref_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
