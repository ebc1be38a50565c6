"""Shapes of what clients send about datasets."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from mistudio.corpus.ingest.local_files import SampleBy
from mistudio.schemas.common import (
    NO_CONTROLS,
    NO_CONTROLS_BUT_LINES,
    ColumnName,
    HubToken,
    Name,
    Revision,
    TextTemplateText,
    refuse_two_texts,
)
from mistudio.schemas.part import PartFields
from mistudio.utils.hf_utils import check_repo_id

Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), NO_CONTROLS]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), NO_CONTROLS_BUT_LINES]


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


class ReferenceCreate(BaseModel):
    """Something that uses a dataset, such as a training run."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    ref_id: Name
    name: Name
