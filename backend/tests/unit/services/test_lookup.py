"""Queries that services share."""

import pytest

from fakes.records import add_dataset, add_job, add_tokenization
from mistudio.core.database import Database
from mistudio.core.errors import NotFound, NotReady
from mistudio.models import utc_now
from mistudio.services.job_service import JobService
from mistudio.services.lookup import (
    active_jobs,
    active_jobs_by_dataset,
    choose_tokenization,
    find_tokenization_job,
    get_ready_dataset,
    get_ready_tokenization,
    list_tokenizations,
)


async def test_a_dataset_must_be_ready(async_db: Database) -> None:
    """The refusal says what for."""
    loading, ready = await add_dataset(async_db), await add_dataset(async_db, status="ready")
    async with async_db.read() as session:
        assert ready.id == (await get_ready_dataset(session, ready.id)).id
        with pytest.raises(NotReady, match="“stories” is downloading; it can be indexed"):
            await get_ready_dataset(session, loading.id, action="indexed")
        with pytest.raises(NotFound):
            await get_ready_dataset(session, "ds_none")


async def test_a_tokenization_is_chosen_by_id_or_newest_first(async_db: Database) -> None:
    """Only a ready one of the same dataset; none is None."""
    dataset, other = [await add_dataset(async_db, status="ready") for _number in range(2)]
    queued = await add_tokenization(async_db, dataset)
    made = [await add_tokenization(async_db, dataset, status="ready", completed_at=utc_now()) for _number in range(2)]
    async with async_db.read() as session:
        for wanted, expected in ((None, made[1]), (made[0].id, made[0])):
            found = await choose_tokenization(session, dataset.id, wanted)
            assert found is not None
            assert expected.id == found.id
        assert await choose_tokenization(session, other.id, None) is None
        with pytest.raises(NotFound, match="not one of this dataset"):
            await choose_tokenization(session, other.id, made[0].id)
        with pytest.raises(NotReady, match="is queued"):
            await choose_tokenization(session, dataset.id, queued.id)
        with pytest.raises(NotReady, match="is queued"):
            await get_ready_tokenization(session, queued.id)
        newest_first = [record.id for record in await list_tokenizations(session, dataset.id)]
    assert [made[1].id, made[0].id, queued.id] == newest_first


async def test_active_jobs_wait_or_run(async_db: Database, jobs: JobService) -> None:
    """Of several datasets at once, and of one tokenization."""
    datasets = [await add_dataset(async_db) for _number in range(2)]
    record = await add_tokenization(async_db, datasets[0])
    first = await add_job(async_db, datasets[0])
    second = await add_job(async_db, datasets[0], kind="tokenize", tokenization=record)
    ended = await add_job(async_db, datasets[1])
    await jobs.claim(first.id, "worker")
    await jobs.request_cancel(ended.id)
    ids = [dataset.id for dataset in datasets]
    async with async_db.read() as session:
        assert [first.id, second.id] == [job.id for job in await active_jobs(session, ids)]
        found = await find_tokenization_job(session, record.id)
        assert found is not None
        assert second.id == found.id
        assert await find_tokenization_job(session, "tok_none") is None
    grouped = await async_db.ask(lambda session: dict(active_jobs_by_dataset(session, ids)))
    assert {ids[0]: [first.id, second.id]} == {key: [job.id for job in value] for key, value in grouped.items()}
