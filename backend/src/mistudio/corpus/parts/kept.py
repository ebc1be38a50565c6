"""The pieces that are here already when a part is extended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mistudio.corpus.hub.plan_types import RemoteFile


@dataclass(frozen=True)
class KeptPiece:
    """A piece that is here, and its rows."""

    file: RemoteFile
    rows: int

    @property
    def is_entire(self) -> bool:
        """Whether it has all rows of a file without row groups."""
        part = self.file.part
        return part is None or (not part.is_cut and part.rows is None)


# By split and path, in order of their numbers.
KeptPieces: TypeAlias = Mapping[tuple[str, str], Sequence[KeptPiece]]


def group_pieces(pieces: Iterable[KeptPiece]) -> KeptPieces:
    """Return the pieces by split and path."""
    found: dict[tuple[str, str], list[KeptPiece]] = {}
    for piece in sorted(pieces, key=_get_number):
        found.setdefault((piece.file.split, piece.file.path), []).append(piece)
    return found


def _get_number(piece: KeptPiece) -> int:
    return piece.file.part.number if piece.file.part else 0
