"""Shapes of recipes: what a recipe may say, and how far its steps are."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_serializer,
    field_validator,
    model_validator,
)

from mistudio.core.errors import Json
from mistudio.corpus.cleaning.steps import Decontaminate, LengthBounds
from mistudio.corpus.derive.steps import SubsetSteps
from mistudio.corpus.ingest.local_files import SampleBy
from mistudio.schemas.common import (
    NO_CONTROLS,
    ColumnName,
    Name,
    Percent,
    Shape,
    TextTemplateText,
    Timestamp,
    refuse_two_texts,
)
from mistudio.schemas.import_plan import MAX_FILES, FileName, SplitName
from mistudio.schemas.mix import MOST_PARTS, MixOptions, MixPartOptions, check_units
from mistudio.schemas.part import PartFields
from mistudio.schemas.subset import SubsetOptions
from mistudio.schemas.tokenization import TokenizeOptions
from mistudio.utils.hf_utils import check_repo_id

StepName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=64)]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$"), Field(description="All 40 digits.")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
RecipeState = Literal["running", "succeeded", "failed", "cancelled"]
StepState = Literal["waiting", "running", "ready", "failed"]
StepKind = Literal["download", "import", "subset", "mix", "tokenize"]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text_column: ColumnName | None = Field(default=None, description="Default: detected automatically.")
    text_template: TextTemplateText | None = None

    _check_text = field_validator("text_template")(refuse_two_texts)


class RecipeDownload(PartFields, _Text):
    """A repository at a commit, or a part of it."""

    repo: str = Field(description="namespace/name", examples=["roneneldan/TinyStories"])
    commit: Commit
    config: Name | None = Field(default=None, description="Default: the card's default, or the only one.")
    splits: list[Name] | None = Field(default=None, min_length=1, description="Default: all.")

    @field_validator("repo", mode="before")
    @classmethod
    def _check_repo(cls, value: object) -> str:
        return check_repo_id(value)


class RecipeFile(BaseModel):
    """A local file. ``path`` is looked up in the folder of the recipe; the other fields say how it is read."""

    model_config = ConfigDict(extra="forbid")

    path: FileName
    sha256: Sha256
    split: SplitName | None = Field(default=None, description="Default: by its name.")
    encoding: Annotated[str, StringConstraints(max_length=50), NO_CONTROLS] | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    field: Annotated[str, StringConstraints(max_length=255), NO_CONTROLS] | None = None


class RecipeImport(_Text):
    """Local files, by their checksums."""

    files: list[RecipeFile] = Field(min_length=1, max_length=MAX_FILES)
    sample_by: SampleBy = "line"


class RecipeMixPart(MixPartOptions):
    """A dataset of this recipe and how much of it."""

    dataset: StepName


class RecipeMix(MixOptions):
    """A mixture of datasets of this recipe."""

    parts: list[RecipeMixPart] = Field(min_length=2, max_length=MOST_PARTS)

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_units(self.by, self.parts)
        if (self.by == "tokens") != bool(self.tokenizer):
            raise ValueError("A mixture by tokens needs a tokenizer, and no other has one.")
        return self


class RecipeSubset(SubsetOptions, _Text):
    """Some rows of a dataset of this recipe. The step ``decontaminate`` names another dataset of it."""

    dataset: StepName

    @model_validator(mode="after")
    def _check_tokens(self) -> Self:
        by_tokens = any(isinstance(step, LengthBounds) and step.needs_tokens for step in self.steps)
        if by_tokens or self.min_tokens is not None or self.max_tokens is not None:
            raise ValueError("A recipe chooses no rows by tokens. Use the step length with characters or words.")
        return self

    @field_serializer("steps")
    def _write_steps(self, steps: SubsetSteps) -> list[Json]:
        # A step without its kind could not be read back.
        return [step.model_dump(mode="json") for step in steps]

    @property
    def references(self) -> list[str]:
        """The names of the datasets that steps compare the rows with."""
        return list(dict.fromkeys(step.dataset for step in self.steps if isinstance(step, Decontaminate)))


class RecipeDataset(BaseModel):
    """How one dataset is made: one of these."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    download: RecipeDownload | None = None
    files: RecipeImport | None = Field(default=None, alias="import")
    subset: RecipeSubset | None = None
    mix: RecipeMix | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        if sum(each is not None for each in (self.download, self.files, self.subset, self.mix)) != 1:
            raise ValueError("Give one of download, import, subset and mix.")
        return self

    @property
    def needs(self) -> list[str]:
        """The names of the datasets that it is made of."""
        return [name for _place, name in self.list_needs()]

    @property
    def kind(self) -> StepKind:
        """What makes it."""
        if self.mix:
            return "mix"
        if self.subset:
            return "subset"
        return "download" if self.download else "import"

    def list_needs(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield the place and the name of each dataset that it is made of."""
        for index, part in enumerate(self.mix.parts if self.mix else ()):
            yield ("mix", "parts", index, "dataset"), part.dataset
        if self.subset is None:
            return
        yield ("subset", "dataset"), self.subset.dataset
        for index, step in enumerate(self.subset.steps):
            if isinstance(step, Decontaminate):
                yield ("subset", "steps", index, "dataset"), step.dataset


class RecipeTokenization(TokenizeOptions):
    """A tokenization of a dataset of this recipe."""

    dataset: StepName


class Recipe(BaseModel):
    """A recipe: datasets and tokenizations by names of their own."""

    model_config = ConfigDict(extra="forbid", title="miStudio recipe")

    format: Literal[1] = Field(default=1, description="The version of this format.")
    name: Name | None = None
    datasets: dict[StepName, RecipeDataset] = Field(min_length=1, max_length=100)
    tokenizations: dict[StepName, RecipeTokenization] = Field(default={}, max_length=100)

    def list_unknown(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield the place and the name of each dataset that a step names and the recipe lacks."""
        for name, step in self.datasets.items():
            for place, needed in step.list_needs():
                if needed not in self.datasets:
                    yield ("datasets", name, *place), needed
        for name, tokenization in self.tokenizations.items():
            if tokenization.dataset not in self.datasets:
                yield ("tokenizations", name, "dataset"), tokenization.dataset

    def find_circle(self) -> str | None:
        """Return the name of a dataset that is made of itself; None if there is none."""
        left = dict(self.datasets)
        while ready := [name for name, step in left.items() if not any(needed in left for needed in step.needs)]:
            for name in ready:
                del left[name]
        return next(iter(left), None)


class RecipeStep(Shape):
    """One step. ``id`` is that of its dataset or tokenization, once there is one."""

    name: str
    kind: StepKind
    state: StepState
    id: str | None
    progress: Percent
    error_code: str | None
    error_message: str | None


class RecipeResponse(Shape):
    """A recipe and its steps; ``datasets`` and ``tokenizations`` have the ids by the names of the steps."""

    id: str
    name: str | None
    state: RecipeState
    datasets: dict[str, str]
    tokenizations: dict[str, str]
    steps: list[RecipeStep]
    error_code: str | None
    error_message: str | None
    created_at: Timestamp
    finished_at: Timestamp | None
