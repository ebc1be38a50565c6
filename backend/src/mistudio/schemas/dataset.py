"""Shapes of datasets: requests, records, lists, and what a deletion would remove."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from mistudio.core.states import DatasetStatus, IndexState
from mistudio.corpus.hub.part_types import Order
from mistudio.corpus.ingest.local_files import SampleBy
from mistudio.schemas.common import (
    NO_CONTROLS,
    NO_CONTROLS_BUT_LINES,
    Bytes,
    ColumnName,
    HubToken,
    Name,
    Page,
    Percent,
    Revision,
    Shape,
    TextTemplateText,
    Timestamp,
    UsageSnippet,
    refuse_two_texts,
)
from mistudio.schemas.job import JobResponse
from mistudio.schemas.part import Amount, PartFields, Seed
from mistudio.schemas.tokenization import TokenizationResponse
from mistudio.utils.hf_utils import check_repo_id

DatasetSort = Literal["created_at", "-created_at", "name", "-name", "size_bytes", "-size_bytes"]
DatasetSource = Literal["huggingface", "local"]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), NO_CONTROLS]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), NO_CONTROLS_BUT_LINES]


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


class DatasetDownloadRequest(PartFields):
    """What to download from the Hub. The token is held in memory for this job only, never stored, never logged."""

    model_config = ConfigDict(extra="forbid")

    repo_id: str = Field(description="namespace/name", examples=["roneneldan/TinyStories"])
    config: Name | None = Field(default=None, description="Default: the card's default, or the only one.")
    splits: list[Name] | None = Field(default=None, min_length=1, description="Default: all.")
    revision: Revision | None = Field(default=None, description="Branch, tag or commit. Default: the main branch.")
    text_column: ColumnName | None = Field(default=None, description="Default: detected automatically.")
    text_template: TextTemplateText | None = None
    access_token: HubToken = None

    _check_text = field_validator("text_template")(refuse_two_texts)

    @field_validator("repo_id", mode="before")
    @classmethod
    def _check_repo_id(cls, value: object) -> str:
        return check_repo_id(value)


class DatasetImportFields(BaseModel):
    """The options of an import."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = Field(default=None, description="Default: from the files' names.")
    text_column: ColumnName | None = Field(default=None, description="Default: detected automatically.")
    text_template: TextTemplateText | None = None
    sample_by: SampleBy = Field(
        default="line", description="Whether a sample of a .txt file is a line, a paragraph or the whole file."
    )
    config: Name | None = Field(default=None, description="A config of the card. Default: the card's default.")
    plan: str | None = Field(
        default=None,
        description="The files of POST /api/datasets/upload/plan as JSON, changed or not; it comes before the files.",
    )

    _check_text = field_validator("text_template")(refuse_two_texts)


class DatasetUpdateRequest(BaseModel):
    """What to change of a dataset; a field that is left out stays as it is.

    Either ``text_column`` or ``text_template`` is in use: to set one ends the other, and null goes back to the text
    that the dataset was made with. The index and the counts of the texts are made again.
    """

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(default="", validate_default=False)
    tags: list[Tag] = Field(default=[], max_length=50, description="Equal tags count once.")
    note: Note | None = Field(default=None, description="Null or empty removes it.")
    text_column: ColumnName | None = None
    text_template: TextTemplateText | None = None

    _check_text = field_validator("text_template")(refuse_two_texts)


class RetryRequest(BaseModel):
    """A retry may bring a token, if the first attempt had none or a wrong one."""

    model_config = ConfigDict(extra="forbid")

    access_token: HubToken = None


class StoragePart(Shape):
    """One part of what a dataset uses of the disk."""

    part: Literal["raw", "index", "tokenization", "staging", "other"]
    tokenization_id: str | None = None
    label: str
    size_bytes: Bytes


class ReferenceCreate(BaseModel):
    """Something that uses a dataset, such as a training run."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    ref_id: Name
    name: Name


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
