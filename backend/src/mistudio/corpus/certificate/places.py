"""Remembers a few places of each kind, with the ids around them, to show as examples."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from mistudio.corpus.arrays import Ints
from mistudio.corpus.certificate.record import Example
from mistudio.corpus.certificate.token_batch import TokenBatch
from mistudio.corpus.tokenizers import LoadedTokenizer

_MOST: Final = 3
_AROUND: Final = 12
_CHARACTERS: Final = 120


@dataclass(frozen=True, eq=False)
class Place:
    """A position of a row, and the ids around it; ``at`` is its index among them."""

    file: str
    row: int
    position: int
    ids: tuple[int, ...]
    at: int


class Places:
    """The first places of each kind, from several rows if there are."""

    def __init__(self) -> None:
        self._found: dict[str, list[Place]] = {}

    def add(self, kind: str, batch: TokenBatch, positions: Ints) -> None:
        """Remember flat positions of the batch, as far as there is room."""
        kept = self._found.setdefault(kind, [])
        for position in positions[: 64 * (_MOST - len(kept))].tolist():
            row = int(np.searchsorted(batch.offsets, position, side="right")) - 1
            if len(kept) >= _MOST:
                return
            if not kept or (kept[-1].file, kept[-1].row) != (batch.file, batch.first_row + row):
                kept.append(_make_place(batch, row, position))

    def add_rows(self, kind: str, batch: TokenBatch, rows: Ints) -> None:
        """Remember rows of the batch by their beginnings, as far as there is room."""
        kept = self._found.setdefault(kind, [])
        for row in rows[: _MOST - len(kept)].tolist():
            kept.append(_make_place(batch, row, int(batch.offsets[row])))

    def get(self, kind: str) -> list[Place]:
        """Return the places of a kind."""
        return self._found.get(kind, [])


def _make_place(batch: TokenBatch, row: int, position: int) -> Place:
    start, stop = int(batch.offsets[row]), int(batch.offsets[row + 1])
    first, last = max(start, position - _AROUND), min(stop, position + _AROUND + 1)
    ids = tuple(batch.ids[first:last].tolist())
    return Place(batch.file, batch.first_row + row, position - start, ids, position - first)


def show_place(place: Place, tokenizer: LoadedTokenizer) -> Example:
    """Return a place with the text around it; an id outside the vocabulary is written as its number."""
    before, text, after = place.ids[: place.at], place.ids[place.at : place.at + 1], place.ids[place.at + 1 :]
    return Example(
        file=place.file,
        row=place.row,
        position=place.position,
        before=show_ids(before, tokenizer)[-_CHARACTERS:],
        text=show_ids(text, tokenizer)[:_CHARACTERS],
        after=show_ids(after, tokenizer)[:_CHARACTERS],
    )


def show_ids(ids: tuple[int, ...], tokenizer: LoadedTokenizer) -> str:
    """Return the text of ``ids``; those outside the vocabulary become ``[id 70000]``."""
    size, parts, known = tokenizer.vocab_size, [], list[int]()
    for number in ids:
        if 0 <= number < size:
            known.append(number)
            continue
        parts += [tokenizer.decode(known), f"[id {number}]"]
        known = []
    return "".join([*parts, tokenizer.decode(known) if known else ""])
