"""The steps that a subset may have: those of cleaning, and one that splits the rows into train and validation."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from mistudio.corpus.cleaning.steps import MAX_STEPS, CleaningStep


class SplitStep(BaseModel):
    """Splits the rows into train and validation; rows of equal texts stay together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["split"] = "split"
    share: float = Field(gt=0, lt=1, description="The share of the rows that become validation.")
    seed: int = Field(default=0, ge=0, lt=1 << 32)


SubsetStep: TypeAlias = Annotated[CleaningStep | SplitStep, Field(discriminator="kind")]
SubsetSteps: TypeAlias = Annotated[list[SubsetStep], Field(max_length=MAX_STEPS)]


def parse_steps(steps: Sequence[object]) -> list[SubsetStep]:
    """Return the steps that a plan has as JSON. Raises ValueError."""
    adapter: TypeAdapter[list[SubsetStep]] = TypeAdapter(SubsetSteps)
    return adapter.validate_python(list(steps))
