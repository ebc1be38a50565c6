"""Rows written as files, as people write them: formats, packings, and what is odd about some files."""

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

Cell: TypeAlias = "str | int | float | bool | list[Cell] | dict[str, Cell] | None"
Row: TypeAlias = "dict[str, Cell]"
Rows: TypeAlias = "list[Row]"


@dataclass(frozen=True)
class Style:
    """How a file is written, beyond its format: each ``odd`` is one thing that readers stumble over."""

    odd: frozenset[str] = frozenset()
    options: Mapping[str, Cell] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the file has this oddity."""
        return name in self.odd


def zipped(content: bytes) -> bytes:
    """Return a ZIP archive of one file."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("inner", content)
    return sink.getvalue()


PACKINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def _encoded(text: str, style: Style) -> bytes:
    if style.has("CRLF"):
        text = text.replace("\n", "\r\n")
    if style.has("no last newline"):
        text = text.rstrip("\r\n")
    if style.has("latin-1"):
        return text.encode("latin-1", errors="replace")
    return b"\xef\xbb\xbf" * style.has("BOM") + text.encode()


def _spaced(lines: list[str], style: Style) -> list[str]:
    """Lines with blank ones in between and at the end, where the style says so."""
    return [one for line in lines for one in (line, "")] if style.has("blank lines") else lines


def _json_lines(rows: Rows, style: Style) -> bytes:
    lines = _spaced([json.dumps(row, ensure_ascii=style.has("escaped")) for row in rows], style)
    return _encoded("".join(f"{line}\n" for line in lines), style)


def _json(rows: Rows, style: Style) -> bytes:
    value: object = rows
    if style.has("columns"):
        value = {name: [row.get(name) for row in rows] for name in (rows[0] if rows else {})}
    if style.has("field"):
        value = {"version": 1, str(style.options.get("field", "data")): value}
    return _encoded(json.dumps(value, ensure_ascii=style.has("escaped"), indent=1), style)


def _delimited(rows: Rows, style: Style, delimiter: str) -> bytes:
    sink = io.StringIO()
    names = list(rows[0]) if rows else ["text"]
    quote = str(style.options.get("quotechar", '"'))
    delimiter = str(style.options.get("sep", ";" if style.has("semicolons") else delimiter))
    writer = csv.writer(sink, delimiter=delimiter, quotechar=quote, lineterminator="\n")
    if not style.has("no header"):
        writer.writerow(["", *names] if style.has("numbered") else names)
    for number, row in enumerate(rows):
        cells = [row.get(name) for name in names]
        if style.has("short rows") and number % 2:
            cells = cells[:-1]
        if style.has("long rows") and number % 2:
            cells = [*cells, "more"]
        writer.writerow([number, *cells] if style.has("numbered") else cells)
    return _encoded("\n".join([*_spaced(sink.getvalue().split("\n")[:-1], style), ""]), style)


def _parquet(rows: Rows, style: Style) -> bytes:
    sink = io.BytesIO()
    pq.write_table(_table(rows, style), sink)
    return sink.getvalue()


def _arrow(rows: Rows, style: Style) -> bytes:
    sink, table = io.BytesIO(), _table(rows, style)
    opened = pa.ipc.new_file if style.has("file format") else pa.ipc.new_stream
    with opened(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _table(rows: Rows, style: Style) -> pa.Table:
    table = pa.Table.from_pylist(rows) if rows else pa.table({"text": pa.array([], pa.string())})
    # The other files of the split have the usual types.
    if len(rows) % 2:
        table = table.cast(pa.schema([column.with_type(_other_type(column.type, style)) for column in table.schema]))
    if style.has("labels") and "label" in table.column_names and table.schema.field("label").type == pa.int64():
        table = table.set_column(
            table.column_names.index("label"), "label", pa.array([at % 2 for at in range(len(rows))])
        )
        features = {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    return table


def _other_type(kind: pa.DataType, style: Style) -> pa.DataType:
    """Another type for the same values."""
    if pa.types.is_string(kind) and style.has("large text"):
        return pa.large_string()
    if pa.types.is_string(kind) and style.has("dictionaries"):
        return pa.dictionary(pa.int32(), pa.string())
    if pa.types.is_list(kind) and style.has("large lists"):
        return pa.large_list(kind.value_type)
    return pa.decimal128(25, 0) if pa.types.is_int64(kind) and style.has("decimals") else kind


def _text(rows: Rows, style: Style) -> bytes:
    gap = "\n\n" if style.has("paragraphs") else "\n"
    return _encoded("".join(f"{str(row['text']).replace(chr(10), ' ')}{gap}" for row in rows), style)


@dataclass(frozen=True)
class Format:
    """A format: its ending, how rows become a file, and what may be odd about such a file."""

    suffix: str
    write: Callable[[Rows, Style], bytes]
    odd: tuple[str, ...]
    is_packed: bool = True
    is_nested: bool = True
    is_text_only: bool = False


_LINES: Final = ("CRLF", "BOM", "blank lines", "no last newline", "latin-1")
_CSV: Final = (*_LINES, "semicolons", "short rows", "long rows", "no header", "numbered")
_TYPES: Final = ("large text", "dictionaries", "large lists", "decimals", "labels")
FORMATS: Final = (
    Format(".jsonl", _json_lines, (*_LINES, "escaped")),
    Format(".json", _json, ("BOM", "escaped", "columns", "field", "latin-1")),
    Format(".json", _json_lines, ("blank lines", "CRLF")),
    Format(".csv", lambda rows, style: _delimited(rows, style, ","), _CSV, is_nested=False),
    Format(".tsv", lambda rows, style: _delimited(rows, style, "\t"), _CSV, is_nested=False),
    Format(".parquet", _parquet, _TYPES, is_packed=False),
    Format(".arrow", _arrow, ("file format", *_TYPES), is_packed=False),
    Format(".txt", _text, (*_LINES, "paragraphs"), is_nested=False, is_text_only=True),
)
