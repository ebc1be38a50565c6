"""A data file knows its size and its hash without being read again."""

from pathlib import Path

import pyarrow as pa

from mistudio.corpus.tokenize.part_file import PartFile
from mistudio.utils.file_utils import sha256_file

BATCH = pa.record_batch({"a": [1, 2, 3]})


def test_size_and_hash_are_those_of_the_file(tmp_path: Path) -> None:
    """The file is an Arrow stream of all batches."""
    path = tmp_path / "part"
    file = PartFile(path, BATCH.schema)
    file.write(BATCH)
    file.write(BATCH)
    file.finish()
    assert (6, path.stat().st_size, sha256_file(path)) == (file.rows, file.size, file.sha256)
    assert [1, 2, 3] * 2 == pa.ipc.open_stream(path.read_bytes()).read_all()["a"].to_pylist()


def test_an_abandoned_file_is_incomplete(tmp_path: Path) -> None:
    """It is closed, and has no end mark."""
    path = tmp_path / "part"
    file = PartFile(path, BATCH.schema)
    file.write(BATCH)
    file.abandon()
    assert not path.read_bytes().endswith(b"\xff\xff\xff\xff\0\0\0\0")
