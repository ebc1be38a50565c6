"""Exports to the MDS shards of mosaicml-streaming.

A shard: the number of rows and where each begins and the last ends (uint32 each), the columns as JSON, the rows. A row:
the size of each column of varying size (uint32), then the columns. An array of varying length: its number of dimensions
shifted by two bits with the code of the length's type, the length, the values. Source: ``streaming.base.format.mds``.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.utils.file_utils import sha256_file

_SHARD_BYTES: Final = 64 << 20
# The types of lengths, from the smallest: the place in the list is the type's code.
_LENGTH_TYPES: Final[tuple[type[np.unsignedinteger], ...]] = (np.uint8, np.uint16, np.uint32)


class MosaicSplit:
    """Writes a split as a folder of shards, which ``StreamingDataset`` opens; rows without tokens are left out."""

    def __init__(self, folder: Path, split: str, schema: pa.Schema) -> None:
        self._folder, self._split = folder / split, split
        self._folder.mkdir()
        self._names = sorted(schema.names)
        self._encodings = [_describe(schema.field(name).type) for name in self._names]
        self._header: dict[str, Json] = {
            "column_encodings": [*self._encodings],
            "column_names": [*self._names],
            "column_sizes": [8 if encoding == "int64" else None for encoding in self._encodings],
            "compression": None,
            "format": "mds",
            "hashes": ["sha256"],
            "size_limit": _SHARD_BYTES,
            "version": 2,
        }
        self._shards: list[Json] = []
        self._rows: list[bytes] = []
        self._bytes = self._empty = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        columns = {name: batch.column(name) for name in self._names}
        for number in range(batch.num_rows):
            encoded = _encode_row({name: column[number] for name, column in columns.items()})
            if encoded is None:
                self._empty += 1
                continue
            self._rows.append(encoded)
            self._bytes += len(encoded) + 4
            if self._bytes >= _SHARD_BYTES:
                self._flush()

    def _flush(self) -> None:
        header = json.dumps(self._header, sort_keys=True).encode()
        first = 4 + 4 * (len(self._rows) + 1) + len(header)
        ends = first + np.cumsum([0, *map(len, self._rows)])
        name = f"shard.{len(self._shards):05d}.mds"
        path = self._folder / name
        parts = [np.uint32(len(self._rows)).tobytes(), ends.astype(np.uint32).tobytes(), header, *self._rows]
        path.write_bytes(b"".join(parts))
        raw: Json = {"basename": name, "bytes": path.stat().st_size, "hashes": {"sha256": sha256_file(path)}}
        self._shards.append({**self._header, "samples": len(self._rows), "raw_data": raw, "zip_data": None})
        self._rows, self._bytes = [], 0

    def finish(self) -> None:
        """Write the last shard and the index."""
        if self._rows:
            self._flush()
        index = {"version": 2, "shards": self._shards}
        (self._folder / "index.json").write_text(json.dumps(index, sort_keys=True))

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def notes(self) -> Iterator[str]:
        """Yield how many rows were left out."""
        if self._empty:
            yield f"{self._empty:,} rows of split {self._split} without tokens were left out: MDS holds no empty array."


def _describe(kind: pa.DataType) -> str:
    return f"ndarray:{np.dtype(kind.value_type.to_pandas_dtype()).name}" if pa.types.is_list(kind) else "int64"


def _encode_row(row: Mapping[str, pa.Scalar]) -> bytes | None:
    """Return the bytes of a row; None if one of its arrays is empty."""
    sizes, data = [], []
    for value in row.values():
        if not isinstance(value, pa.ListScalar):
            data.append(np.int64(value.as_py()).tobytes())
            continue
        array = value.values.to_numpy(zero_copy_only=False)
        if not len(array):
            return None
        code = next(code for code, kind in enumerate(_LENGTH_TYPES) if len(array) <= np.iinfo(kind).max)
        data.append(bytes([1 << 2 | code]) + _LENGTH_TYPES[code](len(array)).tobytes() + array.tobytes())
        sizes.append(len(data[-1]))
    return np.array(sizes, np.uint32).tobytes() + b"".join(data)
