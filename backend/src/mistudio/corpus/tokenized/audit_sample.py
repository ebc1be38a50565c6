"""The written rows that an audit looks at, read back from the disk, with the texts that they were made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.tokenized.manifest import TokenizedManifest, TokenizedSplit
from mistudio.corpus.tokenized.store import Span, TokenizedStore, TokenRow

_PLACES: Final = 64
_PLACE_ROWS: Final = 16
_FULL_ROWS: Final = 512
# Bytes of text that a sample encodes again at most, the fewest places that it looks at all the same, and what is worth
# encoding at once: enough for all cores, little enough to hear a cancel soon.
_SAMPLE_BYTES: Final = 8 << 20
_LEAST_PLACES: Final = 8
_BATCH_BYTES: Final = 1 << 20


@dataclass(frozen=True, eq=False)
class AuditedRows:
    """Written rows, where their data lies in them, and the texts of the source rows that it came from."""

    rows: Sequence[TokenRow]
    pieces: Sequence[tuple[TokenRow, Span]]
    texts: Mapping[int, str]


def audited_rows(
    store: TokenizedStore, split: TokenizedSplit, manifest: TokenizedManifest, reader: TextReader
) -> Iterator[AuditedRows]:
    """Rows of the split at places that are spread evenly, or all of them, as many at a time as are worth encoding."""
    mean_bytes = max(1, split.statistics.text_bytes // max(1, split.statistics.samples))
    places = audited_places(split.rows, mean_bytes, is_full=manifest.settings.verify == "full")
    # Several places together: the reference uses all cores only for many texts, and each row group is read once.
    count = max(1, _BATCH_BYTES // (mean_bytes * len(places[0]))) if places else 1
    for first in range(0, len(places), count):
        near = places[first : first + count]
        rows = [row for place in near for row in store.rows(split.name, offset=place.start, limit=len(place))]
        pieces = [(row, piece) for row in rows for piece in pieces_of(row, manifest)]
        numbers = sorted({piece.row for _row, piece in pieces})
        yield AuditedRows(rows, pieces, dict(zip(numbers, reader.rows(split.source, numbers), strict=True)))


def audited_places(rows: int, mean_bytes: int, *, is_full: bool) -> list[range]:
    """Numbers of neighbouring rows: all of ``rows``, or some at places that are spread evenly.

    A sample has some thousand rows, fewer where documents of ``mean_bytes`` are so long that to encode a thousand again
    would take as long as the whole job did.
    """
    places = max(_LEAST_PLACES, min(_PLACES, _SAMPLE_BYTES // max(1, mean_bytes)))
    size = max(1, min(_PLACE_ROWS, _SAMPLE_BYTES // (places * max(1, mean_bytes))))
    if is_full or rows <= places * size:
        size = max(1, min(_FULL_ROWS, _BATCH_BYTES // max(1, mean_bytes)))
        starts = list(range(0, rows, size))
    else:
        starts = [(rows - size) * place // (places - 1) for place in range(places)]
    return [range(start, min(start + size, rows)) for start in starts]


def pieces_of(row: TokenRow, manifest: TokenizedManifest) -> tuple[Span, ...]:
    """Where the data of a written row lies, and which source rows it came from."""
    if row.source is None:
        return row.pieces
    frame = len(manifest.resolved.prefix) + len(manifest.resolved.suffix)
    return (Span(row.source, 0, len(manifest.resolved.prefix), written_length(row, manifest) - frame),)


def written_length(row: TokenRow, manifest: TokenizedManifest) -> int:
    """Positions of a written row before its padding; what pads may stand in texts, too, as EOS does."""
    if row.tokens is None:
        return len(row.ids)
    resolved = manifest.resolved
    kept = min(row.tokens, resolved.room) if manifest.settings.truncation else row.tokens
    return len(resolved.prefix) + kept + len(resolved.suffix)
