"""Written files are read back: rows that are missing and columns that cannot be read are found."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mistudio.core.errors import InvalidData
from mistudio.corpus.ingest.read_back import read_back
from mistudio.corpus.monitor import NullMonitor
from mistudio.utils.file_utils import sha256_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of 1,000 rows in two columns."""
    rows = pa.table({"text": [f"row {number}" for number in range(1_000)], "score": list(range(1_000))})
    pq.write_table(rows, tmp_path / "raw.parquet", compression="none")
    return tmp_path / "raw.parquet"


def test_a_file_as_written_gives_its_checksum(path: Path) -> None:
    """It is read once."""
    assert sha256_file(path) == read_back(path, 1_000, label="a.csv", monitor=NullMonitor())


def test_a_file_with_fewer_rows_is_refused(path: Path) -> None:
    """The message has both numbers."""
    with pytest.raises(InvalidData, match=r"a\.csv is damaged: it has 1,000 rows instead of 1,001"):
        read_back(path, 1_001, label="a.csv", monitor=NullMonitor())


def test_a_column_that_cannot_be_read_is_refused(path: Path) -> None:
    """It is named with its row group."""
    start = pq.ParquetFile(path).metadata.row_group(0).column(1).dictionary_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 40] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(InvalidData, match="“score”, row group 1 of 1"):
        read_back(path, 1_000, label="a.csv", monitor=NullMonitor())
