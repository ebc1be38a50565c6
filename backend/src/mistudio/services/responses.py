"""Records as answers show them."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from mistudio.core.errors import NotFound, is_retryable
from mistudio.corpus.tokenized.manifest import TOKENIZED_MANIFEST, read_tokenized_manifest
from mistudio.corpus.tokenized.snippets import write_snippets
from mistudio.models import Dataset, Job, Tokenization
from mistudio.schemas.common import UsageSnippet
from mistudio.schemas.dataset import (
    DatasetDetail,
    DatasetMetadata,
    DatasetResponse,
    SplitResponse,
)
from mistudio.schemas.job import JobResponse
from mistudio.schemas.tokenization import Audit, Ledger, TokenizationDetail, TokenizationResponse, WrittenSplit

_OWN_FIELDS = (
    *("id", "name", "source", "hf_repo_id", "config", "revision", "status", "progress", "error_code", "error_message"),
    *("raw_path", "tokenized_path", "num_samples", "num_tokens", "avg_seq_length", "vocab_size", "size_bytes"),
    *("text_column", "seq", "created_at", "updated_at"),
)


async def get_dataset(session: AsyncSession, dataset_id: str, *, for_update: bool = False) -> Dataset:
    """The record; NotFound where there is none."""
    dataset = await session.get(Dataset, dataset_id, with_for_update=for_update)
    if dataset is None:
        raise NotFound(f"There is no dataset {dataset_id}; it may have been deleted.")
    return dataset


async def get_tokenization(session: AsyncSession, tokenization_id: str, *, for_update: bool = False) -> Tokenization:
    """The record; NotFound where there is none."""
    record = await session.get(Tokenization, tokenization_id, with_for_update=for_update)
    if record is None:
        raise NotFound(f"There is no tokenization {tokenization_id}; it may have been deleted.")
    return record


async def active_jobs(session: AsyncSession, dataset_ids: Sequence[str]) -> list[Job]:
    """The jobs of these datasets that wait or run, oldest first."""
    return list((await session.scalars(_active_jobs(dataset_ids))).all())


def _active_jobs(dataset_ids: Sequence[str]) -> Select[Job]:
    return select(Job).where(Job.dataset_id.in_(dataset_ids), Job.active()).order_by(Job.created_at)


def _fields(dataset: Dataset, jobs: Sequence[Job]) -> dict[str, object]:
    own = next((job for job in jobs if job.kind in {"download", "import"}), None)
    return {
        **{name: getattr(dataset, name) for name in _OWN_FIELDS},
        "retryable": bool(dataset.error_code and is_retryable(dataset.error_code)),
        "splits": dataset.splits,
        "metadata": dataset.meta,
        "index": {"state": dataset.index_state, "progress": dataset.index_progress},
        "job": own,
    }


def dataset_response(dataset: Dataset, jobs: Sequence[Job]) -> DatasetResponse:
    """One dataset as lists show it."""
    return DatasetResponse.model_validate(_fields(dataset, jobs))


def dataset_responses(session: Session, datasets: Sequence[Dataset]) -> list[DatasetResponse]:
    """Datasets as lists show them, with their jobs, in one query more."""
    jobs: defaultdict[str, list[Job]] = defaultdict(list)
    for job in session.scalars(_active_jobs([dataset.id for dataset in datasets])):
        jobs[job.dataset_id].append(job)
    return [dataset_response(dataset, jobs[dataset.id]) for dataset in datasets]


async def tokenization_responses(session: AsyncSession, dataset_id: str) -> list[TokenizationResponse]:
    """The tokenizations of one dataset, newest first."""
    query = select(Tokenization).where(Tokenization.dataset_id == dataset_id).order_by(Tokenization.created_at.desc())
    return [TokenizationResponse.model_validate(record) for record in (await session.scalars(query)).all()]


async def tokenization_detail(session: AsyncSession, record: Tokenization) -> TokenizationDetail:
    """One tokenization with its books, its job under way, and the Python that loads it."""
    query = select(Job).where(Job.tokenization_id == record.id, Job.active())
    job = await session.scalar(query)
    fields = TokenizationResponse.model_validate(record).model_dump()
    return TokenizationDetail.model_validate(
        {
            **fields,
            "resolved": (record.statistics or {}).get("resolved"),
            "ledger": Ledger.model_validate(record.ledger) if record.ledger else None,
            "audit": Audit.model_validate(record.audit) if record.audit else None,
            "job": JobResponse.model_validate(job) if job else None,
            **_written(record.path),
        }
    )


def _written(path: str | None) -> dict[str, list[WrittenSplit] | list[UsageSnippet]]:
    """The splits of a finished tokenization, and Python that loads it; none while its files are not there."""
    if path is None or not (Path(path) / TOKENIZED_MANIFEST).exists():
        return {"splits": [], "usage": []}
    manifest = read_tokenized_manifest(Path(path))
    return {
        "splits": [
            WrittenSplit(name=split.name, rows=split.rows, is_held_out=split.is_held_out) for split in manifest.splits
        ],
        "usage": [UsageSnippet(title=made.title, code=made.code) for made in write_snippets(Path(path), manifest)],
    }


def usage_snippets(dataset: Dataset) -> list[UsageSnippet]:
    """Python that loads the data as it lies on disk."""
    if not dataset.raw_path or not dataset.splits:
        return []
    names = [SplitResponse.model_validate(split).name for split in dataset.splits]
    folder = Path(dataset.raw_path)
    files = "\n".join(f"    {name!r}: {str(folder / f'{name}-*.parquet')!r}," for name in names)
    return [
        UsageSnippet(
            title="Hugging Face datasets",
            code=f'from datasets import load_dataset\n\ndata = load_dataset("parquet", data_files={{\n{files}\n}})',
        ),
        UsageSnippet(
            title="pyarrow",
            code=f"import pyarrow.dataset\n\ndata = pyarrow.dataset.dataset({str(folder)!r})",
        ),
    ]


async def dataset_detail(session: AsyncSession, dataset: Dataset) -> DatasetDetail:
    """One dataset with everything that its window shows."""
    jobs = await active_jobs(session, [dataset.id])
    fields = _fields(dataset, jobs)
    return DatasetDetail.model_validate(
        {
            **fields,
            "columns": DatasetMetadata.model_validate(dataset.meta).columns,
            "jobs": [JobResponse.model_validate(job) for job in jobs],
            "tokenizations": await tokenization_responses(session, dataset.id),
            "usage": usage_snippets(dataset),
        }
    )
