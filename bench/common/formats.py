"""One text in every format that can be taken in."""

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
from common.texts import made_once
from mistudio.core.errors import Json
from mistudio.corpus.formats.reader import SourceFormat

Writer = Callable[[pq.ParquetFile, Path], None]


@dataclass(frozen=True)
class Format:
    """How a format is called in the tables, how it is written, and what ``datasets`` needs to know to read it."""

    name: str
    ending: str
    source_format: SourceFormat
    builder: str
    write: Writer
    options: dict[str, Json] = field(default_factory=dict)


def _rows(file: pq.ParquetFile) -> Iterator[dict[str, str]]:
    for batch in file.iter_batches(10_000):
        yield from batch.to_pylist()


def _regrouped(rows: int) -> Writer:
    def write(file: pq.ParquetFile, path: Path) -> None:
        with pq.ParquetWriter(path, file.schema_arrow, compression="zstd") as writer:
            for batch in file.iter_batches(100_000):
                writer.write_batch(batch, row_group_size=rows)

    return write


def _lines(file: pq.ParquetFile, path: Path) -> None:
    with path.open("wb") as target:
        target.writelines(orjson.dumps(row) + b"\n" for row in _rows(file))


def _lines_gz(file: pq.ParquetFile, path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=6) as target:
        target.writelines(orjson.dumps(row) + b"\n" for row in _rows(file))


def _lines_zst(file: pq.ParquetFile, path: Path) -> None:
    with zstandard.open(path, "wb") as target:
        for row in _rows(file):
            target.write(orjson.dumps(row) + b"\n")


def _array(file: pq.ParquetFile, path: Path) -> None:
    with path.open("wb") as target:
        target.write(b"[")
        for number, row in enumerate(_rows(file)):
            target.write((b"," if number else b"") + orjson.dumps(row))
        target.write(b"]")


def _separated(delimiter: str) -> Writer:
    def write(file: pq.ParquetFile, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, file.schema_arrow.names, delimiter=delimiter)
            writer.writeheader()
            writer.writerows(_rows(file))

    return write


def _plain(file: pq.ParquetFile, path: Path) -> None:
    with path.open("w", encoding="utf-8") as target:
        target.writelines(row["text"].replace("\n", " ") + "\n" for row in _rows(file))


def _arrow(file: pq.ParquetFile, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as target, pa.ipc.new_stream(target, file.schema_arrow) as writer:
        for batch in file.iter_batches(1_000):
            writer.write_batch(batch)


FORMATS: Final = (
    Format("parquet, rewritten", ".parquet", "parquet", "parquet", _regrouped(100_000)),
    Format("parquet, kept", ".small.parquet", "parquet", "parquet", _regrouped(1_000)),
    Format("JSON lines", ".jsonl", "json", "json", _lines),
    Format("JSON lines, gzip", ".jsonl.gz", "json", "json", _lines_gz),
    Format("JSON lines, zstd", ".jsonl.zst", "json", "json", _lines_zst),
    Format("JSON array", ".json", "json", "json", _array),
    Format("CSV", ".csv", "csv", "csv", _separated(",")),
    Format("TSV", ".tsv", "csv", "csv", _separated("\t"), {"sep": "\t"}),
    Format("plain text", ".txt", "text", "text", _plain),
    Format("Arrow stream", ".arrow", "arrow", "arrow", _arrow),
)


def written(base: Path, kind: Format) -> Path:
    """The text of ``base`` (Parquet) in this format, kept between runs."""
    return made_once(DATA / "text" / f"{base.stem}{kind.ending}", lambda path: kind.write(pq.ParquetFile(base), path))
