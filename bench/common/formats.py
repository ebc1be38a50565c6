"""Writes one text in every format that can be imported."""

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from common import DATA
from common.texts import make_once
from mistudio.core.errors import Json
from mistudio.corpus.formats.reader import SourceFormat

Writer = Callable[[pq.ParquetFile, Path], None]


@dataclass(frozen=True)
class Format:
    """A format: its name in the tables, how it is written, and what ``datasets`` needs to read it."""

    name: str
    ending: str
    source_format: SourceFormat
    builder: str
    write: Writer
    options: dict[str, Json] = field(default_factory=dict)


def _read_rows(file: pq.ParquetFile) -> Iterator[dict[str, str]]:
    for batch in file.iter_batches(10_000):
        yield from batch.to_pylist()


def _parquet_writer(rows: int) -> Writer:
    def write(file: pq.ParquetFile, path: Path) -> None:
        with pq.ParquetWriter(path, file.schema_arrow, compression="zstd") as writer:
            for batch in file.iter_batches(100_000):
                writer.write_batch(batch, row_group_size=rows)

    return write


def _write_json_lines(file: pq.ParquetFile, path: Path) -> None:
    with path.open("wb") as target:
        target.writelines(orjson.dumps(row) + b"\n" for row in _read_rows(file))


def _write_gzip(file: pq.ParquetFile, path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=6) as target:
        target.writelines(orjson.dumps(row) + b"\n" for row in _read_rows(file))


def _write_zstd(file: pq.ParquetFile, path: Path) -> None:
    with zstandard.open(path, "wb") as target:
        for row in _read_rows(file):
            target.write(orjson.dumps(row) + b"\n")


def _write_json_array(file: pq.ParquetFile, path: Path) -> None:
    with path.open("wb") as target:
        target.write(b"[")
        for number, row in enumerate(_read_rows(file)):
            target.write((b"," if number else b"") + orjson.dumps(row))
        target.write(b"]")


def _csv_writer(delimiter: str) -> Writer:
    def write(file: pq.ParquetFile, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, file.schema_arrow.names, delimiter=delimiter)
            writer.writeheader()
            writer.writerows(_read_rows(file))

    return write


def _write_plain_text(file: pq.ParquetFile, path: Path) -> None:
    with path.open("w", encoding="utf-8") as target:
        target.writelines(row["text"].replace("\n", " ") + "\n" for row in _read_rows(file))


def _write_arrow_stream(file: pq.ParquetFile, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as target, pa.ipc.new_stream(target, file.schema_arrow) as writer:
        for batch in file.iter_batches(1_000):
            writer.write_batch(batch)


FORMATS: Final = (
    Format("parquet, rewritten", ".parquet", "parquet", "parquet", _parquet_writer(100_000)),
    Format("parquet, kept", ".small.parquet", "parquet", "parquet", _parquet_writer(1_000)),
    Format("JSON lines", ".jsonl", "json", "json", _write_json_lines),
    Format("JSON lines, gzip", ".jsonl.gz", "json", "json", _write_gzip),
    Format("JSON lines, zstd", ".jsonl.zst", "json", "json", _write_zstd),
    Format("JSON array", ".json", "json", "json", _write_json_array),
    Format("CSV", ".csv", "csv", "csv", _csv_writer(",")),
    Format("TSV", ".tsv", "csv", "csv", _csv_writer("\t"), {"sep": "\t"}),
    Format("plain text", ".txt", "text", "text", _write_plain_text),
    Format("Arrow stream", ".arrow", "arrow", "arrow", _write_arrow_stream),
)


def prepare_file(base: Path, kind: Format) -> Path:
    """Return the text of ``base`` (Parquet) in this format; later runs use the same file."""
    return make_once(DATA / "text" / f"{base.stem}{kind.ending}", lambda path: kind.write(pq.ParquetFile(base), path))
