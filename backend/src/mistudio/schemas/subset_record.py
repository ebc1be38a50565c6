"""Shapes of a finished subset: what was asked for, and what each stage kept and dropped."""

from pydantic import BaseModel, ConfigDict, Field

from mistudio.core.errors import Json


class _FromRecord(BaseModel):
    model_config = ConfigDict(
        extra="ignore", from_attributes=True, json_schema_serialization_defaults_required=True, defer_build=True
    )


class SubsetStage(_FromRecord):
    """What one stage did: `rows` = `kept` + the sum of `dropped`."""

    kind: str = Field(description="`filter`; `rows`, `share` or `ids`; or the kind of a step.")
    rows: int = Field(description="Rows that came to it.")
    kept: int
    dropped: dict[str, int] = Field(description="Rows dropped, by reason.")


class SubsetParent(_FromRecord):
    """A dataset that the subset was made from, by the name that it had then."""

    dataset_id: str
    manifest_sha256: str
    name: str


class SubsetResponse(_FromRecord):
    """A subset as it came out. `request` is what was asked for; the stages lead from `rows` to `kept`."""

    parents: list[SubsetParent]
    request: dict[str, Json] = Field(description="In place of `ids`, `num_ids` says how many rows were named.")
    rows: int = Field(description="Rows of the first parent, of which the subset has some.")
    kept: int
    stages: list[SubsetStage]
