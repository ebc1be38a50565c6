"""Counts everything that the checks of all rows need, batch by batch, in flat memory."""

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Counts, Ints
from mistudio.corpus.certificate.content import Content, RowForm, find_content
from mistudio.corpus.certificate.expectations import Expectations
from mistudio.corpus.certificate.places import Places
from mistudio.corpus.certificate.row_hashes import RowHashes
from mistudio.corpus.certificate.scan_counts import ScanCounts, StartCounts
from mistudio.corpus.certificate.token_batch import TokenBatch
from mistudio.corpus.certificate.vocabulary import Vocabulary

_MOST_LENGTHS: Final = 1 << 16
_MOST_VALUES: Final = 64


class Scan:
    """Reads batches of all files in order, and adds to ``counts`` and to the count of each token."""

    def __init__(self, vocabulary: Vocabulary, expected: Expectations, form: RowForm, bos: int | None) -> None:
        self.counts = ScanCounts()
        self.frequencies: Counts = np.zeros(vocabulary.size, np.int64)
        self.hashes = RowHashes()
        self.places = Places()
        self._vocabulary, self._expected, self._form, self._bos = vocabulary, expected, form, bos
        allowed = {*expected.separators, expected.row_begin, expected.row_end, expected.document_begin, form.pad}
        self._is_separator = _flag(expected.separators, vocabulary.size)
        self._is_odd = vocabulary.is_special & ~_flag({each for each in allowed if each is not None}, vocabulary.size)
        # The file of the last row, the length of its content, and its last token.
        self._last: tuple[str, int, int] | None = None

    def ignore(self, token: int | None) -> None:
        """Do not count a token as a special token in the text."""
        if token is not None and token < len(self._is_odd):
            self._is_odd[token] = False

    def add(self, batch: TokenBatch) -> Content:
        """Count a batch; return where its content is."""
        counts, content = self.counts, find_content(batch, self._form)
        if not batch.is_stream:
            self.hashes.add(batch.ids, content.starts, content.ends, counts.rows)
        counts.rows += batch.num_rows
        counts.tokens += len(batch.ids)
        counts.null_rows += batch.null_rows
        counts.is_stream |= batch.is_stream
        counts.has_mask |= batch.mask is not None
        self._count_ids(batch, content)
        self._count_rows(batch, content)
        self._count_padding(batch, content)
        self._count_framing(batch, content)
        self._count_documents(batch, content)
        return content

    def _count_ids(self, batch: TokenBatch, content: Content) -> None:
        counts, size = self.counts, self._vocabulary.size
        if not len(batch.ids):
            return
        counts.largest = max(counts.largest, int(batch.ids.max()))
        is_inside = (batch.ids >= 0) & (batch.ids < size)
        self.frequencies += np.bincount(batch.ids[is_inside & content.is_content], minlength=size)
        counts.content += int(content.is_content.sum())
        if not is_inside.all():
            outside = np.flatnonzero(~is_inside)
            counts.outside += len(outside)
            counts.outside_content += int(content.is_content[outside].sum())
            values, numbers = np.unique(batch.ids[outside], return_counts=True)
            top = np.argsort(-numbers)[:_MOST_VALUES]
            counts.outside_values.update(dict(zip(values[top].tolist(), numbers[top].tolist(), strict=True)))
            _trim(counts.outside_values, _MOST_VALUES)
            self.places.add("ids_in_vocabulary", batch, outside)
        odd = np.flatnonzero(self._look_up(self._is_odd, batch.ids) & content.is_content)
        counts.special_in_text += len(odd)
        self.places.add("special_in_text", batch, odd)

    def _count_rows(self, batch: TokenBatch, content: Content) -> None:
        lengths = content.lengths
        empty = np.flatnonzero(lengths == 0)
        self.counts.empty_rows += len(empty)
        self.places.add_rows("empty_rows", batch, empty)
        values, numbers = np.unique(lengths, return_counts=True)
        self.counts.lengths.update(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
        _trim(self.counts.lengths, _MOST_LENGTHS)
        self.places.add_rows("row_lengths", batch, np.flatnonzero((lengths > 0) & (lengths < self._form.full_length)))
        self.places.add_rows("truncated_rows", batch, np.flatnonzero(lengths == self._form.full_length))

    def _count_padding(self, batch: TokenBatch, content: Content) -> None:
        counts = self.counts
        padding = ~content.is_content
        counts.padding += int(padding.sum())
        lengths = np.diff(batch.offsets)
        counts.padded_rows += int((content.lengths < lengths).sum())
        if batch.mask is None:
            self.places.add("padding", batch, np.flatnonzero(padding))
            return
        unmasked = np.flatnonzero(padding & batch.mask)
        hidden = np.flatnonzero(~batch.mask & content.is_content & (batch.ids != self._form.pad))
        counts.unmasked += len(unmasked)
        counts.hidden += len(hidden)
        self.places.add("padding", batch, unmasked)
        self.places.add("padding", batch, hidden)

    def _count_framing(self, batch: TokenBatch, content: Content) -> None:
        counts, filled = self.counts, np.flatnonzero(content.lengths > 0)
        if batch.is_stream or not len(filled):
            return
        starts, ends = content.starts[filled], content.ends[filled]
        first, last = batch.ids[starts], batch.ids[ends - 1]
        begun, ended = first == _or_none(self._expected.row_begin), last == _or_none(self._expected.row_end)
        counts.row_begun += int(begun.sum())
        counts.row_ended += int(ended.sum())
        self.places.add("begin_of_row", batch, starts[~begun])
        self.places.add("row_end", batch, ends[~ended] - 1)
        if self._bos is not None:
            second = batch.ids[np.minimum(starts + 1, len(batch.ids) - 1)]
            twice = (first == self._bos) & (second == self._bos) & (ends - starts > 1)
            counts.doubled_starts += int(twice.sum())
            self.places.add("double_bos", batch, starts[twice] + 1)

    def _count_documents(self, batch: TokenBatch, content: Content) -> None:
        counts, ids = self.counts, batch.ids
        is_separator = self._look_up(self._is_separator, ids)
        row_of = np.repeat(np.arange(batch.num_rows), batch.lengths)
        same_row = row_of[1:] == row_of[:-1]
        both = content.is_content[1:] & content.is_content[:-1] & same_row
        doubled = np.flatnonzero(both & (ids[1:] == _or_none(self._bos)) & (ids[:-1] == _or_none(self._bos))) + 1
        counts.doubled_rows += len(np.unique(row_of[doubled]))
        self.places.add("double_bos", batch, doubled)
        begins = np.flatnonzero(both & is_separator[:-1] & ~is_separator[1:]) + 1
        # What follows the token at the beginning of a row may continue a document.
        begins = begins[~self._is_near_start(begins, is_separator, content, row_of)]
        counts.documents += len(begins)
        counts.rows_with_separator += len(np.unique(row_of[begins]))
        counts.documents_begun += int((ids[begins - 1] == _or_none(self._expected.document_begin)).sum())
        self._count_starts(counts.document_starts, ids[begins])
        self.places.add("first_tokens", batch, begins)
        counts.pairs += int(both.sum())
        counts.pairs_inside += int((both & self._is_inside(ids[:-1], ids[1:])).sum())
        if not batch.is_stream:
            self._count_row_starts(batch, content, is_separator)

    def _is_near_start(
        self, begins: Ints, is_separator: NDArray[np.bool_], content: Content, row_of: Ints
    ) -> NDArray[np.bool_]:
        """Return which places have nothing but separators before them in their row."""
        others = np.concatenate([np.zeros(1, np.int64), np.cumsum(~is_separator)])
        found: NDArray[np.bool_] = others[begins] == others[content.starts[row_of[begins]]]
        return found

    def _count_row_starts(self, batch: TokenBatch, content: Content, is_separator: NDArray[np.bool_]) -> None:
        filled = np.flatnonzero(content.lengths > 0)
        if not len(filled):
            return
        places, ends, lengths = content.starts[filled], content.ends - 1, content.lengths
        for _ in range(2):
            places = places + (is_separator[places] & (places + 1 < content.ends[filled]))
            ends = ends - (is_separator[np.maximum(ends, 0)] & (ends > content.starts))
        known = self._last if self._last is not None and self._last[0] == batch.file else (batch.file, -1, -1)
        last = np.where(lengths > 0, batch.ids[np.maximum(ends, 0)], -1)
        before = np.concatenate([[known[1]], lengths[:-1]])[filled]
        is_after_full = before == self._form.full_length
        inside = self._is_inside(np.concatenate([[known[2]], last[:-1]])[filled], batch.ids[places])
        self.counts.row_pairs += len(filled)
        self.counts.row_pairs_inside += int(inside.sum())
        self._count_starts(self.counts.rows_after_short, batch.ids[places[~is_after_full]])
        self._count_starts(self.counts.rows_after_full, batch.ids[places[is_after_full]])
        self.places.add("first_tokens", batch, places[~is_after_full])
        self.places.add("row_starts", batch, places[inside])
        self._last = (batch.file, int(lengths[-1]), int(last[-1]))

    def _is_inside(self, first: Ints, second: Ints) -> NDArray[np.bool_]:
        """Return for each pair of neighbours whether a word goes on from one to the other."""
        ends, continues = self._vocabulary.ends_word, self._vocabulary.continues
        found: NDArray[np.bool_] = np.logical_and(self._look_up(ends, first), self._look_up(continues, second))
        return found

    def _count_starts(self, counts: StartCounts, ids: Ints) -> None:
        inside = ids[(ids >= 0) & (ids < self._vocabulary.size)]
        counts.add(inside, self._vocabulary)

    def _look_up(self, flags: NDArray[np.bool_], ids: Ints) -> NDArray[np.bool_]:
        is_inside = (ids >= 0) & (ids < len(flags))
        found: NDArray[np.bool_] = np.logical_and(flags[np.where(is_inside, ids, 0)], is_inside)
        return found


def _flag(tokens: frozenset[int] | set[int], size: int) -> NDArray[np.bool_]:
    flags = np.zeros(size, np.bool_)
    flags[[token for token in tokens if 0 <= token < size]] = True
    return flags


def _or_none(token: int | None) -> int:
    """Return the token, or an id that no data has."""
    return -(1 << 62) if token is None else token


def _trim(counter: Counter[int], most: int) -> None:
    if len(counter) > most:
        for key, _count in counter.most_common()[most:]:
            del counter[key]
