"""Queries that several services share; each refuses a missing or unfinished record with the same message."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from mistudio.core.errors import NotFound, NotReady
from mistudio.core.states import DatasetStatus, TokenizationStatus
from mistudio.models import Dataset, Job, Tokenization


async def get_dataset(session: AsyncSession, dataset_id: str, *, for_update: bool = False) -> Dataset:
    """Return the record. Raises NotFound."""
    dataset = await session.get(Dataset, dataset_id, with_for_update=for_update)
    if dataset is None:
        raise NotFound(f"There is no dataset {dataset_id}; it may have been deleted.")
    return dataset


async def get_ready_dataset(
    session: AsyncSession, dataset_id: str, *, action: str = "read", for_update: bool = False
) -> Dataset:
    """Return the record if the dataset is ready; ``action`` is the participle that the refusal names.

    Raises NotFound, NotReady.
    """
    dataset = await get_dataset(session, dataset_id, for_update=for_update)
    if dataset.status is not DatasetStatus.READY:
        raise NotReady(f"“{dataset.name}” is {dataset.status.value}; it can be {action} once it is ready.")
    return dataset


async def get_tokenization(session: AsyncSession, tokenization_id: str, *, for_update: bool = False) -> Tokenization:
    """Return the record. Raises NotFound."""
    record = await session.get(Tokenization, tokenization_id, with_for_update=for_update)
    if record is None:
        raise NotFound(f"There is no tokenization {tokenization_id}; it may have been deleted.")
    return record


async def get_ready_tokenization(session: AsyncSession, tokenization_id: str) -> Tokenization:
    """Return the record if the tokenization is ready. Raises NotFound, NotReady."""
    return _require_ready(await get_tokenization(session, tokenization_id))


async def choose_tokenization(session: AsyncSession, dataset_id: str, wanted: str | None) -> Tokenization | None:
    """Return the tokenization ``wanted``, or else the newest ready one of the dataset, or None if there is none.

    Raises NotFound, NotReady.
    """
    if wanted is None:
        return await find_newest_ready(session, dataset_id)
    record = await get_tokenization(session, wanted)
    if record.dataset_id != dataset_id:
        raise NotFound(f"Tokenization {wanted} is not one of this dataset.")
    return _require_ready(record)


async def find_newest_ready(session: AsyncSession, dataset_id: str) -> Tokenization | None:
    """Return the dataset's tokenization that became ready last, if any."""
    query = (
        select(Tokenization)
        .where(Tokenization.dataset_id == dataset_id, Tokenization.status == TokenizationStatus.READY)
        .order_by(Tokenization.completed_at.desc(), Tokenization.id)
        .limit(1)
    )
    return (await session.scalars(query)).first()


async def list_tokenizations(session: AsyncSession, dataset_id: str) -> Sequence[Tokenization]:
    """Return the tokenizations of one dataset, newest first."""
    query = select(Tokenization).where(Tokenization.dataset_id == dataset_id).order_by(Tokenization.created_at.desc())
    return (await session.scalars(query)).all()


async def active_jobs(session: AsyncSession, dataset_ids: Sequence[str]) -> list[Job]:
    """Return the jobs of these datasets that wait or run, oldest first."""
    return list((await session.scalars(_active_jobs(dataset_ids))).all())


def active_jobs_by_dataset(session: Session, dataset_ids: Sequence[str]) -> Mapping[str, Sequence[Job]]:
    """Return the active jobs of each of these datasets, oldest first, in one query; for ``Database.ask``."""
    jobs: defaultdict[str, list[Job]] = defaultdict(list)
    for job in session.scalars(_active_jobs(dataset_ids)):
        jobs[job.dataset_id].append(job)
    return jobs


async def find_tokenization_job(session: AsyncSession, tokenization_id: str) -> Job | None:
    """Return the job that makes the tokenization and waits or runs; there is at most one."""
    jobs = await list_tokenization_jobs(session, tokenization_id)
    return next((job for job in jobs if job.kind == "tokenize"), None)


async def list_tokenization_jobs(session: AsyncSession, tokenization_id: str) -> list[Job]:
    """Return the jobs of the tokenization that wait or run, also those that export it."""
    query = select(Job).where(Job.tokenization_id == tokenization_id, Job.active())
    return list((await session.scalars(query)).all())


def _require_ready(record: Tokenization) -> Tokenization:
    if record.status is not TokenizationStatus.READY:
        raise NotReady(f"This tokenization is {record.status.value}; it can be used once it is ready.")
    return record


def _active_jobs(dataset_ids: Sequence[str]) -> Select[Job]:
    return select(Job).where(Job.dataset_id.in_(dataset_ids), Job.active()).order_by(Job.created_at)
