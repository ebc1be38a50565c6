"""The targets of jobs of tokenizations and indexes: each job changes one record; on both databases."""

import pytest

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job, add_tokenization, dataset_figures, tokenization_figures
from mistudio.core.database import Database
from mistudio.core.errors import InvalidData, JobCancelled, MiStudioError
from mistudio.core.states import DatasetStatus, IndexState, JobState, TokenizationStatus
from mistudio.models import Dataset, Job, Tokenization
from mistudio.schemas.job import JobKind
from mistudio.services.job_service import Claim, JobService, Snapshot
from mistudio.services.jobs.figures import IndexFigures


async def running(
    database: Database, jobs: JobService, kind: JobKind, tokenization: Tokenization | None = None, **dataset: object
) -> tuple[Dataset, Claim]:
    """A ready dataset with a running job."""
    owner = await add_dataset(database, status="ready", num_samples=3, **dataset)
    if kind == "tokenize":
        tokenization = await add_tokenization(database, owner)
    job = await add_job(database, owner, kind=kind, tokenization=tokenization)
    claim = await jobs.claim(job.id, "worker")
    assert claim is not None
    return owner, claim


async def records(database: Database, claim: Claim) -> tuple[Job, Dataset, Tokenization | None]:
    """The records as they are now."""
    async with database.read() as session:
        job = await session.get_one(Job, claim.job_id)
        tokenization = await session.get(Tokenization, job.tokenization_id) if job.tokenization_id else None
        return job, await session.get_one(Dataset, job.dataset_id), tokenization


async def test_a_dataset_takes_the_figures_of_a_ready_tokenization(
    async_db: Database, jobs: JobService, bus: RecordingBus
) -> None:
    """Progress and success reach the tokenization; the dataset stays ready and takes its newest token figures."""
    _dataset, claim = await running(async_db, jobs, "tokenize")
    await jobs.record_progress(claim, Snapshot(phase="tokenizing", done=1, total=3, unit="rows", progress=40.0))
    _job, dataset, tokenization = await records(async_db, claim)
    assert tokenization is not None
    assert (TokenizationStatus.PROCESSING, 40.0) == (tokenization.status, tokenization.progress)
    assert [] == await jobs.succeed(claim, tokenization_figures())
    job, dataset, tokenization = await records(async_db, claim)
    assert tokenization is not None
    assert (JobState.SUCCEEDED, TokenizationStatus.READY) == (job.state, tokenization.status)
    assert (DatasetStatus.READY, "/data/tok", 30, 10.0, 50257) == (
        dataset.status,
        dataset.tokenized_path,
        dataset.num_tokens,
        dataset.avg_seq_length,
        dataset.vocab_size,
    )
    scoped = [(event["type"], event["scope"], event["status"]) for _channel, event in bus.events if "scope" in event]
    assert [("progress", "tokenization", "processing"), ("completed", "tokenization", "ready")] == scoped
    completed = bus.of_type("completed")[0]
    assert (tokenization.id, 3, 30, 120) == tuple(
        completed[name] for name in ("tokenization_id", "num_samples", "num_tokens", "size_bytes")
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidData("Row 3 is broken."), TokenizationStatus.ERROR),
        (JobCancelled("Cancelled."), TokenizationStatus.CANCELLED),
    ],
)
async def test_a_failed_tokenization_leaves_its_dataset_ready(
    async_db: Database, jobs: JobService, bus: RecordingBus, error: MiStudioError, status: TokenizationStatus
) -> None:
    """Error and cancel are recorded in the tokenization; the list's channel is silent."""
    _dataset, claim = await running(async_db, jobs, "tokenize")
    await jobs.fail(claim, error)
    _job, dataset, tokenization = await records(async_db, claim)
    assert tokenization is not None
    assert (DatasetStatus.READY, None) == (dataset.status, dataset.error_code)
    assert (status, error.code, error.detail) == (
        tokenization.status,
        tokenization.error_code,
        tokenization.error_message,
    )
    assert [] == bus.of_type("changed")


@pytest.mark.parametrize(
    ("error", "state"),
    [(None, IndexState.READY), (InvalidData("Damaged."), IndexState.ERROR), (JobCancelled("Stop."), IndexState.NONE)],
)
async def test_an_index_job_changes_the_index_only(
    async_db: Database, jobs: JobService, bus: RecordingBus, error: MiStudioError | None, state: IndexState
) -> None:
    """Building, then how it ended; the dataset stays ready throughout."""
    _dataset, claim = await running(async_db, jobs, "index")
    await jobs.record_progress(claim, Snapshot(phase="indexing", done=1, total=2, unit="rows", progress=50.0))
    _job, dataset, _none = await records(async_db, claim)
    assert (DatasetStatus.READY, IndexState.BUILDING, 50.0) == (
        dataset.status,
        dataset.index_state,
        dataset.index_progress,
    )
    await (jobs.fail(claim, error) if error else jobs.succeed(claim, IndexFigures()))
    _job, dataset, _none = await records(async_db, claim)
    assert (DatasetStatus.READY, None, state) == (dataset.status, dataset.error_code, dataset.index_state)
    assert {"index"} == {event["scope"] for _channel, event in bus.events if "scope" in event}


async def test_what_follows_from_a_job_is_queued_with_its_end(async_db: Database, jobs: JobService) -> None:
    """A dataset that becomes ready gets its index job in the same transaction."""
    dataset = await add_dataset(async_db)
    job = await add_job(async_db, dataset)
    claim = await jobs.claim(job.id, "worker")
    assert claim is not None
    following = await jobs.succeed(claim, dataset_figures(follow_up=("index",)))
    assert [("index", JobState.QUEUED)] == [(made.kind, made.state) for made in [await jobs.get(following[0])]]
