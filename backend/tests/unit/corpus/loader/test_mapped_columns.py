"""The columns of mapped files as arrays over the whole file, with the place of each record batch."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mistudio.core.errors import DataMissing, InvalidData
from mistudio.corpus.loader.mapped_columns import ListColumn, map_files, read_list_columns
from mistudio.corpus.tokenized.manifest import TokenFile

MASKS = pa.list_(pa.int8())
IDS = pa.list_(pa.int32())


def write_file(folder: Path, name: str, *batches: list[list[int]]) -> TokenFile:
    """Write a data file with these rows of ids in each record batch."""
    path = folder / name
    schema = pa.schema(
        [("attention_mask", MASKS), ("input_ids", IDS), ("row", pa.int64()), ("text", pa.list_(pa.string()))]
    )
    with pa.ipc.new_stream(path, schema) as writer:
        for rows in batches:
            masks = pa.array([[1] * len(row) for row in rows], MASKS)
            numbers, texts = pa.array(range(len(rows)), pa.int64()), pa.nulls(len(rows), schema.field("text").type)
            writer.write_batch(pa.record_batch([masks, pa.array(rows, IDS), numbers, texts], schema))
    return TokenFile(name, sum(map(len, batches)), path.stat().st_size, "")


def test_every_batch_has_its_place_in_its_file(tmp_path: Path) -> None:
    """Only lists of integers are columns, and the ids come first; a batch may have no values."""
    contents: list[list[list[list[int]]]] = [[[[1, 2, 3], [4]], [[], []]], [[[5, 6]]]]
    files = map_files(tmp_path, [write_file(tmp_path, f"{n}.arrow", *batches) for n, batches in enumerate(contents)])
    columns = read_list_columns(files)
    assert ["input_ids", "attention_mask"] == list(columns)
    assert [np.int32, np.int8] == [column.kind for column in columns.values()]
    found, file_of = [], [0, 0, 1]
    for number, (base, offsets) in enumerate(
        zip(columns["input_ids"].bases, columns["input_ids"].offsets, strict=True)
    ):
        values = columns["input_ids"].files[file_of[number]]
        ends = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        found.append([values[base + start : base + end].tolist() for start, end in ends])
    assert [batch for batches in contents for batch in batches] == found


def test_windows_are_views_of_rows(tmp_path: Path) -> None:
    """A file that is shorter than a row has none."""
    values = np.arange(6, dtype=np.int32)
    column = ListColumn([values, values[:2]], np.zeros(2, np.int64), [])
    long, short = column.windows(4)
    assert [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]] == long.tolist()
    assert np.shares_memory(long, values)
    assert (0, 4) == short.shape
    assert column.windows(4)[0] is long


def test_a_file_of_another_size_is_not_mapped(tmp_path: Path) -> None:
    """To read beyond its end would kill the process."""
    file = write_file(tmp_path, "a.arrow", [[1, 2]])
    with (tmp_path / "a.arrow").open("r+b") as opened:
        opened.truncate(file.bytes - 1)
    with pytest.raises(InvalidData, match="damaged"):
        map_files(tmp_path, [file])
    (tmp_path / "a.arrow").unlink()
    with pytest.raises(DataMissing):
        map_files(tmp_path, [file])


def test_no_rows_mean_no_columns(tmp_path: Path) -> None:
    """A split without files, or with a file without record batches."""
    assert {} == read_list_columns([])
    assert {} == read_list_columns(map_files(tmp_path, [write_file(tmp_path, "a.arrow")]))
