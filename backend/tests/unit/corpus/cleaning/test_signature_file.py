"""Signatures on disk."""

from pathlib import Path

import numpy as np

from mistudio.corpus.cleaning.signature_file import SignatureFile


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Rows come by range or by number, any number of times, and closing deletes the file."""
    signatures = np.arange(40, dtype=np.uint8).reshape(10, 4)
    file = SignatureFile(tmp_path / "signatures.bin", 4)
    file.append(signatures[:3])
    file.append(signatures[3:])
    assert file.rows == 10
    for _time in range(2):
        assert np.array_equal(signatures[2:7, 1:3], file.read(slice(2, 7), slice(1, 3)))
        assert np.array_equal(signatures[[9, 0]], file.read(np.array([9, 0])))
    file.close()
    assert not list(tmp_path.iterdir())
