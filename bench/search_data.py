"""The dataset that the search is measured on: 2.1 million rows, about 2 GB of text, two splits, as the store has it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from measure import DATA
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord, make_manifest, write_manifest
from mistudio.utils.file_utils import sha256_file
from texts import BATCH_DOCUMENTS, batches, made_once

ROWS: Final = 2_100_000
FILE_ROWS: Final = 300_000


def _sources(folder: Path, rows: int) -> Iterator[tuple[str, Path]]:
    """(split, file): the last of the files is the validation split."""
    tables = batches(seed=7)
    for number in range(-(-rows // FILE_ROWS)):
        wanted = min(FILE_ROWS, rows - number * FILE_ROWS)
        path = folder / f"{number}.parquet"
        with pq.ParquetWriter(path, pa.schema([("text", pa.string()), ("source", pa.string())])) as writer:
            while wanted > 0:
                table = next(tables).slice(0, wanted)
                writer.write_table(table, row_group_size=BATCH_DOCUMENTS)
                wanted -= len(table)
        yield ("validation" if (number + 1) * FILE_ROWS >= rows else "train"), path


def dataset(rows: int = ROWS) -> Path:
    """The dataset's folder; made if it is not there from an earlier run."""

    def make(folder: Path) -> None:
        (folder / "raw").mkdir(parents=True)
        taken: list[IngestedFile] = []
        for split, source in _sources(folder, rows):
            path = f"raw/{split}-{len(taken):05d}.parquet"
            record = SourceRecord(path=source.name, size=source.stat().st_size, sha256=sha256_file(source))
            report = ingest_file(source, folder / path, format="parquet", label=source.name, monitor=NullMonitor())
            source.unlink(missing_ok=True)
            taken.append(IngestedFile(split=split, path=path, report=report, source=record))
        splits = list(dict.fromkeys(item.split for item in taken))
        write_manifest(folder, make_manifest(taken, source="local", splits=splits))

    return made_once(DATA / "search" / f"dataset-{rows}", make)


if __name__ == "__main__":
    sys.stdout.write(f"{dataset(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)}\n")
