"""Records for tests, and the figures of jobs that succeeded."""

from typing import Any

from mistudio.core.database import Database
from mistudio.models import Dataset, Job, Tokenization, new_id
from mistudio.schemas.job import JobKind
from mistudio.schemas.statistics import TokenStatistics
from mistudio.schemas.tokenization import Audit, Ledger
from mistudio.services.jobs.figures import (
    ColumnFigures,
    ContentFigures,
    DatasetFigures,
    SplitFigures,
    TokenizationFigures,
    TokenizationStatistics,
)
from mistudio.services.jobs.transitions import new_job


async def add_dataset(database: Database, **fields: object) -> Dataset:
    """A dataset that is being downloaded, unless ``fields`` say otherwise."""
    dataset = Dataset(
        **{
            "id": new_id("ds"),
            "name": "stories",
            "source": "huggingface",
            "hf_repo_id": "lab/stories",
            "config": "default",
            "revision": "c0ffee",
            "status": "downloading",
            **fields,
        }
    )
    async with database.write() as session:
        session.add(dataset)
    return dataset


async def add_tokenization(database: Database, dataset: Dataset, **fields: object) -> Tokenization:
    """A queued tokenization of ``dataset``, unless ``fields`` say otherwise."""
    tokenization = Tokenization(
        **{
            "id": new_id("tok"),
            "dataset_id": dataset.id,
            "tokenizer": "gpt2",
            "settings": {},
            "settings_hash": new_id("hash"),
            "vocab_size": 50257,
            "progress": 0.0,
            "status": "queued",
            **fields,
        }
    )
    async with database.write() as session:
        session.add(tokenization)
    return tokenization


async def add_job(
    database: Database,
    dataset: Dataset,
    *,
    kind: JobKind = "download",
    tokenization: Tokenization | None = None,
    max_attempts: int = 3,
) -> Job:
    """A queued job of ``dataset``, or of one of its tokenizations."""
    target = tokenization.id if tokenization else None
    job = new_job(kind, dataset.id, max_attempts=max_attempts, tokenization_id=target)
    async with database.write() as session:
        session.add(job)
    return job


def dataset_figures(**fields: Any) -> DatasetFigures:  # the fields of DatasetFigures
    """The figures of a dataset of three rows, unless ``fields`` say otherwise."""
    given = {
        "raw_path": "/raw",
        "num_samples": 3,
        "size_bytes": 10,
        "splits": (SplitFigures(name="train", num_files=1, num_rows=3, num_bytes=10),),
        "text_column": "text",
        "content": content_figures(),
    }
    return DatasetFigures(**{**given, **fields})


def content_figures(reason: str = "The only column of text.") -> ContentFigures:
    """The figures of three short texts."""
    return ContentFigures(
        text_column_reason=reason,
        characters=12,
        text_bytes=12,
        null_texts=0,
        empty_texts=0,
        invalid_texts=0,
        columns=(ColumnFigures(name="text", type="string", kind="text", nulls=0, characters=12),),
    )


def tokenization_figures(**fields: Any) -> TokenizationFigures:  # the fields of TokenizationFigures
    """The figures of a tokenization of three rows of ten tokens, unless ``fields`` say otherwise."""
    total = TokenStatistics.model_validate(
        {
            "samples": 3,
            "tokens": 30,
            "average": 10.0,
            "minimum": 10,
            "median": 10.0,
            "p95": 10.0,
            "p99": 10.0,
            "maximum": 10,
            "unique_tokens": 7,
            "vocab_size": 50257,
            "vocab_share": 0.1,
            "characters_per_token": None,
            "bytes_per_token": None,
            "special_tokens": [],
            "most_frequent": [],
            "least_frequent": [],
            "linear_bins": [],
            "logarithmic_bins": [],
        }
    )
    ledger = dict.fromkeys(Ledger.model_fields, 0) | {"balances": True}
    given = {
        "path": "/data/tok",
        "engine": "tokenizers",
        "engine_reason": None,
        "num_rows": 3,
        "num_tokens": 30,
        "num_positions": 33,
        "unique_tokens": 7,
        "statistics": TokenizationStatistics(total=total, splits={"train": total}, resolved={}),
        "ledger": Ledger.model_validate(ledger),
        "audit": Audit.model_validate({"verdict": "passed", "checks": [], "documents_compared": 3, "differences": 0}),
        "size_bytes": 120,
    }
    return TokenizationFigures(**{**given, **fields})
