"""What the manifest of a subset says of its rows: what was asked for, and what each stage kept and dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mistudio.core.errors import Json


@dataclass(frozen=True)
class ParentRecord:
    """A dataset that another one was made from; ``name`` is what it was called then."""

    dataset_id: str
    manifest_sha256: str
    name: str


@dataclass(frozen=True)
class StageRecord:
    """One stage: ``rows`` came to it, ``kept`` of them stayed, the others were dropped for a reason each."""

    kind: str
    rows: int
    kept: int
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SubsetRecord:
    """A subset. The first of ``parents`` has its rows; with the others steps compared it.

    ``request`` is what was asked for, ``rows`` those of the parent. The stages follow each other: each gets what the
    one before kept. ``recipe`` has the steps of a recipe that make the parents, ``step_names`` that of each parent.
    """

    parents: tuple[ParentRecord, ...]
    request: Mapping[str, Json]
    rows: int
    kept: int
    stages: tuple[StageRecord, ...]
    recipe: tuple[tuple[str, Json], ...] = ()
    step_names: tuple[str, ...] = ()
