"""Small source files in every format, and datasets made of rows, for tests."""

import bz2
import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from mistudio.corpus.formats.reader import SourceFormat
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.manifest import IngestedFile, Manifest, SourceRecord, write_manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.utils.file_utils import sha256_file

Rows = Sequence[Mapping[str, object]]

COMPRESSORS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def json_lines(rows: Rows) -> bytes:
    """Return one JSON object per line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def csv_bytes(rows: Rows, *, delimiter: str = ",") -> bytes:
    """Return a CSV file with a header and every cell in quotes."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parquet_bytes(table: pa.Table, *, group_rows: int = 1_000_000, dictionary: bool = True) -> bytes:
    """Return a Parquet file as a repository may have it."""
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=group_rows, use_dictionary=dictionary)
    return sink.getvalue()


def arrow_bytes(table: pa.Table, *, stream: bool = True, batch_rows: int = 1_000) -> bytes:
    """Return an Arrow stream, as ``datasets`` caches data, or an Arrow file."""
    sink = pa.BufferOutputStream()
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=batch_rows)
    return bytes(sink.getvalue().to_pybytes())


def ingest_bytes(
    folder: Path,
    data: bytes,
    *,
    label: str,
    format: SourceFormat,  # noqa: A002 (as in ingest_file)
    options: Mapping[str, object] | None = None,
) -> tuple[FileReport, Path]:
    """Ingest ``data`` as a file named ``label``; return the report and the path of the raw file."""
    source, target = folder / "source", folder / "target.parquet"
    source.write_bytes(data)
    report = ingest_file(
        source,
        target,
        format=format,
        label=label,
        monitor=NullMonitor(),
        options=json.loads(json.dumps(dict(options or {}))),
    )
    return report, target


def make_dataset(
    folder: Path, splits: Mapping[str, Sequence[Rows | pa.Table]], *, text_column: str | None = None
) -> Manifest:
    """Write a dataset's folder with raw files and manifest; ``splits`` has the rows of each file of each split."""
    (folder / "raw").mkdir(parents=True)
    files = [
        _ingest_rows(folder, split, f"raw/{split}-{index:05d}-of-{len(parts):05d}.parquet", rows)
        for split, parts in splits.items()
        for index, rows in enumerate(parts)
    ]
    manifest = make_manifest(files, source="local", splits=list(splits), text_column=text_column)
    write_manifest(folder, manifest)
    return manifest


def _ingest_rows(folder: Path, split: str, path: str, rows: Rows | pa.Table) -> IngestedFile:
    source = folder / "source"
    format_: SourceFormat = "parquet" if isinstance(rows, pa.Table) else "json"
    if isinstance(rows, pa.Table):
        pq.write_table(rows, source)
    else:
        source.write_bytes(json_lines(rows))
    label = f"{Path(path).stem}.{'jsonl' if format_ == 'json' else format_}"
    record = SourceRecord(path=label, size=source.stat().st_size, sha256=sha256_file(source))
    report = ingest_file(source, folder / path, format=format_, label=label, monitor=NullMonitor())
    source.unlink(missing_ok=True)
    return IngestedFile(split=split, path=path, report=report, source=record)
