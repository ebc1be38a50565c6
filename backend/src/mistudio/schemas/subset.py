"""Shapes of requests for subsets, and of what one would have."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from mistudio.corpus.derive.steps import SplitStep, SubsetSteps
from mistudio.schemas.cleaning import CleaningStepPreview
from mistudio.schemas.common import Name, OneLine, Shape
from mistudio.schemas.part import Seed
from mistudio.schemas.sample import SearchMode, TokenCount
from mistudio.schemas.subset_record import SubsetStage

MOST_IDS = 100_000
MOST_RANGES = 100
_Count = Annotated[int, Field(ge=0, le=2**53)]
RowRange = Annotated[tuple[_Count, _Count], Field(description="From the first to before the second, counted from 0.")]


class SubsetOptions(BaseModel):
    """Which rows of a dataset. First the filters; then `ids`, `rows` or `share`; then the steps, in their order."""

    model_config = ConfigDict(extra="forbid")

    split: Name | None = Field(default=None, description="Default: all.")
    search: str | None = Field(default=None, max_length=4_096, description="As for samples.")
    mode: SearchMode = "words"
    case: bool | None = Field(default=None, description="As for samples. Default: regex only.")
    where: list[list[JsonValue]] = Field(
        default=[], max_length=20, description='Conditions ["column", "op", value] on columns, as for samples.'
    )
    min_tokens: TokenCount | None = None
    max_tokens: TokenCount | None = None
    rows: Annotated[int, Field(ge=1, le=2**53)] | Annotated[list[RowRange], Field(max_length=MOST_RANGES)] | None = (
        Field(
            default=None,
            description="A number: the first rows that the filters leave, or with a seed rows that it draws. A list of "
            "ranges: their places among these rows; without a filter, their row numbers.",
        )
    )
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None, description="This share of the rows that the filters leave, drawn by the seed, rounded half up."
    )
    seed: Seed | None = Field(default=None, description="Default: 0 for a share.")
    ids: dict[Name, list[_Count]] | None = Field(
        default=None, description=f"Row numbers by split, counted from 0; at most {MOST_IDS:,} in all."
    )
    steps: SubsetSteps = Field(default=[], description="Cleaning steps; a step `split` comes last.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if sum(each is not None for each in (self.rows, self.share, self.ids)) > 1:
            raise ValueError("Give one of rows, share and ids.")
        if self.seed is not None and (self.ids is not None or isinstance(self.rows, list)):
            raise ValueError("A seed draws a number of rows or a share. Leave it out for ids and ranges.")
        if self.ids is not None and sum(map(len, self.ids.values())) > MOST_IDS:
            raise ValueError(f"ids has more than {MOST_IDS:,} rows. Ask for ranges of rows.")
        if isinstance(self.rows, list) and any(start >= stop for start, stop in self.rows):
            raise ValueError("A range of rows ends where it begins, or before. Write [0, 100] for the first 100 rows.")
        if any(isinstance(step, SplitStep) for step in self.steps[:-1]):
            raise ValueError("The step split comes last, once.")
        bounds = (self.min_tokens, self.max_tokens)
        if None not in bounds and (self.min_tokens or 0) > (self.max_tokens or 0):
            raise ValueError("min_tokens is greater than max_tokens: no row could match.")
        return self


class SubsetRequest(SubsetOptions):
    """A subset of a dataset."""

    name: Name | None = Field(default=None, description="Default: from the dataset's name.")
    tokenization: Annotated[OneLine, Field(max_length=64)] | None = Field(
        default=None, description="Of the token counts. Default: the newest ready one."
    )


class SubsetExample(Shape):
    """A row of the dataset; the text has at most 1,000 characters."""

    split: str
    row: int
    text: str


class SubsetPreviewResponse(Shape):
    """What a subset would have before its steps, and what the steps would do to a sample of it.

    The counts are null if finding the rows takes too long; the job counts them then.
    """

    rows: int = Field(description="Rows of the dataset.")
    matched: int | None = Field(description="Rows that the filters leave.")
    taken: int | None = Field(description="Of these, the rows that go through the steps.")
    stages: list[SubsetStage]
    kept: list[SubsetExample]
    dropped: list[SubsetExample]
    sample_rows: int = Field(description="Rows of the sample, spread evenly over those that are taken.")
    steps: list[CleaningStepPreview]
    note: str | None = Field(description="Why a step is not shown.")
