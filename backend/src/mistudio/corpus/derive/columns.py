"""Gives the rows of a dataset one schema: types and features as they are in its raw files."""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.corpus.arrays import Ids
from mistudio.corpus.derive.texts import read_tables
from mistudio.corpus.formats.exact_cast import cast_exactly
from mistudio.corpus.formats.features import write_features
from mistudio.corpus.formats.schema_union import merge_file_schemas
from mistudio.corpus.store.dataset_store import DatasetStore

# Sparse rows are gathered, so that batches are not tiny.
_BATCH_ROWS: Final = 512
_BATCH_BYTES: Final = 1 << 20


def read_schema(store: DatasetStore) -> pa.Schema:
    """Return the schema of all raw files of a dataset, with its features."""
    paths = [store.folder / file.path for split in store.manifest.splits for file in split.files]
    merged = merge_file_schemas([pq.read_schema(path) for path in paths], are_inferred=False)
    return write_features(merged, store.manifest.features)


def read_batches(store: DatasetStore, ids: Ids, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield the rows with these ids, which ascend, in batches of the schema."""
    tables: list[pa.Table] = []
    rows = size = 0
    for table in read_tables(store, ids):
        tables.append(_fit(table, schema))
        rows, size = rows + len(table), size + table.nbytes
        if rows >= _BATCH_ROWS or size >= _BATCH_BYTES:
            yield from _join(tables)
            tables, rows, size = [], 0, 0
    yield from _join(tables)


def _join(tables: list[pa.Table]) -> Iterator[pa.RecordBatch]:
    if tables:
        yield from pa.concat_tables(tables).combine_chunks().to_batches()


def _fit(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [_fit_column(table, wanted) for wanted in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _fit_column(table: pa.Table, wanted: pa.Field) -> pa.ChunkedArray:
    if wanted.name not in table.column_names:
        return pa.chunked_array([pa.nulls(len(table), wanted.type)])
    column = table.column(wanted.name)
    if column.type.equals(wanted.type):
        return column
    return pa.chunked_array([cast_exactly(chunk, wanted.type) for chunk in column.chunks], type=wanted.type)
