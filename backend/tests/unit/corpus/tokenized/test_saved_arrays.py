"""The arrays beside a tokenization's rows: integers of the right shape, or a reason that says what to do."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from mistudio.core.errors import DataMissing
from mistudio.corpus.tokenized.messages import FILE_DAMAGED, FILES_MISSING
from mistudio.corpus.tokenized.saved_arrays import load_array


def test_integers_are_loaded_or_mapped(tmp_path: Path) -> None:
    """Both ways give the same values."""
    np.save(tmp_path / "a.npy", np.array([[1, 2], [3, 4]], np.uint32))
    assert [[1, 2], [3, 4]] == load_array(tmp_path / "a.npy", dimensions=2).tolist()
    mapped = load_array(tmp_path / "a.npy", dimensions=2, mode="r")
    assert isinstance(mapped, np.memmap)
    assert [[1, 2], [3, 4]] == mapped.tolist()


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    """The message differs from that about damage."""
    with pytest.raises(DataMissing) as raised:
        load_array(tmp_path / "a.npy", dimensions=1)
    assert FILES_MISSING == raised.value.detail


@pytest.mark.parametrize("values", [[1.5], [True], [[1]], ["a"], np.array([{}], object)])
def test_other_types_and_shapes_are_damage(tmp_path: Path, values: object) -> None:
    """Floats, truth values, texts, objects, and one dimension too many."""
    np.save(tmp_path / "a.npy", np.array(values))
    with pytest.raises(DataMissing) as raised:
        load_array(tmp_path / "a.npy", dimensions=1)
    assert FILE_DAMAGED == raised.value.detail


@pytest.mark.parametrize("mode", [None, "r"])
def test_a_damaged_header_is_damage(tmp_path: Path, mode: Literal["r"] | None) -> None:
    """No file that is empty, cut, or changed anywhere in its header lets another error out."""
    path = tmp_path / "a.npy"
    np.save(path, np.arange(9, dtype=np.int32))
    whole = path.read_bytes()
    for broken in [b"", whole[:4], whole[:40], whole[:-4], whole.replace(b"(9,)", b"(9,("), b"x" * 200]:
        path.write_bytes(broken)
        with pytest.raises(DataMissing, match=FILE_DAMAGED.split(".")[0]):
            load_array(path, dimensions=1, mode=mode)
