"""Rows are cut, framed, joined and sliced without losing where they came from."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.arrays import offsets_of
from mistudio.corpus.tokenize.rows import Documents, InsertedToken, Position, RowMaker, Rows, Segments, insert_tokens

IDS = st.lists(st.lists(st.integers(0, 60), max_size=8), min_size=1, max_size=8)
FRAME = st.lists(st.integers(90, 99), max_size=2)


def make_documents(documents: list[list[int]], first_row: int = 0) -> Documents:
    """Return the documents as the row maker takes them."""
    ids = np.array([token for document in documents for token in document], np.int32)
    rows = np.arange(first_row, first_row + len(documents))
    return Documents(rows, ids, offsets_of(np.array([len(document) for document in documents], np.int64)))


def list_rows(rows: Rows) -> list[list[int]]:
    """Return the ids of each row."""
    return [rows.ids[start:stop].tolist() for start, stop in zip(rows.offsets[:-1], rows.offsets[1:], strict=True)]


@given(IDS, FRAME, FRAME, st.one_of(st.none(), st.integers(0, 9)))
def test_each_document_is_cut_and_framed(
    documents: list[list[int]], prefix: list[int], suffix: list[int], room: int | None
) -> None:
    """Each row continues with the next source row and has each special token once."""
    maker = RowMaker(prefix=prefix, suffix=suffix, room=room)
    rows = maker.add(make_documents(documents, first_row=5))
    kept = [document if room is None else document[:room] for document in documents]
    assert [[*prefix, *document, *suffix] for document in kept] == list_rows(rows)
    assert [len(document) for document in kept] == rows.data.tolist()
    assert (len(documents), len(prefix) + len(suffix)) == rows.inserted.shape
    assert [*prefix, *suffix] == [token.id for token in maker.inserted]
    assert Position(5 + len(documents), 0) == rows.position_after(len(documents) - 1)
    assert maker.finish() is None


@given(IDS, st.data())
def test_slices_join_to_the_whole(documents: list[list[int]], data: st.DataObject) -> None:
    """A slice of rows or documents has only its own, and a part alone is returned as it is."""
    rows = RowMaker(prefix=[90], suffix=[], room=None).add(make_documents(documents))
    stop = data.draw(st.integers(0, len(documents)))
    joined = Rows.join([rows.slice(0, stop), rows.slice(stop, len(rows))])
    assert (list_rows(rows), rows.data.tolist()) == (list_rows(joined), joined.data.tolist())
    assert Rows.join([rows]) is rows
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(documents), max_size=len(documents))), bool)
    selected = make_documents(documents).select(keep)
    assert [
        len(document) for document, is_kept in zip(documents, keep, strict=True) if is_kept
    ] == selected.lengths.tolist()


def test_segments_keep_their_rows_when_sliced_and_joined() -> None:
    """Offsets of later parts move behind those of earlier ones."""
    segments = Segments(
        np.array([0, 2, 2, 3]), np.array([7, 8, 9]), np.array([0, 1, 2]), np.array([3, 4, 5]), np.ones(3, int)
    )
    parts = [segments.slice(0, 1), segments.slice(1, 3)]
    assert [0, 0, 1] == parts[1].offsets.tolist()
    joined = Segments.join(parts)
    assert (segments.offsets.tolist(), segments.row.tolist()) == (joined.offsets.tolist(), joined.row.tolist())


def test_tokens_are_inserted_at_their_places() -> None:
    """Everything else keeps its order."""
    ids = np.array([1, 2, 3], np.int32)
    assert [90, 1, 2, 91, 90, 3] == insert_tokens(ids, 6, [(np.array([0, 4]), 90), (np.array([3]), 91)]).tolist()
    assert InsertedToken("prefix", 90) == RowMaker(prefix=[90], suffix=[], room=1).inserted[0]
