"""Builds the events that report a change of a record. Every event on a dataset's own channel takes its next number.

The dataset's row holds the number, and the transaction that makes the change takes it. So the database and the events
agree whichever process publishes, and the numbers never go back, even after a restart. Events of the list carry the
number that the dataset has reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mistudio.core.errors import Json, MiStudioError
from mistudio.core.events import DATASETS_CHANNEL, EventBus, progress_channel
from mistudio.models import Dataset
from mistudio.schemas.dataset import DatasetResponse
from mistudio.schemas.event import (
    CompletedEvent,
    DatasetChanged,
    DatasetCreated,
    DatasetDeleted,
    ErrorEvent,
    ProgressEvent,
    ScopedEvent,
)
from mistudio.services.jobs.targets import JobTarget


@dataclass(frozen=True)
class OutgoingEvent:
    """One event and its channel."""

    channel: str
    event: dict[str, Json]


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The reason why a job waits for its next attempt, and when that may start."""

    reason: str
    until: datetime


def next_seq(dataset: Dataset) -> int:
    """Take the number of the next event about this dataset; the caller holds the row in a write transaction."""
    dataset.seq += 1
    return dataset.seq


def _on_dataset_channel(event: ScopedEvent) -> OutgoingEvent:
    return OutgoingEvent(progress_channel(event.dataset_id), event.model_dump(mode="json", exclude_unset=False))


def _head(target: JobTarget) -> dict[str, object]:
    """Return the fields that every event has; takes the dataset's next number."""
    job = target.job
    job.seq = next_seq(target.dataset)
    return {
        "scope": target.scope,
        "seq": job.seq,
        "dataset_id": job.dataset_id,
        "tokenization_id": job.tokenization_id,
        "job_id": job.id,
        "progress": round(job.progress, 2),
        "status": target.status,
    }


def progress_event(
    target: JobTarget,
    *,
    rate: float | None = None,
    eta_seconds: float | None = None,
    pause: Pause | None = None,
) -> OutgoingEvent:
    """Return the event that reports progress, or a pause."""
    job = target.job
    return _on_dataset_channel(
        ProgressEvent.model_validate(
            {
                **_head(target),
                "phase": job.phase or "plan",
                "done": job.done,
                "total": job.total,
                "unit": job.unit,
                "rate": rate,
                "eta_seconds": eta_seconds,
                "attempt": job.attempt,
                "not_before": pause.until if pause else None,
                "waiting_for": pause.reason if pause else None,
            }
        )
    )


def completed_event(target: JobTarget) -> OutgoingEvent:
    """Return the event that reports success."""
    made = target.tokenization or target.dataset
    return _on_dataset_channel(
        CompletedEvent.model_validate(
            {
                **_head(target),
                "progress": 100.0,
                "num_samples": target.dataset.num_samples,
                "num_tokens": made.num_tokens,
                "size_bytes": made.size_bytes,
            }
        )
    )


def error_event(target: JobTarget, error: MiStudioError) -> OutgoingEvent:
    """Return the event that reports a failure or a cancel."""
    return _on_dataset_channel(
        ErrorEvent.model_validate(
            {
                **_head(target),
                "status": "error",
                "error": error.detail,
                "code": error.code,
                "retryable": error.retryable,
            }
        )
    )


def created_event(dataset: DatasetResponse) -> OutgoingEvent:
    """Return the event that adds a dataset to the list."""
    event = DatasetCreated(dataset_id=dataset.id, seq=dataset.seq, dataset=dataset)
    return OutgoingEvent(DATASETS_CHANNEL, event.model_dump(mode="json"))


def changed_event(dataset: DatasetResponse) -> OutgoingEvent:
    """Return the event that updates a dataset in the list."""
    event = DatasetChanged(dataset_id=dataset.id, seq=dataset.seq, dataset=dataset)
    return OutgoingEvent(DATASETS_CHANNEL, event.model_dump(mode="json"))


def deleted_event(dataset_id: str, seq: int) -> OutgoingEvent:
    """Return the event that removes a dataset from the list."""
    return OutgoingEvent(DATASETS_CHANNEL, DatasetDeleted(dataset_id=dataset_id, seq=seq).model_dump(mode="json"))


async def publish_all(bus: EventBus, events: Sequence[OutgoingEvent]) -> None:
    """Publish events in their order; call it after the commit that they report."""
    for outgoing in events:
        await bus.publish(outgoing.channel, outgoing.event)
