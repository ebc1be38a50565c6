"""Record batches have the columns that the settings ask for, and the same size however rows arrive."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from fakes.tokenizing import PAD, FakeTokenizer
from mistudio.corpus.arrays import offsets_of
from mistudio.corpus.spec import TokenizeSettings, resolve_framing
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.tokenize.arrow_columns import (
    Columns,
    dump_dataset_dict,
    dump_dataset_info,
    dump_dataset_state,
)
from mistudio.corpus.tokenize.rows import Rows, Segments

RAGGED = Columns(is_packed=False, padding="do_not_pad", pad=-1, has_mask=False, max_length=4)
LONGEST = replace(RAGGED, padding="longest", pad=PAD, has_mask=True)
PADDED = replace(LONGEST, padding="max_length")
PACKED = replace(RAGGED, is_packed=True)


def make_rows(*rows: list[int], segments: Segments | None = None) -> Rows:
    """Return rows of these ids, all data."""
    lengths = np.array([len(row) for row in rows], np.int64)
    numbers = np.arange(len(rows))
    return Rows(
        ids=np.array([token for row in rows for token in row], np.int32),
        offsets=offsets_of(lengths),
        data=lengths,
        inserted=np.zeros((len(rows), 0), np.int32),
        source=numbers if segments is None else segments,
        next_row=numbers + 1,
        next_offset=np.zeros(len(rows), np.int64),
    )


ROWS = make_rows([1, 2], [], [3, 4, 5, 6, 7])


@pytest.fixture
def resolved() -> ResolvedSettings:
    """Return resolved settings of padded rows."""
    framing = resolve_framing(TokenizeSettings(tokenizer="fake", padding="longest"), FakeTokenizer())
    return ResolvedSettings(splits=("train",), text_column="text", **vars(framing))


def test_ragged_rows_are_not_copied() -> None:
    """The ids of the batch are those of the rows."""
    batch, padding = RAGGED.make_batch(ROWS)
    assert (0, [[1, 2], [], [3, 4, 5, 6, 7]]) == (padding, batch.column("input_ids").to_pylist())
    assert [0, 1, 2] == batch.column("row").to_pylist()
    assert batch.column("input_ids").values.buffers()[1].address == ROWS.ids.__array_interface__["data"][0]


@pytest.mark.parametrize(("columns", "width", "padding"), [(LONGEST, 5, 8), (PADDED, 4, 6)])
def test_padding_fills_rows_up(columns: Columns, width: int, padding: int) -> None:
    """To the longest of the batch, or to the maximum; a longer row keeps its length. The mask marks data."""
    batch, count = columns.make_batch(ROWS)
    assert padding == count
    for row, ids, mask in zip(([1, 2], [], [3, 4, 5, 6, 7]), *batch.columns[:2], strict=True):
        missing = max(0, width - len(row))
        assert (row + [PAD] * missing, [1] * len(row) + [0] * missing) == (ids.as_py(), mask.as_py())


def test_packed_rows_have_segments() -> None:
    """Each piece names its source row, its first token there, its position and its length."""
    segments = Segments(
        np.array([0, 1, 3]), np.array([5, 5, 6]), np.array([0, 2, 0]), np.array([0, 0, 1]), np.array([2, 1, 1])
    )
    batch, _padding = PACKED.make_batch(make_rows([1, 2], [3, 4], segments=segments))
    pieces = batch.column("segments").to_pylist()
    assert {"row": 5, "token_start_in_row": 2, "position": 0, "length": 1} == pieces[1][0]
    assert [1, 2] == [len(row) for row in pieces]


@pytest.mark.parametrize(
    ("columns", "lengths", "expected"),
    [
        (RAGGED, [1] * 999, None),
        (RAGGED, [1] * 2_000, 1_000),
        (RAGGED, [1 << 22, 1], 1),
        (RAGGED, [1 << 21, 1 << 21], None),
        (RAGGED, [1 << 21, 1 << 21, 1], 2),
        (LONGEST, [1, 1 << 21, 1], 2),
        (replace(PADDED, max_length=1 << 21), [1, 1, 1], 2),
        (replace(PACKED, max_length=1 << 19), [1 << 19], None),
        (replace(PACKED, max_length=1 << 19), [1 << 19] * 3, 2),
    ],
)
def test_a_batch_ends_by_what_is_in_it(columns: Columns, lengths: list[int], expected: int | None) -> None:
    """After 1,000 rows or so many positions; None until the end is certain."""
    assert expected == columns.next_batch(np.array(lengths, np.int64))


def test_columns_follow_from_the_settings(resolved: ResolvedSettings) -> None:
    """A mask needs padding; shuffled rows are first written without."""
    settings = TokenizeSettings(tokenizer="fake", padding="longest")
    columns = Columns.from_settings(settings, resolved)
    assert (True, PAD) == (columns.has_mask, columns.pad)
    assert not Columns.from_settings(replace(settings, padding="do_not_pad"), resolved).has_mask
    assert ("do_not_pad", False) == (columns.without_padding().padding, columns.without_padding().has_mask)


def test_the_schema_has_the_features_that_datasets_reads() -> None:
    """In the metadata, in the order of the columns."""
    schema = LONGEST.schema
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert ["input_ids", "attention_mask", "row"] == schema.names == list(features)
    assert pa.list_(pa.int32()) == schema.field("input_ids").type
    assert features == json.loads(dump_dataset_info(LONGEST))["features"]


def test_small_files_name_splits_and_data_files() -> None:
    """``datasets`` rejects a split name of an unusual form, so the state leaves it out."""
    state = json.loads(dump_dataset_state(["a.arrow", "b.arrow"], split="train.en", fingerprint="f"))
    assert (["a.arrow", "b.arrow"], "train.en") == (
        [file["filename"] for file in state["_data_files"]],
        state["_split"],
    )
    assert None is json.loads(dump_dataset_state([], split="a b", fingerprint="f"))["_split"]
    assert {"splits": ["train", "test"]} == json.loads(dump_dataset_dict(["train", "test"]))
