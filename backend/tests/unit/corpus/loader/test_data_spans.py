"""The spans of data in written rows: which positions came from a text, and from where in it."""

from pathlib import Path

import numpy as np
import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import EOS, tokenize_into
from mistudio.core.errors import DataMissing
from mistudio.corpus.loader.data_spans import BatchSpans, read_spans
from mistudio.corpus.loader.row_arrays import RowArrays
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized.lengths import LENGTHS

ROWS = [[{"text": "abcde"}, {"text": "f"}, {"text": "gh"}]]


def read_batch(folder: Path, settings: TokenizeSettings) -> BatchSpans:
    """Tokenize three short texts into one record batch, and return its spans."""
    make_dataset(folder / "ds", {"train": ROWS})
    manifest = tokenize_into(folder / "ds", folder, settings)
    split = manifest.split("train")
    (spans,) = read_spans(folder / "tok", manifest, split, RowArrays(folder / "tok", manifest, split))
    return spans


def test_an_unpacked_row_is_one_span(tmp_path: Path) -> None:
    """It is cut to the length, begins after the prefix, and ends before the suffix and the padding."""
    settings = TokenizeSettings(
        tokenizer="fake", max_length=5, padding="max_length", begin_of_row_token="bos", end_of_document_token=EOS
    )
    spans = read_batch(tmp_path, settings)
    assert [(0, 0, 0, 1, 3), (1, 1, 0, 1, 1), (2, 2, 0, 1, 2)] == list(
        zip(spans.row, spans.source, spans.token_start, spans.position, spans.length, strict=True)
    )
    assert [5, 3, 4] == spans.unpadded.tolist()
    assert ["#...#", "#.###", "#..##"] == ["".join(".#"[mark] for mark in row) for row in split_rows(spans)]


def test_a_packed_row_has_a_span_of_each_document(tmp_path: Path) -> None:
    """A document that goes on in the next row has a span there, too; no row has padding."""
    spans = read_batch(tmp_path, TokenizeSettings(tokenizer="fake", max_length=4, packing="concat"))
    assert [(0, 0, 0, 1, 3), (1, 0, 3, 1, 2), (2, 1, 0, 1, 1), (2, 2, 0, 3, 1)] == list(
        zip(spans.row, spans.source, spans.token_start, spans.position, spans.length, strict=True)
    )
    assert [4, 4, 4] == spans.unpadded.tolist()
    assert ["#...", "#..#", "#.#."] == ["".join(".#"[mark] for mark in row) for row in split_rows(spans)]


def test_a_row_without_data_is_special_as_a_whole() -> None:
    """Its span has no length, and may begin where the row ends."""
    numbers = {"row": [0, 1], "source": [0, 1], "token_start": [0, 0], "position": [1, 1], "length": [1, 0]}
    spans = BatchSpans(
        first_row=0,
        ids=np.array([9, 5, 9], np.int32),
        offsets=np.array([0, 2, 3]),
        unpadded=np.array([2, 1]),
        **{name: np.array(values, np.int64) for name, values in numbers.items()},
    )
    assert [True, False, True] == spans.mark_special().tolist()


def test_missing_lengths_are_missing_data(tmp_path: Path) -> None:
    """The message says that files are not there."""
    make_dataset(tmp_path / "ds", {"train": ROWS})
    manifest = tokenize_into(tmp_path / "ds", tmp_path, TokenizeSettings(tokenizer="fake", max_length=4))
    split, folder = manifest.split("train"), tmp_path / "tok"
    (folder / "train" / LENGTHS).unlink()
    with pytest.raises(DataMissing, match="not on disk"):
        list(read_spans(folder, manifest, split, RowArrays(folder, manifest, split)))


def split_rows(spans: BatchSpans) -> list[list[bool]]:
    """Return the marks of each row."""
    return [marks.tolist() for marks in np.split(spans.mark_special(), spans.offsets[1:-1])]
