"""Shuffled rows are a permutation that the seed decides, and a killed shuffle continues with it."""

from dataclasses import replace
from pathlib import Path

import datasets
import numpy as np
import pytest

from fakes.tokenizing import make_varied_dataset, tokenize_into
from mistudio.core.errors import JobCancelled
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenize.arrow_columns import Columns
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.rows import Documents, Position, RowMaker
from mistudio.corpus.tokenize.shuffle import shuffle_parts

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16, padding="longest")
COLUMNS = Columns(is_packed=False, padding="do_not_pad", pad=-1, has_mask=False, max_length=8)
COUNT = 4_500


class StopsAfter(NullMonitor):
    """Cancels after ``checkpoints`` checkpoints."""

    def __init__(self, checkpoints: int) -> None:
        self._left = checkpoints

    def checkpoint(self) -> None:
        """Count, then raise."""
        self._left -= 1
        if self._left < 0:
            raise JobCancelled("Cancelled.")


@pytest.fixture
def ordered(tmp_path: Path) -> PartWriter:
    """Return the parts of numbered rows in order."""
    writer = PartWriter(
        tmp_path / "ordered", tmp_path / "reports", columns=COLUMNS, inserted=[], begin=Position(0, 0), part_bytes=9_000
    )
    rows = np.arange(COUNT)
    writer.add(
        RowMaker(prefix=[], suffix=[], room=None).add(Documents(rows, rows.astype(np.int32), np.arange(COUNT + 1)))
    )
    writer.finish()
    return writer


def shuffle(ordered: PartWriter, folder: Path, *, seed: int, monitor: NullMonitor | None = None) -> PartWriter:
    """Shuffle into ``folder``."""
    return shuffle_parts(
        ordered,
        folder / "shuffled",
        folder / "shuffle-reports",
        seed=seed,
        columns=COLUMNS,
        monitor=monitor or NullMonitor(),
        part_bytes=9_000,
    )


def test_a_killed_shuffle_continues_with_the_same_rows(ordered: PartWriter, tmp_path: Path) -> None:
    """Killed at several checkpoints; a complete shuffle is not repeated."""
    whole = shuffle(ordered, tmp_path / "whole", seed=3)
    for checkpoints in (0, 1, 0, 1):
        with pytest.raises(JobCancelled):
            shuffle(ordered, tmp_path / "again", seed=3, monitor=StopsAfter(checkpoints))
    again = shuffle(ordered, tmp_path / "again", seed=3)
    assert [part.sha256 for part in whole.parts] == [part.sha256 for part in again.parts]
    assert shuffle(ordered, tmp_path / "again", seed=3, monitor=StopsAfter(0)).is_complete


def test_the_seed_decides_the_order(ordered: PartWriter, tmp_path: Path) -> None:
    """Another seed gives another order."""
    hashes = {part.sha256 for seed in (1, 2) for part in shuffle(ordered, tmp_path / str(seed), seed=seed).parts}
    assert len(hashes) == 2 * len(shuffle(ordered, tmp_path / "1", seed=1).parts)


@pytest.mark.parametrize("packing", ["off", "concat"])
def test_every_row_is_there_once(tmp_path: Path, packing: str) -> None:
    """Packed rows keep their segments; rows are padded after they are shuffled."""
    dataset = make_varied_dataset(tmp_path / "ds")
    settings = SETTINGS if packing == "off" else replace(SETTINGS, packing="concat", padding="do_not_pad")
    found = []
    for name, seed in (("plain", None), ("shuffled", 4)):
        tokenize_into(dataset, tmp_path / name, replace(settings, shuffle_seed=seed))
        rows = datasets.load_from_disk(str(tmp_path / name / "tok"))["train"].to_list()
        key = "row" if packing == "off" else "segments"
        found.append([(str(row[key]), row["input_ids"]) for row in rows])
    plain, shuffled = found
    assert [key for key, _ids in plain] != [key for key, _ids in shuffled]
    assert sorted(key for key, _ids in plain) == sorted(key for key, _ids in shuffled)
    if packing == "concat":
        assert sorted(plain) == sorted(shuffled)
