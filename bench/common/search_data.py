"""The stored dataset that searches are measured on: 2.1 million rows, about 2 GB of text, two splits."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from common import DATA
from common.texts import BATCH_DOCUMENTS, generate_batches, make_once
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord, write_manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.utils.file_utils import sha256_file

ROWS: Final = 2_100_000
FILE_ROWS: Final = 300_000


def _write_sources(folder: Path, rows: int) -> Iterator[tuple[str, Path]]:
    """Yield the split and the path of each file; the last one is the validation split."""
    tables = generate_batches(seed=7)
    # At least two files, for both splits.
    file_rows = min(FILE_ROWS, -(-rows // 2))
    for number in range(-(-rows // file_rows)):
        wanted = min(file_rows, rows - number * file_rows)
        path = folder / f"{number}.parquet"
        with pq.ParquetWriter(path, pa.schema([("text", pa.string()), ("source", pa.string())])) as writer:
            while wanted > 0:
                table = next(tables).slice(0, wanted)
                writer.write_table(table, row_group_size=BATCH_DOCUMENTS)
                wanted -= len(table)
        yield ("validation" if (number + 1) * file_rows >= rows else "train"), path


def prepare_dataset(rows: int) -> Path:
    """Return the folder of the dataset, made unless an earlier run made it."""

    def make(folder: Path) -> None:
        folder.mkdir()
        ingest_sources(folder, _write_sources(folder, rows))

    return make_once(DATA / "search" / f"dataset-{rows}", make)


def ingest_sources(folder: Path, sources: Iterable[tuple[str, Path]]) -> None:
    """Ingest Parquet files, each given with its split, into a dataset in ``folder``; removes the files."""
    (folder / "raw").mkdir()
    taken: list[IngestedFile] = []
    for split, source in sources:
        path = f"raw/{split}-{len(taken):05d}.parquet"
        record = SourceRecord(path=source.name, size=source.stat().st_size, sha256=sha256_file(source))
        report = ingest_file(source, folder / path, format="parquet", label=source.name, monitor=NullMonitor())
        source.unlink(missing_ok=True)
        taken.append(IngestedFile(split=split, path=path, report=report, source=record))
    splits = list(dict.fromkeys(item.split for item in taken))
    write_manifest(folder, make_manifest(taken, source="local", splits=splits))
