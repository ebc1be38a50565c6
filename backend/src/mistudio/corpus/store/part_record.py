"""What a manifest says of a part: what was asked, and what was taken of each source file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mistudio.core.errors import Json
from mistudio.corpus.hub.part_types import FilePart, Part
from mistudio.corpus.hub.plan_types import Format

DrawnUnit: TypeAlias = Literal["row groups", "files"]


@dataclass(frozen=True)
class SourcePart:
    """What was taken of a source file: ranges, row groups and rows.

    ``source_sha256`` or ``source_git_sha1`` is the checksum that the Hub gives for the whole file. It was compared if
    ``verified`` is ``whole``; otherwise the piece was verified by decoding it.
    """

    taken: FilePart
    rows: int
    bytes: int
    verified: Literal["whole", "decoded"]
    source_sha256: str | None
    source_git_sha1: str | None


@dataclass(frozen=True)
class PartRecord:
    """The part that a dataset is.

    ``splits`` are those that were asked for, of which some may have no rows. ``unit`` is what a random part draws;
    ``format`` and ``options`` are its reader's, ``features`` what the card declares.
    """

    asked: Part
    splits: tuple[str, ...]
    unit: DrawnUnit
    format: Format
    options: Mapping[str, Json]
    features: Mapping[str, Json] = field(default_factory=dict)
