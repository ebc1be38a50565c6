"""Events of records: their channel, their number, their fields."""

from datetime import UTC, datetime

from fakes.bus import RecordingBus
from mistudio.core.errors import JobCancelled, NoData
from mistudio.models import Dataset, Job, Tokenization
from mistudio.services.jobs.events import (
    OutgoingEvent,
    Pause,
    completed_event,
    error_event,
    progress_event,
    publish_all,
)
from mistudio.services.jobs.targets import JobTarget


def target(**fields: object) -> JobTarget:
    """A download of the dataset ``ds_1``, whose last event had the number 6."""
    dataset = Dataset(id="ds_1", status="downloading", seq=6, num_samples=3, size_bytes=9)
    values = {"id": "job_1", "kind": "download", "dataset_id": "ds_1", "progress": 45.678, "done": 1, "total": 2}
    return JobTarget(job=Job(**{**values, "unit": "bytes", "attempt": 1, **fields}), dataset=dataset)


def test_every_event_takes_the_next_number() -> None:
    """The job remembers the last one; the channel is the dataset's."""
    moved = target(phase="download")
    events = [progress_event(moved), completed_event(moved), error_event(moved, NoData("Nothing."))]
    assert [7, 8, 9] == [outgoing.event["seq"] for outgoing in events]
    assert {"datasets/ds_1/progress"} == {outgoing.channel for outgoing in events}
    assert (9, 9) == (moved.dataset.seq, moved.job.seq)


def test_a_progress_event_says_why_a_job_waits() -> None:
    """Without a pause it has neither a reason nor a time; the progress has two decimals."""
    event = progress_event(target(phase="download"), rate=2.5, eta_seconds=4.0).event
    assert ("progress", 45.68, None, None) == tuple(
        event[name] for name in ("type", "progress", "not_before", "waiting_for")
    )
    pause = Pause(reason="The Hub does not answer.", until=datetime(2025, 1, 1, tzinfo=UTC))
    paused = progress_event(target(), pause=pause).event
    assert ("plan", "2025-01-01T00:00:00Z", "The Hub does not answer.") == tuple(
        paused[name] for name in ("phase", "not_before", "waiting_for")
    )


def test_figures_are_those_of_the_scope() -> None:
    """A tokenization's event has its tokens, a dataset's none of them."""
    moved = target(kind="tokenize", tokenization_id="tok_1")
    record = Tokenization(id="tok_1", status="ready", num_tokens=30, size_bytes=120)
    event = completed_event(JobTarget(job=moved.job, dataset=moved.dataset, tokenization=record)).event
    assert ("tokenization", 30, 120, 100.0) == tuple(
        event[name] for name in ("scope", "num_tokens", "size_bytes", "progress")
    )
    assert (None, 9) == tuple(completed_event(target()).event[name] for name in ("num_tokens", "size_bytes"))


def test_an_error_event_has_the_code() -> None:
    """A cancel is one, too; the status is always error."""
    event = error_event(target(), JobCancelled("Cancelled.")).event
    assert ("error", "error", "cancelled", False) == tuple(
        event[name] for name in ("type", "status", "code", "retryable")
    )


async def test_events_are_published_in_order(bus: RecordingBus) -> None:
    """Each on its channel."""
    events = [OutgoingEvent("datasets", {"seq": 1}), OutgoingEvent("datasets/ds_1/progress", {"seq": 2})]
    await publish_all(bus, events)
    assert [("datasets", {"seq": 1}), ("datasets/ds_1/progress", {"seq": 2})] == bus.events
