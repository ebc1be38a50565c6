"""A page of the places where one token occurs, each with the tokens around it.

The pass over the mapped ids ends with the page, and keeps no other place: a frequent token occurs many million times.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mistudio.corpus.loader.data_spans import BatchSpans, read_spans
from mistudio.corpus.loader.origins import Context, read_context
from mistudio.corpus.loader.row_arrays import RowArrays
from mistudio.corpus.loader.token_search import find_in_batch
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.tokenized.store import TokenizedStore


@dataclass(frozen=True)
class Occurrence:
    """A position of a written row; the row has ``unpadded`` positions before its padding."""

    split: str
    row: int
    position: int
    unpadded: int


@dataclass(frozen=True)
class KeywordContext:
    """Tokens of a written row with their documents; the token that was looked for is number ``at`` of them."""

    context: Context
    at: int


def find_occurrences(
    store: TokenizedStore, token: int, *, splits: Sequence[str], offset: int, limit: int
) -> list[Occurrence]:
    """Return occurrences ``offset`` to ``offset + limit`` in file order. Raises DataMissing, InvalidData."""
    found: list[Occurrence] = []
    skipped = 0
    for split, spans in _read_batches(store, splits):
        rows, positions = find_in_batch(spans, np.array([token]))
        first = max(0, offset - skipped)
        here = slice(first, first + limit - len(found))
        found += [
            Occurrence(split, spans.first_row + row, position, int(spans.unpadded[row]))
            for row, position in zip(rows[here].tolist(), positions[here].tolist(), strict=True)
        ]
        skipped += len(rows)
        if len(found) == limit:
            break
    return found


def _read_batches(store: TokenizedStore, splits: Sequence[str]) -> Iterator[tuple[str, BatchSpans]]:
    for split in splits:
        # Opened by the store first, because it checks the sizes of the files.
        store.num_rows(split)
        written = store.manifest.split(split)
        arrays = RowArrays(store.folder, store.manifest, written)
        for spans in read_spans(store.folder, store.manifest, written, arrays):
            yield split, spans


def read_keyword(store: TokenizedStore, dataset: Manifest, place: Occurrence, *, window: int) -> KeywordContext:
    """Return the token with up to ``window`` tokens of its row on each side. Raises DataMissing, InvalidData."""
    first = max(0, place.position - window)
    stop = min(place.unpadded, place.position + window + 1)
    context = read_context(store, dataset, split=place.split, row=place.row, position=first, length=stop - first)
    return KeywordContext(context, place.position - first)
