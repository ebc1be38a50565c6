"""Gives the rows of all parts the same columns: one text, the source, and every other column of any part.

Parts whose texts come from different columns get a column ``text``. A column that has a name which is needed gets the
prefix ``original_``. A column that a part lacks is null there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.exact_cast import ValueMisfit, cast_exactly
from mistudio.corpus.formats.features import Features, read_features, write_features
from mistudio.corpus.formats.schema_union import merge_file_schemas, widen_to_anything
from mistudio.corpus.formats.storable_type import to_storable_type
from mistudio.corpus.mix.plan import MixPart
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.text_source import TextSource, read_source

SOURCE: Final = "source"
TEXT: Final = "text"
_PREFIX: Final = "original_"
_MOST_NOTICES: Final = 10


@dataclass
class PartColumns:
    """The columns of one part: ``names`` has the name in the mixture of each; ``rendered`` adds a column of texts."""

    part: MixPart
    store: DatasetStore
    schema: pa.Schema
    names: dict[str, str]
    rendered: str | None = None

    @property
    def renamed(self) -> pa.Schema:
        """The schema of its rows in the mixture, before types are widened."""
        fields = [column.with_name(self.names[column.name]) for column in self.schema]
        fields = [pa.field(SOURCE, pa.string()), *fields]
        return pa.schema([*fields, pa.field(self.rendered, pa.string())] if self.rendered else fields)

    @property
    def features(self) -> dict[str, Json]:
        """The features of its columns, by their names in the mixture."""
        return {self.names[name]: feature for name, feature in read_features(self.schema).items()}


@dataclass(frozen=True)
class MixColumns:
    """The columns of a mixture: its schema, where its texts are, and sentences on what was changed."""

    parts: Sequence[PartColumns]
    schema: pa.Schema
    text: TextSource
    notices: tuple[str, ...]
    features: Features = field(default_factory=dict)

    def convert(self, part: int, table: pa.Table) -> pa.Table:
        """Return rows of a part with the columns of the mixture."""
        columns = self.parts[part]
        found = {columns.names[name]: table.column(name) for name in table.column_names}
        found[SOURCE] = pa.chunked_array([pa.repeat(columns.part.label, len(table))])
        if columns.rendered:
            found[columns.rendered] = pa.chunked_array([read_source(columns.part.text, table)])
        return pa.Table.from_arrays(
            [
                _cast(found[wanted.name], wanted.type) if wanted.name in found else pa.nulls(len(table), wanted.type)
                for wanted in self.schema
            ],
            schema=self.schema,
        )


def align_columns(parts: Sequence[MixPart], stores: Sequence[DatasetStore], *, monitor: Monitor) -> MixColumns:
    """Return the columns of the mixture. Reads the columns whose type has to change, to be sure that values fit."""
    found = [_read_columns(part, store) for part, store in zip(parts, stores, strict=True)]
    notices: list[str] = []
    text = _align_texts(found, notices)
    for columns in found:
        _move_away(columns, SOURCE, notices)
    schema = merge_file_schemas([columns.renamed for columns in found], are_inferred=False)
    schema = _widen(schema, found, notices, monitor)
    features = _merge_features(found, notices)
    _describe_missing(schema, found, notices)
    left = len(notices) - _MOST_NOTICES
    more = [f"{left:,} more columns differ between the parts."] if left > 0 else []
    described = write_features(schema, features)
    return MixColumns(found, described, text, (*notices[:_MOST_NOTICES], *more), read_features(described))


def _read_columns(part: MixPart, store: DatasetStore) -> PartColumns:
    files = [file for split in store.manifest.splits if split.name == part.split for file in split.files]
    schema = pq.read_schema(store.folder / files[0].path)
    return PartColumns(part, store, schema, {name: name for name in schema.names})


def _align_texts(found: Sequence[PartColumns], notices: list[str]) -> TextSource:
    """Return where the texts of the mixture are; rename or add columns where the parts have them in different ones."""
    texts = [columns.part.text for columns in found]
    are_plain = {_is_plain(columns) for columns in found}
    if len(set(texts)) == 1 and len(are_plain) == 1:
        return texts[0]
    for columns in found:
        name = columns.part.text
        if _is_plain(columns) and name == TEXT:
            continue
        _move_away(columns, TEXT, notices)
        if isinstance(name, str) and _is_plain(columns):
            columns.names[name] = TEXT
            notices.append(f"Column “{name}” of {columns.part.name} is the column “{TEXT}” of the mixture.")
        else:
            columns.rendered = TEXT
            notices.append(
                f"The column “{TEXT}” has the texts of {columns.part.name}, which come from “{_name(name)}”."
            )
    return TEXT


def _name(text: TextSource) -> str:
    return text if isinstance(text, str) else text.text


def _is_plain(columns: PartColumns) -> bool:
    """Return whether the part's texts are a column of strings as it is."""
    name = columns.part.text
    if not isinstance(name, str) or name not in columns.schema.names:
        return False
    kind = columns.schema.field(name).type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _move_away(columns: PartColumns, wanted: str, notices: list[str]) -> None:
    """Rename the column that has a name which the mixture needs."""
    holder = next((name for name, now in columns.names.items() if now == wanted), None)
    if holder is None:
        return
    name = _PREFIX + wanted
    while name in columns.names.values():
        name = _PREFIX + name
    columns.names[holder] = name
    notices.append(f"Column “{holder}” of {columns.part.name} is the column “{name}” of the mixture.")


def _widen(schema: pa.Schema, found: Sequence[PartColumns], notices: list[str], monitor: Monitor) -> pa.Schema:
    """Return the schema with types that hold the values of all parts."""
    fields = []
    for wanted in schema:
        kinds = {str(to_storable_type(column.type)) for column in _list_fields(found, wanted.name)}
        kind = wanted.type
        if (reason := _find_misfit(found, wanted.name, kind, monitor)) is not None:
            kind = widen_to_anything(kind)
            reason = _find_misfit(found, wanted.name, kind, monitor)
        if reason is not None:
            raise InvalidData(f"Column “{wanted.name}” has no common type in all parts: {reason}. Leave a part out.")
        if len(kinds - {"null"}) > 1:
            listed = ", ".join(sorted(kinds))
            notices.append(
                f"Column “{wanted.name}” has different types in the parts ({listed}). It is stored as {kind}."
            )
        fields.append(wanted.with_type(kind))
    return pa.schema(fields)


def _list_fields(found: Sequence[PartColumns], name: str) -> list[pa.Field]:
    return [columns.renamed.field(name) for columns in found if name in columns.renamed.names]


def _find_misfit(found: Sequence[PartColumns], name: str, kind: pa.DataType, monitor: Monitor) -> str | None:
    """Return why the values of a column do not all fit ``kind``, with the part; None if they do."""
    for columns in found:
        original = next((key for key, now in columns.names.items() if now == name), None)
        if original is None or columns.schema.field(original).type.equals(kind):
            continue
        for group in columns.store.groups(columns.part.split):
            monitor.checkpoint()
            try:
                _cast(columns.store.read(group, columns=[original]).column(original), kind)
            except ValueMisfit as misfit:
                return f"{misfit} ({columns.part.name})"
    return None


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type.equals(kind):
        return column
    return pa.chunked_array([cast_exactly(chunk, kind) for chunk in column.chunks], type=kind)


def _merge_features(found: Sequence[PartColumns], notices: list[str]) -> Features:
    """Return the features in which all parts agree that have the column."""
    merged: dict[str, Json] = {}
    for name in dict.fromkeys(name for columns in found for name in columns.renamed.names):
        having = [columns.features.get(name) for columns in found if name in columns.names.values()]
        if any(having) and all(feature == having[0] for feature in having):
            merged[name] = having[0]
        elif any(having):
            notices.append(f"Column “{name}” has different features in the parts. It is stored without them.")
    return merged


def _describe_missing(schema: pa.Schema, found: Sequence[PartColumns], notices: list[str]) -> None:
    for column in schema:
        lacking = [columns.part.name for columns in found if column.name not in columns.renamed.names]
        if lacking:
            notices.append(
                f"Column “{column.name}” is missing in {', '.join(dict.fromkeys(lacking))}. It is null there."
            )
