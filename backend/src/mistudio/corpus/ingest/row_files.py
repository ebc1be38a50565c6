"""Writes rows into raw files. Each complete one has a report, so a killed build goes on after the last.

The same batches give the same bytes at every attempt: a file begins with a batch of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from mistudio.core.records import read_record, write_record
from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.ingest.read_back import read_back
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord
from mistudio.corpus.store.parquet_writer import GroupWriter
from mistudio.utils.file_utils import atomic_path, ensure_dir
from mistudio.utils.prefetch import prefetch

# Compressed bytes of a raw file, about.
FILE_BYTES: Final = 256 << 20

ReadBatches = Callable[[], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class RowFile:
    """A raw file that is to be written: its split, its name, and how many rows it has."""

    split: str
    name: str
    rows: int


class RowFileWriter:
    """Writes raw files of one schema, in order, into the folder of a dataset; ``total`` are the rows of all."""

    def __init__(self, folder: Path, schema: pa.Schema, *, total: int, monitor: Monitor) -> None:
        self._layout = DatasetLayout(folder)
        self._schema = schema
        self._total = total
        self._done = 0
        self._monitor = monitor
        for path in (self._layout.raw, self._layout.reports):
            ensure_dir(path)

    def write(self, file: RowFile, read: ReadBatches) -> IngestedFile:
        """Write one file and its report, unless an earlier attempt has; reports rows in the phase ``ingest``."""
        path, target = self._layout.reports / f"{file.name}.json", self._layout.raw / file.name
        if (report := _read_report(path, target)) is None:
            report = self._write_rows(file, target, read)
            write_record(path, report)
        self._done += report.rows
        self._monitor.report(self._done, self._total, "ingest")
        return IngestedFile(file.split, self._layout.relative(target), report, SourceRecord("", 0, ""))

    def _write_rows(self, file: RowFile, target: Path, read: ReadBatches) -> FileReport:
        counter, done = ColumnCounter(self._schema), self._done
        with closing(prefetch(read())) as coming, atomic_path(target) as path:
            with closing(GroupWriter(path, self._schema)) as writer:
                for batch in coming:
                    self._monitor.checkpoint()
                    counter.add(Chunk(batch, 0))
                    writer.write(batch)
                    done += batch.num_rows
                    self._monitor.report(done, self._total, "ingest")
                writer.finish()
            size, sha256 = path.stat().st_size, read_back(path, file.rows, label=target.name, monitor=self._monitor)
        return FileReport(rows=file.rows, bytes=size, sha256=sha256, kept=False, columns=counter.reports())


def _read_report(path: Path, raw: Path) -> FileReport | None:
    """Return what an earlier attempt recorded of a file, if it still has the recorded size."""
    report = read_record(FileReport, path)
    with suppress(OSError):
        return report if report and raw.stat().st_size == report.bytes else None
    return None
