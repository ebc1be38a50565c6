"""Reads a written raw file back before it counts as written."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.columnar import read_parquet
from mistudio.corpus.monitor import Monitor
from mistudio.utils.file_utils import sha256_file


def require_rows(found: int, expected: int, label: str) -> None:
    """Raise InvalidData, which names the file by ``label``, if it has not the expected number of rows."""
    if found != expected:
        raise InvalidData(f"{label} is damaged: it has {found:,} rows instead of {expected:,}. Get a new copy.")


def read_back(path: Path, rows: int, *, label: str, monitor: Monitor) -> str:
    """Read every column of a file that was written, and return its SHA-256, which another thread computes."""
    with ThreadPoolExecutor(1, thread_name_prefix="checksum") as pool:
        sha256 = pool.submit(sha256_file, path)
        found = 0
        for chunk in read_parquet(path, label=f"{label}, stored as Parquet,"):
            monitor.checkpoint()
            found += chunk.batch.num_rows
        require_rows(found, rows, label)
        return sha256.result()
