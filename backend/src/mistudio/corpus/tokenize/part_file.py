"""A data file while it is written: an Arrow stream whose hash is known at its end."""

import hashlib
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa


class HashingFile:
    """A file to write to that hashes what it writes, so that nobody has to read it again."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: pa.Buffer | bytes) -> int:
        """Write ``data`` without copying it."""
        length = memoryview(data).nbytes
        self._digest.update(data)
        self._file.write(data)
        self.size += length
        return length

    def tell(self) -> int:
        """Return the bytes written so far."""
        return self.size

    def flush(self) -> None:
        """Do nothing: the file is not buffered."""

    @property
    def sha256(self) -> str:
        """The hash of all bytes written."""
        return self._digest.hexdigest()


class PartFile:
    """A data file that is being written at ``path``; ``rows`` counts its rows."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        # Arrow writes whole columns at once; Python's buffering would only copy them.
        self._file: BinaryIO = path.open("wb", buffering=0)
        self._sink = HashingFile(self._file)
        self._writer = pa.ipc.new_stream(self._sink, schema)
        self.rows = 0

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._sink.size

    @property
    def sha256(self) -> str:
        """The hash of all bytes written."""
        return self._sink.sha256

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a record batch."""
        self._writer.write_batch(batch)
        self.rows += batch.num_rows

    def finish(self) -> None:
        """Complete the stream and close the file."""
        self._writer.close()
        self._file.close()

    def abandon(self) -> None:
        """Close the file without completing the stream."""
        self._file.close()
