"""Keeps some rows and some columns of what a reader yields."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import pyarrow as pa

from mistudio.core.errors import Json, UnknownColumn
from mistudio.corpus.formats.utf8_repair import Chunk

# Rows ``start`` to ``stop`` of the row group ``index``.
GroupSlice = tuple[int, int, int]


def is_selective(options: Mapping[str, Json]) -> bool:
    """Return whether the options of a reader leave rows or columns out."""
    return any(name in options for name in ("row_groups", "rows", "keep_columns"))


def get_row_groups(options: Mapping[str, Json]) -> list[GroupSlice] | None:
    """Return the slices of row groups to read; None reads all."""
    listed = options.get("row_groups")
    if not isinstance(listed, list):
        return None
    return [(index, start, stop) for index, start, stop in cast("list[list[int]]", listed)]


def get_kept_columns(options: Mapping[str, Json]) -> list[str] | None:
    """Return the names of the columns to keep; None keeps all."""
    names = options.get("keep_columns")
    return [str(name) for name in names] if isinstance(names, list) else None


def select_columns(schema: pa.Schema, names: Sequence[str] | None, *, label: str) -> pa.Schema:
    """Return the columns with these names, in the order of ``schema``. Raises UnknownColumn."""
    if names is None:
        return schema
    _require(names, schema.names, label)
    return pa.schema([column for column in schema if column.name in names], metadata=schema.metadata)


def select_chunks(chunks: Iterator[Chunk], options: Mapping[str, Json], *, label: str) -> Iterator[Chunk]:
    """Yield the first ``rows`` rows with the columns ``keep_columns``; nothing is read beyond them.

    Raises UnknownColumn for a column that no chunk has.
    """
    rows, names = options.get("rows"), get_kept_columns(options)
    left = rows if isinstance(rows, int) else None
    seen: dict[str, None] = {}
    for chunk in chunks:
        seen.update(dict.fromkeys(chunk.batch.schema.names))
        kept = chunk if left is None else _take(chunk, left)
        left = None if left is None else left - kept.batch.num_rows
        yield kept if names is None else _project(kept, names)
        if left == 0:
            break
    if names is not None:
        _require(names, list(seen), label)


def _take(chunk: Chunk, rows: int) -> Chunk:
    return Chunk(chunk.batch.slice(0, rows), chunk.consumed, chunk.invalid)


def _project(chunk: Chunk, names: Sequence[str]) -> Chunk:
    """Keep the columns of these names; one that only other rows have is null in these."""
    present = dict(zip(chunk.batch.schema.names, chunk.batch.columns, strict=True))
    kept = [name for name in present if name in names] + [name for name in names if name not in present]
    columns = [present[name] if name in present else pa.nulls(chunk.batch.num_rows) for name in kept]
    invalid = {name: count for name, count in chunk.invalid.items() if name in names}
    return Chunk(pa.RecordBatch.from_arrays(columns, names=kept), chunk.consumed, invalid)


def _require(names: Sequence[str], present: Sequence[str], label: str) -> None:
    missing = [name for name in names if name not in present]
    if missing:
        raise UnknownColumn(
            f"{label} has no column “{missing[0]}”. Columns: {', '.join(present) or 'none'}.",
            extra={"choices": list(present)},
        )
