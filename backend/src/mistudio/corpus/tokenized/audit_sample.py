"""Read back the written rows that an audit examines, with the source texts that they were made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.tokenized.manifest import TokenizedManifest, TokenizedSplit
from mistudio.corpus.tokenized.store import Span, TokenizedStore, TokenRow

_PLACES: Final = 64
_PLACE_ROWS: Final = 16
_FULL_ROWS: Final = 512
# The most bytes of text that a sample encodes again, and the fewest places that it examines even so.
_SAMPLE_BYTES: Final = 8 << 20
_LEAST_PLACES: Final = 8
# Bytes of text per batch: enough to occupy all cores, and little enough to notice a cancel soon.
_BATCH_BYTES: Final = 1 << 20


@dataclass(frozen=True, eq=False)
class AuditBatch:
    """Written rows, the spans of data in them, and the texts of the source rows by number."""

    rows: Sequence[TokenRow]
    spans: Sequence[tuple[TokenRow, Span]]
    texts: Mapping[int, str]


def read_audit_batches(
    store: TokenizedStore, split: TokenizedSplit, manifest: TokenizedManifest, reader: TextReader
) -> Iterator[AuditBatch]:
    """Yield rows of the split, all of them or those at evenly spread places, in batches that are worth encoding."""
    mean_bytes = max(1, split.statistics.text_bytes // max(1, split.statistics.samples))
    places = choose_places(split.rows, mean_bytes, is_full=manifest.settings.verify == "full")
    # Several places make a batch: the reference uses all cores only for many texts, and reads each row group once.
    count = max(1, _BATCH_BYTES // (mean_bytes * len(places[0]))) if places else 1
    for first in range(0, len(places), count):
        near = places[first : first + count]
        rows = [row for place in near for row in store.rows(split.name, offset=place.start, limit=len(place))]
        spans = [(row, span) for row in rows for span in list_data_spans(row, manifest)]
        numbers = sorted({span.row for _row, span in spans})
        yield AuditBatch(rows, spans, dict(zip(numbers, reader.rows(split.source, numbers), strict=True)))


def choose_places(rows: int, mean_bytes: int, *, is_full: bool) -> list[range]:
    """Return ranges of row numbers: all of ``rows``, or some at evenly spread places.

    A sample has about a thousand rows. It has fewer if documents of ``mean_bytes`` are so long that encoding a thousand
    again would take as long as the whole job.
    """
    places = max(_LEAST_PLACES, min(_PLACES, _SAMPLE_BYTES // max(1, mean_bytes)))
    size = max(1, min(_PLACE_ROWS, _SAMPLE_BYTES // (places * max(1, mean_bytes))))
    if is_full or rows <= places * size:
        size = max(1, min(_FULL_ROWS, _BATCH_BYTES // max(1, mean_bytes)))
        starts = list(range(0, rows, size))
    else:
        starts = [(rows - size) * place // (places - 1) for place in range(places)]
    return [range(start, min(start + size, rows)) for start in starts]


def list_data_spans(row: TokenRow, manifest: TokenizedManifest) -> tuple[Span, ...]:
    """Return the spans of data in a written row, each with its source row."""
    if row.source is None:
        return row.spans
    frame = len(manifest.resolved.prefix) + len(manifest.resolved.suffix)
    return (Span(row.source, 0, len(manifest.resolved.prefix), count_unpadded(row, manifest) - frame),)


def count_unpadded(row: TokenRow, manifest: TokenizedManifest) -> int:
    """Return the positions of a written row before its padding.

    The ids alone do not tell: the token that pads may also occur in texts, as EOS does.
    """
    resolved = manifest.resolved
    if row.spans and manifest.settings.is_windowed:
        return row.spans[-1].position + row.spans[-1].length + len(resolved.suffix)
    if row.tokens is None:
        return len(row.ids)
    kept = min(row.tokens, resolved.room) if manifest.settings.is_truncated else row.tokens
    return len(resolved.prefix) + kept + len(resolved.suffix)
