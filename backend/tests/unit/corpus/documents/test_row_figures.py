"""The figures of the source rows: read back as written, and on the disk before anything relies on them."""

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import CharacterEncoder, tokenize_into
from mistudio.core.errors import JobCancelled
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, NO_TEXT, RowFigures, SourceRows
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.spec.settings import TokenizeSettings

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16)


def figures(*tokens: int) -> RowFigures:
    """Rows of so many tokens, each of a byte; one without tokens has no text."""
    counts = np.array(tokens, np.int64)
    return RowFigures(counts, counts, counts, np.where(counts, DOCUMENT, NO_TEXT).astype(np.uint8))


def read_tokens(rows: SourceRows) -> list[int]:
    """The tokens of every row."""
    return [count for _first, block in rows.blocks() for count in block.tokens.tolist()]


def test_rows_are_read_back_in_order(tmp_path: Path) -> None:
    """Whatever the order of writing; a row that is written again has its last figures, others are zero."""
    with closing(SourceRows(tmp_path / "rows", 6)) as rows:
        rows.write(3, figures(4, 5))
        rows.write(0, figures(1, 2))
        rows.write(1, figures(7))
        assert [1, 7, 0, 4, 5, 0] == read_tokens(rows)


def test_a_second_call_finds_what_was_written(tmp_path: Path) -> None:
    """Kinds, too; the files have one size from the beginning."""
    with closing(SourceRows(tmp_path / "rows", 3)) as rows:
        rows.write(0, replace(figures(9, 0), kinds=np.array([HELD_OUT, NO_TEXT], np.uint8)))
    with closing(SourceRows(tmp_path / "rows", 3)) as rows:
        ((first, block),) = rows.blocks()
    assert (0, [9, 0, 0], [HELD_OUT, NO_TEXT, NO_TEXT]) == (first, block.tokens.tolist(), block.kinds.tolist())


def test_a_write_that_is_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A nearly full disk takes a few bytes and raises nothing; the rest is not forgotten."""
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda descriptor, data, position: pwrite(descriptor, data[:3], position))
    with closing(SourceRows(tmp_path / "rows", 3)) as rows:
        rows.write(0, figures(1, 2, 3))
        assert [1, 2, 3] == read_tokens(rows)


class Disk:
    """Remembers what each file held when it was last flushed to the disk, which is what a power loss leaves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._durable: dict[Path, bytes] = {}
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._flush)

    def _flush(self, descriptor: int) -> None:
        self._fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_file():
            self._durable[path] = path.read_bytes()

    def lose_power(self, folder: Path) -> None:
        """Put every file in ``folder`` back to what reached the disk; what never did is zeros."""
        for path in folder.iterdir():
            path.write_bytes(self._durable.get(path, bytes(path.stat().st_size)))


class StopsAfter(CharacterEncoder):
    """Encodes so many batches, then is cancelled."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    def encode(self, texts: pa.StringArray | pa.LargeStringArray) -> TokenIds:
        """The ids, or the end."""
        if not self._left:
            raise JobCancelled("Cancelled.")
        self._left -= 1
        return super().encode(texts)


@pytest.mark.parametrize(
    "settings",
    [SETTINGS, replace(SETTINGS, packing="concat"), replace(SETTINGS, heldout_fraction=0.5, shuffle_seed=1)],
    ids=str,
)
def test_a_power_loss_loses_no_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: TokenizeSettings
) -> None:
    """Parts that survived have their rows' figures, so the next call ends with the same bytes."""
    rows = [
        [{"text": f"story {number} " * (number % 60)} for number in range(start, start + 500)]
        for start in range(0, 5_000, 500)
    ]
    make_dataset(tmp_path / "ds", {"train": rows})
    whole = tokenize_into(tmp_path / "ds", tmp_path / "whole", settings)
    disk, scratch = Disk(monkeypatch), tmp_path / "again" / "staging" / ".scratch"
    with pytest.raises(JobCancelled):
        tokenize_into(tmp_path / "ds", tmp_path / "again", settings, encoder=StopsAfter(8))
    assert list((scratch / "reports" / "train").glob("part-*.json"))
    disk.lose_power(scratch / "source" / "train")
    again = tokenize_into(tmp_path / "ds", tmp_path / "again", settings)
    assert whole.ledger == again.ledger
    assert [split.files for split in whole.splits] == [split.files for split in again.splits]
    assert dict(whole.others) == dict(again.others)
