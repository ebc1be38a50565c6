"""Shapes of mixtures: the request, what it would give, and what came of it."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mistudio.corpus.mix.targets import MAX_REPEATS
from mistudio.schemas.common import (
    ColumnName,
    HubToken,
    Name,
    OneLine,
    Revision,
    Shape,
    TextTemplateText,
    refuse_two_texts,
)
from mistudio.schemas.part import Seed
from mistudio.schemas.tokenization import TokenizerName

MixUnit = Literal["tokens", "rows", "bytes"]
MOST_PARTS = 100
MixAmount = Annotated[int, Field(ge=1, le=2**53)]


class MixPartOptions(BaseModel):
    """How much of one dataset: ``share``, or an amount in the unit of the mixture."""

    model_config = ConfigDict(extra="forbid")

    split: Name | None = Field(default=None, description="Default: the only one.")
    share: Annotated[float, Field(gt=0, lt=1)] | None = Field(default=None, description="Shares add up to 1.")
    rows: MixAmount | None = None
    tokens: MixAmount | None = None
    bytes: MixAmount | None = None
    text_column: ColumnName | None = Field(default=None, description="Default: the dataset's.")
    text_template: TextTemplateText | None = None
    max_repeats: int = Field(default=1, ge=1, le=MAX_REPEATS, description="How often its rows may occur.")
    label: Name | None = Field(
        default=None, description="Its value in the column source. Default: the repository, or the dataset's name."
    )

    _check_text = field_validator("text_template")(refuse_two_texts)

    @model_validator(mode="after")
    def _check_amount(self) -> Self:
        given = [name for name in ("share", "rows", "tokens", "bytes") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("Give one of share, rows, tokens and bytes.")
        return self


def check_units(by: MixUnit, parts: Sequence[MixPartOptions]) -> None:
    """Raise ValueError if a part has an amount in another unit than the mixture."""
    others = {"tokens", "rows", "bytes"} - {by}
    if any(getattr(part, unit) is not None for part in parts for unit in others):
        raise ValueError(f"This mixture is by {by}: give each part a share or a number of {by}.")


class MixPartRequest(MixPartOptions):
    """A dataset and how much of it."""

    dataset: OneLine = Field(min_length=1, max_length=64, description="Id of a ready dataset, ds_…")


class MixOptions(BaseModel):
    """What decides a mixture beside its parts."""

    model_config = ConfigDict(extra="forbid")

    by: MixUnit = Field(default="rows", description="The unit of shares and amounts.")
    tokenizer: TokenizerName | None = Field(default=None, description="By tokens: counts them.")
    revision: Revision | None = Field(default=None, description="Of the tokenizer. Default: the main branch.")
    total: MixAmount | None = Field(
        default=None, description="Units of the whole, for shares. Default: as many as the scarcest part allows."
    )
    seed: Seed = Field(default=0, description="Draws rows and the order of the parts.")


class MixRequest(MixOptions):
    """A mixture of several datasets. The token is held in memory for this job only, never stored, never logged."""

    name: Name | None = Field(default=None, description="Default: from the parts' names.")
    parts: list[MixPartRequest] = Field(min_length=2, max_length=MOST_PARTS)
    tokenization: Annotated[OneLine, Field(max_length=64)] | None = Field(
        default=None, description="By tokens: its tokenizer counts them. In place of tokenizer."
    )
    access_token: HubToken = None

    @model_validator(mode="after")
    def _check_units(self) -> Self:
        check_units(self.by, self.parts)
        if self.tokenizer and self.tokenization:
            raise ValueError("Give a tokenization or a tokenizer, not both.")
        if (self.by == "tokens") != bool(self.tokenizer or self.tokenization):
            raise ValueError("A mixture by tokens needs a tokenizer or a tokenization, and no other has one.")
        return self


class MixPreviewPart(Shape):
    """What one part would contribute; null where only the job counts it. ``rows`` is an estimate unless by rows."""

    dataset: str
    split: str
    label: str
    available_rows: int
    available: int | None
    target: int | None
    rows: int | None
    share: float | None
    repeats: float | None


class MixPreviewResponse(Shape):
    """What a mixture would have. ``total`` is null if a part's units are not counted yet; the job counts them then."""

    by: MixUnit
    total: int | None
    parts: list[MixPreviewPart]


class MixedPartResponse(BaseModel):
    """What one part contributed, repeats included. ``wanted`` is its share, or its amount."""

    model_config = ConfigDict(extra="ignore", json_schema_serialization_defaults_required=True)

    label: str
    dataset_id: str
    split: str
    wanted: str
    max_repeats: int
    available_rows: int
    available_amount: int
    rows: int
    amount: int
    share: float
    repeats: float


class MixtureResponse(BaseModel):
    """A mixture as it came out: shares are exact."""

    model_config = ConfigDict(extra="ignore", json_schema_serialization_defaults_required=True)

    by: MixUnit
    total: int | None
    seed: int
    rows: int
    amount: int
    tokenizer: str | None = None
    tokenizer_revision: str | None = None
    parts: list[MixedPartResponse]
