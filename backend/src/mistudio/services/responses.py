"""Builds the API's responses from records."""

from collections.abc import Sequence
from pathlib import Path

from mistudio.core.errors import is_retryable
from mistudio.core.states import DatasetStatus
from mistudio.corpus.store.snippets import make_snippets
from mistudio.corpus.store.text_source import describe_source, make_source
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.snippets import write_snippets
from mistudio.models import Dataset, Job, Tokenization
from mistudio.schemas.common import UsageSnippet
from mistudio.schemas.dataset import (
    DatasetDetail,
    DatasetMetadata,
    DatasetResponse,
    SplitResponse,
)
from mistudio.schemas.job import DATASET_JOBS, JobResponse
from mistudio.schemas.part import to_amount
from mistudio.schemas.tokenization import Audit, Ledger, TokenizationDetail, TokenizationResponse, WrittenSplit
from mistudio.services.datasets.part_record import explain_part, read_part
from mistudio.utils.text import format_count

_OWN_FIELDS = (
    *("id", "name", "source", "hf_repo_id", "config", "revision", "status", "progress", "error_code", "error_message"),
    *("raw_path", "tokenized_path", "num_samples", "num_tokens", "avg_seq_length", "vocab_size", "size_bytes"),
    *("text_column", "text_template", "note", "seq", "created_at", "updated_at"),
)
# A notice names this many skipped files; the metadata has all.
_SHOWN_FILES = 5
_TEXT_COUNTS = ("null_texts", "empty_texts", "invalid_texts")


def _fields(dataset: Dataset, jobs: Sequence[Job]) -> dict[str, object]:
    own = next((job for job in jobs if job.kind in DATASET_JOBS), None)
    part = read_part(dataset)
    return {
        **{name: getattr(dataset, name) for name in _OWN_FIELDS},
        "retryable": bool(dataset.error_code and is_retryable(dataset.error_code)),
        "splits": dataset.splits,
        "parents": dataset.meta.get("parents") or [],
        "amount": to_amount(part),
        "order": part.order,
        "seed": part.seed,
        "tags": dataset.tags or [],
        "metadata": dataset.meta,
        **{name: dataset.meta.get(name) for name in _TEXT_COUNTS},
        "notices": list_notices(dataset),
        "index": {"state": dataset.index_state, "progress": dataset.index_progress},
        "job": own,
    }


def list_notices(dataset: Dataset) -> list[str]:
    """Return what a user should know of a ready dataset, as sentences."""
    metadata = DatasetMetadata.model_validate(dataset.meta)
    if dataset.status is not DatasetStatus.READY or not dataset.num_samples:
        return []
    return [
        *explain_part(dataset),
        *_describe_texts(dataset, metadata, dataset.num_samples),
        *metadata.reading_notes,
        *metadata.schema_notices,
        *_describe_skipped(metadata),
    ]


def _describe_texts(dataset: Dataset, metadata: DatasetMetadata, rows: int) -> list[str]:
    """Return sentences about texts that are incomplete, null, empty or repaired."""
    source = describe_source(make_source(dataset.text_column, dataset.text_template) or "")
    nulls, empty, invalid = metadata.null_texts or 0, metadata.empty_texts or 0, metadata.invalid_texts or 0
    found = []
    if metadata.incomplete_texts:
        found.append(
            f"{_capitalize(source)}: a placeholder is null in {metadata.incomplete_texts:,} of {rows:,} rows; it "
            "counts as empty."
        )
    if nulls or empty:
        found.append(_describe_missing(nulls, empty, rows, source))
    if invalid:
        found.append(
            f"{format_count(invalid, 'text')} in {source} had characters that are invalid in the file's encoding. Each "
            "was replaced by “\ufffd”: search for it in exact mode to see the texts."
        )
    return found


def _capitalize(text: str) -> str:
    return text[0].upper() + text[1:]


def _describe_skipped(metadata: DatasetMetadata) -> list[str]:
    """Return a sentence about the files that an import left out."""
    skipped = metadata.skipped_files
    if not skipped:
        return []
    shown = "; ".join(f"{file.path} ({file.reason.rstrip('.')})" for file in skipped[:_SHOWN_FILES])
    more = f"; and {len(skipped) - _SHOWN_FILES:,} more" if len(skipped) > _SHOWN_FILES else ""
    return [f"{format_count(len(skipped), 'file')} beside the data not imported: {shown}{more}."]


def _describe_missing(nulls: int, empty: int, rows: int, source: str) -> str:
    if nulls + empty >= rows:
        kind = "null" if nulls == rows else "empty" if not nulls else "null or empty"
        return f"{_capitalize(source)} has no text: all {rows:,} rows are {kind}. Choose another text column."
    kinds = [f"{count:,} {kind}" for count, kind in ((nulls, "null"), (empty, "empty")) if count]
    return f"Of {rows:,} texts in {source}, {' and '.join(kinds)}."


def dataset_response(dataset: Dataset, jobs: Sequence[Job]) -> DatasetResponse:
    """Return one dataset as lists show it."""
    return DatasetResponse.model_validate(_fields(dataset, jobs))


def tokenization_response(record: Tokenization) -> TokenizationResponse:
    """Return one tokenization as lists show it."""
    audit = Audit.model_validate(record.audit) if record.audit else None
    failed = [check for check in audit.checks if check.passed is False] if audit else []
    resolved = (record.statistics or {}).get("resolved")
    noted = resolved.get("warnings") if isinstance(resolved, dict) else None
    warnings = [f"{check.title}: {check.detail}" for check in failed] + (noted if isinstance(noted, list) else [])
    return TokenizationResponse.model_validate(record).model_copy(update={"warnings": warnings})


def tokenization_detail(
    record: Tokenization, job: Job | None, manifest: TokenizedManifest | None
) -> TokenizationDetail:
    """Return one tokenization in full; ``manifest`` is None while its files are not there."""
    return TokenizationDetail.model_validate(
        {
            **tokenization_response(record).model_dump(),
            "resolved": (record.statistics or {}).get("resolved"),
            "ledger": Ledger.model_validate(record.ledger) if record.ledger else None,
            "audit": Audit.model_validate(record.audit) if record.audit else None,
            "job": JobResponse.model_validate(job) if job else None,
            "splits": _written_splits(manifest) if manifest else [],
            "usage": _loading_code(record, manifest) if manifest else [],
        }
    )


def _written_splits(manifest: TokenizedManifest) -> list[WrittenSplit]:
    return [WrittenSplit.model_validate(split) for split in manifest.splits]


def _loading_code(record: Tokenization, manifest: TokenizedManifest) -> list[UsageSnippet]:
    return [
        UsageSnippet(title=made.title, code=made.code) for made in write_snippets(Path(record.path or ""), manifest)
    ]


def usage_snippets(dataset: Dataset) -> list[UsageSnippet]:
    """Python that loads the data as it lies on disk."""
    if not dataset.raw_path or not dataset.splits:
        return []
    splits = [SplitResponse.model_validate(split) for split in dataset.splits]
    # A dataset is on disk once its rows are counted.
    rows = {split.name: 1 if split.num_rows is None else split.num_rows for split in splits}
    made = make_snippets(Path(dataset.raw_path), rows)
    return [UsageSnippet(title=snippet.title, code=snippet.code) for snippet in made]


def dataset_detail(dataset: Dataset, jobs: Sequence[Job], tokenizations: Sequence[Tokenization]) -> DatasetDetail:
    """Return one dataset with everything that its window shows."""
    return DatasetDetail.model_validate(
        {
            **_fields(dataset, jobs),
            "columns": DatasetMetadata.model_validate(dataset.meta).columns,
            "jobs": [JobResponse.model_validate(job) for job in jobs],
            "tokenizations": [tokenization_response(record) for record in tokenizations],
            "usage": usage_snippets(dataset),
        }
    )
