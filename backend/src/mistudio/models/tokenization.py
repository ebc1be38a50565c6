"""The tables of tokenizations and of the tokenizers they were made with."""

from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from mistudio.core.errors import Json
from mistudio.core.states import TOKENIZATION_TRANSITIONS, TokenizationStatus, check_transition
from mistudio.models.base import Base, JsonColumn, StateColumn, UtcDateTime, new_id, utc_now


class Model(Base):
    """A tokenizer that this studio has used."""

    __tablename__ = "models"
    __table_args__ = (Index("idx_models_name", "name"), UniqueConstraint("hf_repo_id", "revision"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=lambda: new_id("model"))
    name: Mapped[str] = mapped_column(String(255))
    hf_repo_id: Mapped[str | None] = mapped_column(String(255))
    revision: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    vocab_size: Mapped[int] = mapped_column(Integer)
    path: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Tokenization(Base):
    """One tokenization of a dataset; ``settings_hash`` is unique per dataset."""

    __tablename__ = "tokenizations"
    __table_args__ = (
        CheckConstraint("progress >= 0 AND progress <= 100", name="progress"),
        UniqueConstraint("dataset_id", "settings_hash"),
        Index("idx_tokenizations_status", "status"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=lambda: new_id("tok"))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    model_id: Mapped[str | None] = mapped_column(ForeignKey("models.id", ondelete="SET NULL"))
    tokenizer: Mapped[str] = mapped_column(String(255))
    tokenizer_revision: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    settings: Mapped[dict[str, Json]] = mapped_column(JsonColumn)
    settings_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[TokenizationStatus] = mapped_column(
        StateColumn(TokenizationStatus), default=TokenizationStatus.QUEUED
    )
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    path: Mapped[str | None] = mapped_column(Text)
    engine: Mapped[str | None] = mapped_column(String(64))
    engine_reason: Mapped[str | None] = mapped_column(Text)
    num_rows: Mapped[int | None] = mapped_column(BigInteger)
    num_tokens: Mapped[int | None] = mapped_column(BigInteger)
    num_positions: Mapped[int | None] = mapped_column(BigInteger)
    unique_tokens: Mapped[int | None] = mapped_column(Integer)
    vocab_size: Mapped[int | None] = mapped_column(Integer)
    statistics: Mapped[dict[str, Json] | None] = mapped_column(JsonColumn)
    ledger: Mapped[dict[str, Json] | None] = mapped_column(JsonColumn)
    audit: Mapped[dict[str, Json] | None] = mapped_column(JsonColumn)
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @validates("status")
    def _check_status(self, _key: str, wanted: str) -> TokenizationStatus:
        present = cast("TokenizationStatus | None", self.status)  # None while the record is being made.
        return check_transition(
            TOKENIZATION_TRANSITIONS, present or TokenizationStatus(wanted), TokenizationStatus(wanted)
        )
