"""Exports to Parquet, and to Arrow files in folders that ``datasets.load_from_disk`` opens."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.corpus.export.writer import NumberedFiles
from mistudio.corpus.tokenize.arrow_columns import dump_dataset_dict, dump_dataset_state

_GROUP_ROWS = 10_000
_GROUP_BYTES = 16 << 20


class ParquetSplit:
    """Writes a split as ``split-00000-of-00002.parquet`` and so on, compressed by zstd."""

    def __init__(self, folder: Path, split: str, schema: pa.Schema) -> None:
        self._schema = schema
        self._files = NumberedFiles(folder, split, ".parquet", open_file=self._open)
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def _open(self, path: Path) -> pq.ParquetWriter:
        return pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._files.get().write_table(pa.Table.from_batches(self._waiting, self._schema))
        self._files.add_bytes(self._bytes)
        self._waiting, self._rows, self._bytes = [], 0, 0

    def finish(self) -> None:
        """Complete the files."""
        if self._waiting:
            self._flush()
        self._files.finish()

    def close(self) -> None:
        """Close the open file."""
        self._files.close()

    def notes(self) -> Iterator[str]:
        """Yield nothing: Parquet holds every type."""
        yield from ()


class ArrowSplit:
    """Writes a split as a folder of ``Dataset.save_to_disk``."""

    def __init__(self, folder: Path, split: str, schema: pa.Schema) -> None:
        self._folder, self._split, self._schema = folder / split, split, schema
        self._folder.mkdir()
        self._files = NumberedFiles(self._folder, "data", ".arrow", open_file=self._open)

    def _open(self, path: Path) -> pa.RecordBatchStreamWriter:
        return pa.ipc.new_stream(path, self._schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        self._files.get().write_batch(batch)
        self._files.add_bytes(batch.nbytes)

    def finish(self) -> None:
        """Complete the files, and write those that ``datasets`` expects beside them."""
        names = self._files.finish()
        fingerprint = hashlib.sha256(json.dumps([self._split, names]).encode()).hexdigest()[:16]
        (self._folder / "state.json").write_bytes(dump_dataset_state(names, split=self._split, fingerprint=fingerprint))
        (self._folder / "dataset_info.json").write_text(json.dumps({"features": read_features(self._schema)}))

    def close(self) -> None:
        """Close the open file."""
        self._files.close()

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
