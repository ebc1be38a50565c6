"""Turns records into the events that tell of them. Every event of a dataset's own channel takes its next number.

The number lies in the dataset's row and is taken in the transaction that the event tells of, so that the database and
the events agree, whoever publishes, and numbers never go back, whatever is restarted. Events of the list carry the
number that the dataset has reached.
"""

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
    """One event and the channel that it goes out on."""

    channel: str
    event: dict[str, Json]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Why and until when a job waits to be tried again."""

    reason: str
    until: datetime


def next_seq(dataset: Dataset) -> int:
    """The number of the next event about this dataset; the caller holds the row in a write transaction."""
    dataset.seq += 1
    return dataset.seq


def _of_dataset(event: ScopedEvent) -> OutgoingEvent:
    return OutgoingEvent(progress_channel(event.dataset_id), event.model_dump(mode="json", exclude_unset=False))


def _head(held: JobTarget) -> dict[str, object]:
    """What every event names, with the next number of the dataset, which is thereby taken."""
    job = held.job
    job.seq = next_seq(held.dataset)
    return {
        "scope": held.scope,
        "seq": job.seq,
        "dataset_id": job.dataset_id,
        "tokenization_id": job.tokenization_id,
        "job_id": job.id,
        "progress": round(job.progress, 2),
        "status": held.status,
    }


def progress_event(
    held: JobTarget,
    *,
    rate: float | None = None,
    eta_seconds: float | None = None,
    waiting: Waiting | None = None,
) -> OutgoingEvent:
    """That work goes on, or waits."""
    job = held.job
    return _of_dataset(
        ProgressEvent.model_validate(
            {
                **_head(held),
                "phase": job.phase or "plan",
                "done": job.done,
                "total": job.total,
                "unit": job.unit,
                "rate": rate,
                "eta_seconds": eta_seconds,
                "attempt": job.attempt,
                "not_before": waiting.until if waiting else None,
                "waiting_for": waiting.reason if waiting else None,
            }
        )
    )


def completed_event(held: JobTarget) -> OutgoingEvent:
    """That work ended well."""
    made = held.tokenization or held.dataset
    return _of_dataset(
        CompletedEvent.model_validate(
            {
                **_head(held),
                "progress": 100.0,
                "num_samples": held.dataset.num_samples,
                "num_tokens": made.num_tokens,
                "size_bytes": made.size_bytes,
            }
        )
    )


def error_event(held: JobTarget, error: MiStudioError) -> OutgoingEvent:
    """That work ended without what was wanted."""
    return _of_dataset(
        ErrorEvent.model_validate(
            {
                **_head(held),
                "status": "error",
                "error": error.detail,
                "code": error.code,
                "retryable": error.retryable,
            }
        )
    )


def created_event(dataset: DatasetResponse) -> OutgoingEvent:
    """That a dataset came into the list."""
    event = DatasetCreated(dataset_id=dataset.id, seq=dataset.seq, dataset=dataset)
    return OutgoingEvent(DATASETS_CHANNEL, event.model_dump(mode="json"))


def changed_event(dataset: DatasetResponse) -> OutgoingEvent:
    """That a dataset of the list is no longer what it was."""
    event = DatasetChanged(dataset_id=dataset.id, seq=dataset.seq, dataset=dataset)
    return OutgoingEvent(DATASETS_CHANNEL, event.model_dump(mode="json"))


def deleted_event(dataset_id: str, seq: int) -> OutgoingEvent:
    """That a dataset left the list."""
    return OutgoingEvent(DATASETS_CHANNEL, DatasetDeleted(dataset_id=dataset_id, seq=seq).model_dump(mode="json"))


async def publish_all(bus: EventBus, news: list[OutgoingEvent]) -> None:
    """Send events in their order; called after the commit that they tell of."""
    for item in news:
        await bus.publish(item.channel, item.event)
