"""Shapes of an import's plan: what is known of each file before it is sent, and what each will be."""

from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from mistudio.schemas.common import NO_CONTROLS, ColumnName, Name, Shape

MAX_FILES = 10_000
FileFormat = Literal["parquet", "json", "csv", "text", "arrow"]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=1024), NO_CONTROLS]
SplitName = Annotated[str, StringConstraints(pattern=r"^\w+(\.\w+)*$", max_length=255)]
SampleUnit = Literal["line", "paragraph", "document", "file"]


class OfferedFileRequest(BaseModel):
    """A file that may be imported. Of a card, dataset_infos.json, state.json and dataset_dict.json ``head`` is all."""

    model_config = ConfigDict(extra="forbid")

    file: FileName = Field(description="The name, or the path that begins with the imported folder.")
    size: int = Field(ge=0)
    head: Base64Bytes = Field(default=b"", description="Up to 64 KB from the beginning, in Base64.")
    tail: Base64Bytes = Field(default=b"", description="Up to 64 KB from the end, in Base64.")


class ImportPlanRequest(BaseModel):
    """The files to plan an import of."""

    model_config = ConfigDict(extra="forbid")

    files: list[OfferedFileRequest] = Field(min_length=1, max_length=MAX_FILES)
    config: Name | None = Field(default=None, description="A config of the card. Default: the card's default.")


class ImportFile(BaseModel):
    """What one file will be; an option that is null is detected when the file is read.

    A file that serves several splits is listed for each.
    """

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    file: FileName
    split: SplitName | None = Field(default=None, description="Required unless the file is skipped.")
    format: FileFormat | None = Field(default=None, description="Default: by the file's name.")
    encoding: Annotated[str, StringConstraints(max_length=50)] | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    field: Annotated[str, StringConstraints(max_length=255)] | None = Field(
        default=None, description="The key of a JSON object under which the records are."
    )
    sample_by: SampleUnit | None = Field(default=None, description="What one sample of a text file is.")
    options: dict[str, JsonValue] = Field(default={}, description="Other options that the card sets.")
    text_column: ColumnName | None = Field(default=None, description="A guess from the first rows; one for all files.")
    columns: list[str] = Field(default=[], description="The columns of the first rows.")
    skipped: bool = False
    reason: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        default=None, description="Why the file is skipped, or what is special about it."
    )
    features: dict[str, JsonValue] = Field(default={}, description="What a card declares of the columns.")


class ImportPlanResponse(Shape):
    """What an import of these files would be. The upload takes ``files`` back, changed or not."""

    name: str = Field(description="The name of the dataset unless another is given.")
    config: str | None = Field(description="The card's config by which the files are read.")
    configs: list[str]
    files: list[ImportFile]
