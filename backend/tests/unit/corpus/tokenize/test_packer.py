"""Packing loses no token, keeps the order and the boundaries, and does not depend on the batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.corpus.arrays import offsets_of
from mistudio.corpus.tokenize.packer import Packer
from mistudio.corpus.tokenize.packing_rules import SeparatorTokens, count_packed_rows
from mistudio.corpus.tokenize.rows import Documents, Position, Rows, Segments

BEGIN, SEPARATOR, FIRST, LAST = 90, 91, 92, 93


@dataclass(frozen=True)
class Row:
    """A packed row as plain Python: its ids, and the source row, number and position of each data token."""

    ids: list[int]
    data: list[tuple[int, int, int]]


def pack_one_by_one(documents: Sequence[tuple[int, list[int]]], tokens: SeparatorTokens) -> list[Row]:
    """Pack token by token, by the rules; the last row may be partial."""
    rows, row = [], Row([], [])

    def is_full() -> bool:
        nonlocal row
        if len(row.ids) < tokens.context:
            return False
        rows.append(row)
        row = Row([], [])
        return True

    for source, ids in documents:
        if not ids:
            continue
        unit: list[tuple[int, int | None]] = [
            *((token, None) for token in tokens.prefix),
            *((token, index) for index, token in enumerate(ids)),
            *((token, None) for token in tokens.suffix),
        ]
        starts_with = tokens.prefix[0] if tokens.prefix else None
        if row.ids and tokens.separator is not None and tokens.separator != starts_with:
            row.ids.append(tokens.separator)
            is_full()
        for place, (token, index) in enumerate(unit):
            if not row.ids and tokens.begin is not None and not (place == 0 and tokens.begin == starts_with):
                row.ids.append(tokens.begin)
            if index is not None:
                row.data.append((source, index, len(row.ids)))
            row.ids.append(token)
            is_full()
    return [*rows, row] if row.ids else rows


def to_plain_rows(rows: Rows) -> list[Row]:
    """Return the rows as plain Python."""
    assert isinstance(rows.source, Segments)
    out = []
    for index in range(len(rows)):
        one = rows.slice(index, index + 1)
        assert isinstance(one.source, Segments)
        pieces = zip(one.source.row, one.source.token_start, one.source.position, one.source.length, strict=True)
        data = [(int(row), int(start + i), int(at + i)) for row, start, at, length in pieces for i in range(length)]
        assert int(one.data[0]) == len(data)
        assert int(one.lengths[0]) == len(data) + int(one.inserted.sum())
        out.append(Row(one.ids.tolist(), data))
    return out


def make_documents(numbered: Sequence[tuple[int, list[int]]]) -> Documents:
    """Return the documents as the packer takes them."""
    ids = np.array([token for _row, document in numbered for token in document], np.int32)
    rows = np.array([row for row, _document in numbered], np.int64)
    return Documents(rows, ids, offsets_of(np.array([len(document) for _row, document in numbered], np.int64)))


def pack_batches(
    numbered: Sequence[tuple[int, list[int]]],
    tokens: SeparatorTokens,
    cuts: Sequence[int],
    *,
    begin: Position | None = None,
) -> tuple[list[Rows], Packer]:
    """Return all rows of the documents in batches that end at ``cuts``, with the partial row."""
    packer = Packer(tokens, begin=begin, keep_last_partial=True)
    edges = [0, *sorted(cut % (len(numbered) + 1) for cut in cuts), len(numbered)]
    parts = [packer.add(make_documents(numbered[a:b])) for a, b in pairwise(edges) if a < b]
    return [part for part in (*parts, packer.finish()) if part is not None], packer


@st.composite
def draw_tokens(draw: st.DrawFn) -> SeparatorTokens:
    """Draw any special tokens; a prefix may begin with the separator or the begin-of-row token."""
    return SeparatorTokens(
        context=draw(st.integers(2, 9)),
        begin=draw(st.sampled_from([None, BEGIN, FIRST])),
        separator=draw(st.sampled_from([None, BEGIN, SEPARATOR, FIRST])),
        prefix=draw(st.sampled_from([(), (), (FIRST,), (FIRST, 94)])),
        suffix=draw(st.sampled_from([(), (), (LAST,)])),
    )


documents = st.lists(st.lists(st.integers(0, 60), max_size=14), max_size=14).map(lambda found: list(enumerate(found)))
batches = st.lists(st.integers(0, 100), max_size=4)


@settings(max_examples=400, deadline=None)
@given(documents, draw_tokens(), batches)
def test_rows_are_those_of_packing_token_by_token(
    numbered: list[tuple[int, list[int]]], tokens: SeparatorTokens, cuts: list[int]
) -> None:
    """Ids, order, boundaries and origins, for any batches."""
    parts, _packer = pack_batches(numbered, tokens, cuts)
    assert pack_one_by_one(numbered, tokens) == [row for part in parts for row in to_plain_rows(part)]


@settings(max_examples=200, deadline=None)
@given(documents, draw_tokens(), batches)
def test_no_token_is_lost(numbered: list[tuple[int, list[int]]], tokens: SeparatorTokens, cuts: list[int]) -> None:
    """Every data token is written once, or counted as dropped with the partial row."""
    packer = Packer(tokens)
    parts = [packer.add(make_documents(numbered)), packer.finish()]
    rows = [row for part in parts if part is not None for row in to_plain_rows(part)]
    written = [(source, index) for row in rows for source, index, _position in row.data]
    all_tokens = [(source, index) for source, ids in numbered for index in range(len(ids))]
    assert all_tokens[: len(written)] == written
    assert len(all_tokens) == len(written) + packer.dropped
    assert all(len(row.ids) == tokens.context for row in rows)


@settings(max_examples=200, deadline=None)
@given(documents, draw_tokens(), batches, st.integers(0, 30))
def test_packing_continues_after_any_row(
    numbered: list[tuple[int, list[int]]], tokens: SeparatorTokens, cuts: list[int], stop: int
) -> None:
    """The position after a row is all that it needs to make the same rows."""
    parts, _packer = pack_batches(numbered, tokens, cuts)
    if not parts:
        return
    rows = Rows.join(parts)
    stop %= len(rows)
    position = rows.position_after(stop)
    again, _other = pack_batches(numbered[position.row :], tokens, cuts, begin=position)
    assert to_plain_rows(rows)[stop + 1 :] == [row for part in again for row in to_plain_rows(part)]


@settings(max_examples=300, deadline=None)
@given(documents, draw_tokens(), batches)
def test_rows_are_counted_from_lengths_alone(
    numbered: list[tuple[int, list[int]]], tokens: SeparatorTokens, cuts: list[int]
) -> None:
    """Full rows, and the positions and data tokens of the last one, without ids."""
    rows = pack_one_by_one(numbered, tokens)
    partial = rows.pop() if rows and len(rows[-1].ids) < tokens.context else Row([], [])
    lengths = np.array([len(ids) for _row, ids in numbered], np.int64)
    edges = [0, *sorted(cut % (len(numbered) + 1) for cut in cuts), len(numbered)]

    def blocks() -> Iterator[np.ndarray[tuple[int], np.dtype[np.int64]]]:
        for start, stop in pairwise(edges):
            yield lengths[start:stop]

    counted = count_packed_rows(blocks(), tokens)
    assert len(rows) == counted.rows
    assert (len(partial.ids), len(partial.data)) == (counted.partial, counted.partial_data)


def test_long_runs_between_documents_are_found() -> None:
    """For documents far longer than a row, and far more documents than one step covers."""
    chance = np.random.default_rng(1)
    numbered = [(row, [row % 60] * int(size)) for row, size in enumerate(chance.integers(1, 40, 800))]
    numbered[400] = (400, [7] * 5_000)
    for tokens in (
        SeparatorTokens(16, BEGIN, BEGIN),
        SeparatorTokens(16, BEGIN, SEPARATOR, (BEGIN,)),
        SeparatorTokens(2, BEGIN, SEPARATOR),
    ):
        parts, _packer = pack_batches(numbered, tokens, [100, 401])
        assert pack_one_by_one(numbered, tokens) == [row for part in parts for row in to_plain_rows(part)]
