"""Exports to JSON lines and CSV."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.export.plain_values import PlainValues
from mistudio.corpus.export.writer import NumberedFiles
from mistudio.corpus.formats.utf8_repair import decode_array


@dataclass(frozen=True)
class TextForm:
    """How rows become text; ``has_head`` if a file begins with the names of the columns, as CSV."""

    suffix: str
    write_row: Callable[[Sequence[str], Sequence[Json]], str]
    has_head: bool = False
    note: str | None = None


class TextSplit:
    """Writes rows as text into files of limited size."""

    def __init__(self, folder: Path, split: str, names: Sequence[str], form: TextForm) -> None:
        self._names, self._form = list(names), form
        self._files = NumberedFiles(folder, split, form.suffix, open_file=self._open)
        self._values = PlainValues()

    def _open(self, path: Path) -> BinaryIO:
        file = path.open("wb")
        if self._form.has_head:
            head = StringIO()
            csv.writer(head).writerow(self._names)
            file.write(head.getvalue().encode())
        return file

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        columns = [decode_array(batch.column(name)) for name in self._names]
        for row in zip(*columns, strict=True):
            values = [self._values.convert(value, name) for value, name in zip(row, self._names, strict=True)]
            data = self._form.write_row(self._names, values).encode()
            self._files.get().write(data)
            self._files.add_bytes(len(data))

    def finish(self) -> None:
        """Complete the files."""
        self._files.finish()

    def close(self) -> None:
        """Close the open file."""
        self._files.close()

    def notes(self) -> Iterator[str]:
        """Yield how nulls are written, and what was written as something else."""
        if self._form.note is not None:
            yield self._form.note
        yield from self._values.notes()


def _write_object(names: Sequence[str], values: Sequence[Json]) -> str:
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, allow_nan=False) + "\n"


def _write_cells(_names: Sequence[str], values: Sequence[Json]) -> str:
    return ",".join(map(_to_cell, values)) + "\r\n"


def _to_cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return '"' + text.replace('"', '""') + '"'


JSON_LINES: Final = TextForm(".jsonl", _write_object)
# Null is an empty cell, an empty text is quoted, and lists and objects are JSON.
CSV: Final = TextForm(
    ".csv", _write_cells, has_head=True, note="An empty cell is null; an empty text is a pair of quotes."
)
