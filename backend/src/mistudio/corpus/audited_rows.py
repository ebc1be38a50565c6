"""The written rows that an audit looks at, read back from the disk, with the texts that they were made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mistudio.corpus.token_texts import TextReader
from mistudio.corpus.tokenized_manifest import TokenizedManifest, TokenizedSplit
from mistudio.corpus.tokenized_store import Piece, TokenizedStore, TokenRow

_WINDOWS: Final = 64
_WINDOW_ROWS: Final = 16
_FULL_ROWS: Final = 512
# Positions that are worth encoding at once: enough for all cores, little enough to hear a cancel soon.
_POSITIONS: Final = 1 << 18


@dataclass(frozen=True, eq=False)
class AuditedRows:
    """Written rows, where their data lies in them, and the texts of the source rows that it came from."""

    rows: Sequence[TokenRow]
    pieces: Sequence[tuple[TokenRow, Piece]]
    texts: Mapping[int, str]


def audited_rows(
    store: TokenizedStore, split: TokenizedSplit, manifest: TokenizedManifest, reader: TextReader
) -> Iterator[AuditedRows]:
    """Rows of the split at places that are spread evenly, or all of them, as many at a time as are worth encoding."""
    for rows in _together(_windows(store, split, is_full=manifest.settings.verify == "full")):
        pieces = [(row, piece) for row in rows for piece in pieces_of(row, manifest)]
        numbers = sorted({piece.row for _row, piece in pieces})
        yield AuditedRows(rows, pieces, dict(zip(numbers, reader.rows(split.source, numbers), strict=True)))


def _together(windows: Iterator[list[TokenRow]]) -> Iterator[list[TokenRow]]:
    """Several windows as one where they are small: the reference uses all cores only for many texts."""
    rows: list[TokenRow] = []
    positions = 0
    for window in windows:
        rows += window
        positions += sum(len(row.ids) for row in window)
        if positions >= _POSITIONS:
            yield rows
            rows, positions = [], 0
    if rows:
        yield rows


def _windows(store: TokenizedStore, split: TokenizedSplit, *, is_full: bool) -> Iterator[list[TokenRow]]:
    """All rows of the split, or some at places that are spread evenly."""
    if is_full or split.rows <= _WINDOWS * _WINDOW_ROWS:
        starts, size = range(0, split.rows, _FULL_ROWS), _FULL_ROWS
    else:
        starts, size = range(0, split.rows - _WINDOW_ROWS, split.rows // _WINDOWS), _WINDOW_ROWS
    for start in starts:
        yield store.rows(split.name, offset=start, limit=size)


def pieces_of(row: TokenRow, manifest: TokenizedManifest) -> tuple[Piece, ...]:
    """Where the data of a written row lies, and which source rows it came from."""
    if row.source is None:
        return row.pieces
    frame = len(manifest.resolved.prefix) + len(manifest.resolved.suffix)
    return (Piece(row.source, 0, len(manifest.resolved.prefix), written_length(row, manifest) - frame),)


def written_length(row: TokenRow, manifest: TokenizedManifest) -> int:
    """Positions of a written row before its padding; what pads may stand in texts, too, as EOS does."""
    if row.tokens is None:
        return len(row.ids)
    resolved = manifest.resolved
    kept = min(row.tokens, resolved.room) if manifest.settings.truncation else row.tokens
    return len(resolved.prefix) + kept + len(resolved.suffix)
