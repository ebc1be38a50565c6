"""Shapes of exports."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mistudio.core.states import JobState
from mistudio.corpus.export.plan import DatasetFormat, ExportFormat, TokenFormat
from mistudio.schemas.common import Bytes, ColumnName, OneLine, Percent, Shape, Timestamp

Names = Annotated[list[ColumnName], Field(min_length=1, max_length=10_000)]
SplitNames = Annotated[list[Annotated[OneLine, Field(max_length=300)]], Field(min_length=1, max_length=1_000)]


class _ExportRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    columns: Names | None = Field(default=None, description="Default: all that the format holds.")
    splits: SplitNames | None = Field(default=None, description="Default: all.")


class TokenExportRequest(_ExportRequest):
    """How to export a tokenization."""

    format: TokenFormat


class DatasetExportRequest(_ExportRequest):
    """How to export a dataset."""

    format: DatasetFormat


class ExportEstimateResponse(Shape):
    """What an export would write. ``left_out`` are the columns that the format does not hold."""

    rows: int
    bytes: Bytes
    is_exact: bool
    columns: list[str]
    left_out: list[str]


class ExportedFileResponse(Shape):
    """A finished file of an export."""

    path: str
    bytes: Bytes
    sha256: str


class ExportResponse(Shape):
    """An export. Its files are there once ``state`` is ``succeeded``; ``notes`` say what differs from the source."""

    id: str = Field(description="The id of its job.")
    dataset_id: str
    tokenization_id: str | None
    format: ExportFormat
    columns: list[str] | None
    splits: list[str]
    state: JobState
    progress: Percent
    error_code: str | None
    error_message: str | None
    path: str | None = Field(description="The folder of the files on the server, once they are there.")
    files: list[ExportedFileResponse]
    bytes: Bytes
    rows: int | None
    notes: list[str]
    created_at: Timestamp
    finished_at: Timestamp | None
