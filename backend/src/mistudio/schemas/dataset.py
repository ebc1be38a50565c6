"""Shapes of datasets: requests, records, lists, and what a deletion would remove."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mistudio.core.states import DatasetStatus, IndexState
from mistudio.corpus.hub.part_types import Order
from mistudio.schemas.common import (
    Bytes,
    Page,
    Percent,
    Shape,
    Timestamp,
    UsageSnippet,
)
from mistudio.schemas.job import JobResponse
from mistudio.schemas.mix import MixtureResponse
from mistudio.schemas.part import Amount, Seed
from mistudio.schemas.subset_record import SubsetResponse
from mistudio.schemas.tokenization import TokenizationResponse

DatasetSort = Literal["created_at", "-created_at", "name", "-name", "size_bytes", "-size_bytes"]
DatasetSource = Literal["huggingface", "local", "derived"]


class SplitResponse(Shape):
    """One split; its rows are known once its files are read."""

    name: str
    num_files: int
    num_rows: int | None = None
    num_bytes: Bytes | None = None


class ColumnResponse(Shape):
    """One column; only a column of the kind ``text`` or ``conversation`` can be the text column."""

    name: str
    type: str
    kind: Literal["text", "conversation", "other"]
    nulls: int = 0
    characters: int | None = None
    feature: str | None = Field(default=None, description="Its feature in `datasets`, if more than a type.")
    labels: list[str] = Field(default=[], description="The names of a class label, by number.")


class IndexResponse(Shape):
    """The dataset's full-text index."""

    state: IndexState
    progress: Percent


class SkippedFileResponse(Shape):
    """A file that was offered for an import and is not part of the dataset, and why."""

    path: str
    reason: str


class ParentResponse(Shape):
    """A dataset that this one was made from, by the hash of its manifest; it may be gone."""

    id: str
    manifest_sha256: str


class DatasetMetadata(BaseModel):
    """Facts about a dataset beside its own fields; stored as JSON."""

    model_config = ConfigDict(extra="allow", json_schema_serialization_defaults_required=True)

    description: str | None = None
    license: str | None = None
    gated: bool = False
    format: str | None = None
    source_bytes: int | None = None
    source_files: int | None = None
    text_column_reason: str | None = None
    characters: int | None = None
    text_bytes: int | None = None
    null_texts: int | None = None
    empty_texts: int | None = None
    invalid_texts: int | None = None
    incomplete_texts: int | None = Field(default=None, description="Texts of a template with a null placeholder.")
    columns: list[ColumnResponse] = []
    skipped_files: list[SkippedFileResponse] = []
    reading_notes: list[str] = []
    schema_notices: list[str] = []
    parents: list[ParentResponse] = []
    mixture: MixtureResponse | None = Field(default=None, description="Of a mixture: its parts, as they came out.")
    subset: SubsetResponse | None = Field(default=None, description="Of a subset: which rows it has, and why.")


class DatasetResponse(Shape):
    """A dataset as lists show it. ``job`` is its active download or import, running or waiting for a retry."""

    id: str
    name: str
    source: DatasetSource
    hf_repo_id: str | None
    config: str | None
    revision: str | None = Field(description="The commit that the data was taken from.")
    status: DatasetStatus
    progress: Percent
    error_code: str | None
    error_message: str | None
    retryable: bool = Field(description="Whether the error may pass by itself. Any error can be retried.")
    raw_path: str | None
    tokenized_path: str | None
    num_samples: int | None
    num_tokens: int | None
    avg_seq_length: float | None
    vocab_size: int | None
    size_bytes: Bytes | None
    splits: list[SplitResponse]
    text_column: str | None
    parents: list[ParentResponse] = Field(default=[], description="The datasets that a derived one was made from.")
    amount: Amount = Field(description="How much of the repository was asked for.")
    order: Order
    seed: Seed
    null_texts: int | None = Field(default=None, description="Rows whose text is null.")
    empty_texts: int | None = Field(default=None, description="Rows whose text has no characters.")
    invalid_texts: int | None = Field(
        default=None, description="Rows whose text was not in the file's encoding; U+FFFD replaces what was not."
    )
    text_template: str | None = Field(description="The template that texts are made by, in place of text_column.")
    note: str | None
    tags: list[str]
    metadata: DatasetMetadata
    notices: list[str] = Field(default=[], description="What a user should know of the data, as sentences.")
    index: IndexResponse
    seq: int = Field(description="The number of the newest event about this dataset.")
    job: JobResponse | None
    created_at: Timestamp
    updated_at: Timestamp


class DatasetDetail(DatasetResponse):
    """A dataset in full, as its window shows it."""

    columns: list[ColumnResponse]
    jobs: list[JobResponse]
    tokenizations: list[TokenizationResponse]
    usage: list[UsageSnippet]


class DatasetListResponse(Page[DatasetResponse]):
    """A page of datasets."""


class StoragePart(Shape):
    """One part of what a dataset uses of the disk."""

    part: Literal["raw", "index", "tokenization", "exports", "staging", "other"]
    tokenization_id: str | None = None
    label: str
    size_bytes: Bytes


class ReferenceResponse(Shape):
    """Something that uses a dataset, which blocks its deletion."""

    id: str
    dataset_id: str
    kind: str
    ref_id: str
    name: str
    created_at: Timestamp


class DeletePreview(Shape):
    """What a deletion would remove, and what blocks it."""

    dataset_id: str
    name: str
    freed_bytes: Bytes
    parts: list[StoragePart]
    jobs: list[JobResponse]
    tokenizations: list[TokenizationResponse]
    references: list[ReferenceResponse]
    allowed: bool
