"""Exports to JSON lines and CSV."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.export.plain_values import PlainValues
from mistudio.corpus.export.writer import FILE_BYTES, number_files
from mistudio.corpus.formats.utf8_repair import decode_array


class _TextSplit:
    """Writes rows as text into files of limited size."""

    suffix = ""

    def __init__(self, folder: Path, split: str, names: Sequence[str]) -> None:
        self._folder, self._split, self._names = folder, split, list(names)
        self._paths: list[Path] = []
        self._file: IO[str] | None = None
        self._values = PlainValues()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        if self._file is None:
            self._file = self._open()
        columns = [decode_array(batch.column(name)) for name in self._names]
        for row in zip(*columns, strict=True):
            values = [self._values.convert(value, name) for value, name in zip(row, self._names, strict=True)]
            self._write_row(self._file, values)
        if self._file.tell() >= FILE_BYTES:
            self.close()

    def _open(self) -> IO[str]:
        self._paths.append(self._folder / f"{self._split}.{len(self._paths)}")
        file = self._paths[-1].open("w", encoding="utf-8", newline="")
        self._begin(file)
        return file

    def _begin(self, file: IO[str]) -> None:
        """Write what comes before the first row."""

    def _write_row(self, file: IO[str], values: list[Json]) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        """Complete the files."""
        if not self._paths:
            self._file = self._open()
        self.close()
        number_files(self._paths, self._split, self.suffix)

    def close(self) -> None:
        """Close the open file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def notes(self) -> Iterator[str]:
        """Yield what was written as something else."""
        yield from self._values.notes()


class JsonSplit(_TextSplit):
    """Writes one JSON object per line."""

    suffix = ".jsonl"

    def _write_row(self, file: IO[str], values: list[Json]) -> None:
        record = dict(zip(self._names, values, strict=True))
        file.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")


class CsvSplit(_TextSplit):
    """Writes CSV with a head; null is an empty cell, an empty text is quoted, and lists and objects are JSON."""

    suffix = ".csv"

    def _begin(self, file: IO[str]) -> None:
        csv.writer(file).writerow(self._names)

    def _write_row(self, file: IO[str], values: list[Json]) -> None:
        file.write(",".join(map(_to_cell, values)) + "\r\n")

    def notes(self) -> Iterator[str]:
        """Yield how nulls are written, and what was written as something else."""
        yield "An empty cell is null; an empty text is a pair of quotes."
        yield from self._values.notes()


def _to_cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return '"' + text.replace('"', '""') + '"'
