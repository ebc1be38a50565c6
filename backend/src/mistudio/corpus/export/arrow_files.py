"""Exports to Parquet, and to Arrow files in folders that ``datasets.load_from_disk`` opens."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.corpus.export.writer import FILE_BYTES, number_files
from mistudio.corpus.tokenize.arrow_columns import dump_dataset_dict, dump_dataset_state

_GROUP_ROWS = 10_000
_GROUP_BYTES = 16 << 20


class ParquetSplit:
    """Writes a split as ``split-00000-of-00002.parquet`` and so on, compressed by zstd."""

    def __init__(self, folder: Path, split: str, schema: pa.Schema) -> None:
        self._folder, self._split, self._schema = folder, split, schema
        self._paths: list[Path] = []
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._bytes = self._file_bytes = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._writer is None:
            self._paths.append(self._folder / f"{self._split}.{len(self._paths)}")
            self._writer = pq.ParquetWriter(self._paths[-1], self._schema, compression="zstd")
        self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema))
        self._file_bytes += self._bytes
        self._waiting, self._rows, self._bytes = [], 0, 0
        if self._file_bytes >= FILE_BYTES:
            self.close()
            self._file_bytes = 0

    def finish(self) -> None:
        """Complete the files."""
        if self._waiting or not self._paths:
            self._flush()
        self.close()
        number_files(self._paths, self._split, ".parquet")

    def close(self) -> None:
        """Close the open file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def notes(self) -> Iterator[str]:
        """Yield nothing: Parquet holds every type."""
        yield from ()


class ArrowSplit:
    """Writes a split as a folder of ``Dataset.save_to_disk``."""

    def __init__(self, folder: Path, split: str, schema: pa.Schema) -> None:
        self._folder, self._split, self._schema = folder / split, split, schema
        self._folder.mkdir()
        self._paths: list[Path] = []
        self._writer: pa.RecordBatchStreamWriter | None = None
        self._bytes = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        if self._writer is None:
            self._open()
        self._writer.write_batch(batch)  # type: ignore[union-attr]  # just opened
        self._bytes += batch.nbytes
        if self._bytes >= FILE_BYTES:
            self.close()

    def _open(self) -> None:
        self._paths.append(self._folder / str(len(self._paths)))
        self._writer = pa.ipc.new_stream(self._paths[-1], self._schema)
        self._bytes = 0

    def finish(self) -> None:
        """Complete the files, and write those that ``datasets`` expects beside them."""
        if not self._paths:
            self._open()
        self.close()
        number_files(self._paths, "data", ".arrow")
        names = sorted(path.name for path in self._folder.iterdir())
        fingerprint = hashlib.sha256(json.dumps([self._split, names]).encode()).hexdigest()[:16]
        (self._folder / "state.json").write_bytes(dump_dataset_state(names, split=self._split, fingerprint=fingerprint))
        (self._folder / "dataset_info.json").write_text(json.dumps({"features": read_features(self._schema)}))

    def close(self) -> None:
        """Close the open file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def notes(self) -> Iterator[str]:
        """Yield nothing: Arrow holds every type."""
        yield from ()


def read_features(schema: pa.Schema) -> object:
    """Return the features that the schema's metadata has for ``datasets``, of its columns only."""
    noted = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    features = noted.get("info", {}).get("features", {})
    return {name: features[name] for name in schema.names if name in features}


def write_split_list(folder: Path, splits: list[str]) -> None:
    """Write the file by which ``datasets`` loads the whole folder."""
    (folder / "dataset_dict.json").write_bytes(dump_dataset_dict(splits))
