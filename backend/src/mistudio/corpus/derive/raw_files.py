"""Writes the raw files of a derived dataset. Each complete one has a report, so a killed build goes on after the last.

The same rows give the same bytes at every attempt: a file begins with a batch of its own.
"""

import json
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from mistudio.core.records import as_json, from_json
from mistudio.corpus.arrays import Ids
from mistudio.corpus.derive.columns import read_batches
from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.ingest.read_back import read_back
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord
from mistudio.corpus.store.parquet_writer import GroupWriter
from mistudio.utils.file_utils import atomic_path, ensure_dir, write_bytes_atomic
from mistudio.utils.prefetch import prefetch

# Compressed bytes of a raw file, about.
FILE_BYTES: Final = 256 << 20


@dataclass(frozen=True)
class PlannedRows:
    """The rows of one raw file."""

    split: str
    name: str
    ids: Ids


def plan_files(
    splits: Sequence[tuple[str, Ids]], store: DatasetStore, *, file_bytes: int = FILE_BYTES
) -> list[PlannedRows]:
    """Divide the rows of each split into files of about ``file_bytes``, by the size of a row of ``store``."""
    row_bytes = store.manifest.size_bytes / max(1, store.num_rows())
    rows = max(1, int(file_bytes / max(1.0, row_bytes)))
    planned = []
    for split, ids in splits:
        count = -(-len(ids) // rows)
        each = -(-len(ids) // max(1, count))
        for number in range(count):
            name = f"{split}-{number:05d}-of-{count:05d}.parquet"
            planned.append(PlannedRows(split, name, ids[number * each : (number + 1) * each]))
    return planned


class RawFileWriter:
    """Writes planned files of ``store``'s rows into the folder of a derived dataset."""

    def __init__(self, store: DatasetStore, schema: pa.Schema, folder: Path, *, total: int, monitor: Monitor) -> None:
        self._store = store
        self._schema = schema
        self._layout = DatasetLayout(folder)
        self._total = total
        self._done = 0
        self._monitor = monitor
        for path in (self._layout.raw, self._layout.reports):
            ensure_dir(path)

    def write(self, planned: PlannedRows) -> IngestedFile:
        """Write one file and its report, unless an earlier attempt has; reports rows in the phase ``ingest``."""
        path, target = self._layout.reports / f"{planned.name}.json", self._layout.raw / planned.name
        if (report := _read_report(path, target)) is None:
            report = self._write_rows(planned, target)
            write_bytes_atomic(path, json.dumps(as_json(report)).encode())
        self._done += report.rows
        self._monitor.report(self._done, self._total, "ingest")
        return IngestedFile(planned.split, self._layout.relative(target), report, SourceRecord("", 0, ""))

    def _write_rows(self, planned: PlannedRows, target: Path) -> FileReport:
        counter, done = ColumnCounter(self._schema), self._done
        batches = read_batches(self._store, planned.ids, self._schema)
        with closing(prefetch(batches)) as coming, atomic_path(target) as path:
            with closing(GroupWriter(path, self._schema)) as writer:
                for batch in coming:
                    self._monitor.checkpoint()
                    counter.add(Chunk(batch, 0))
                    writer.write(batch)
                    done += batch.num_rows
                    self._monitor.report(done, self._total, "ingest")
                writer.finish()
            rows = len(planned.ids)
            size, sha256 = path.stat().st_size, read_back(path, rows, label=target.name, monitor=self._monitor)
        return FileReport(rows=rows, bytes=size, sha256=sha256, kept=False, columns=counter.reports())


def _read_report(path: Path, raw: Path) -> FileReport | None:
    with suppress(OSError, ValueError):
        report = from_json(FileReport, json.loads(path.read_text(encoding="utf-8")))
        return report if raw.stat().st_size == report.bytes else None
    return None
