"""The table of jobs, the only truth about work."""

from datetime import datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from mistudio.core.states import ACTIVE_JOB_STATES, JOB_TRANSITIONS, JobState, check_transition
from mistudio.models.base import Base, StateColumn, UtcDateTime, new_id, utc_now

_ACTIVE = "state IN ('queued', 'running')"


def _one_active(name: str, target: str, condition: str) -> Index:
    """Return a partial unique index: one active job per kind and target.

    On PostgreSQL the migration makes it partial: to say so here would import that dialect into every process.
    """
    return Index(name, "kind", target, unique=True, sqlite_where=text(f"{_ACTIVE} AND {condition}"))


class Job(Base):
    """One piece of work. ``attempt`` counts the attempts; ``owner`` is its runner, and no other may change the job.

    ``claimed_progress`` is the progress at which the present attempt began: an attempt that dies after it made progress
    does not count.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("progress >= 0 AND progress <= 100", name="progress"),
        _one_active("uq_jobs_active_dataset", "dataset_id", "tokenization_id IS NULL"),
        _one_active("uq_jobs_active_tokenization", "tokenization_id", "tokenization_id IS NOT NULL"),
        Index("idx_jobs_state_not_before", "state", "not_before"),
        Index("idx_jobs_dataset_id", "dataset_id"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=lambda: new_id("job"))
    kind: Mapped[str] = mapped_column(String(32))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    tokenization_id: Mapped[str | None] = mapped_column(ForeignKey("tokenizations.id", ondelete="CASCADE"))
    state: Mapped[JobState] = mapped_column(StateColumn(JobState), default=JobState.QUEUED)
    phase: Mapped[str | None] = mapped_column(String(32))
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    unit: Mapped[str] = mapped_column(String(16), default="bytes")
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    claimed_progress: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer, default=3)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(String(255))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @validates("state")
    def _check_state(self, _key: str, wanted: str) -> JobState:
        present = cast("JobState | None", self.state)  # None while the record is being made.
        return check_transition(JOB_TRANSITIONS, present or JobState(wanted), JobState(wanted))

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE_JOB_STATES

    @classmethod
    def active(cls) -> ColumnElement[bool]:
        """Return the condition that a job waits or runs."""
        return cls.state.in_(ACTIVE_JOB_STATES)
