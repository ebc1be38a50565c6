"""Decides on the one schema of all raw files of a dataset; notices say where files or the card differ from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import pyarrow as pa

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.columnar import read_parquet
from mistudio.corpus.formats.exact_cast import ValueMisfit, cast_exactly
from mistudio.corpus.formats.features import (
    Features,
    describe_feature,
    get_type,
    is_special,
    list_labels,
    read_features,
    write_features,
)
from mistudio.corpus.formats.schema_union import merge_file_schemas, widen_to_anything
from mistudio.corpus.formats.storable_type import to_storable_type
from mistudio.corpus.monitor import Monitor

_MOST_NOTICES: Final = 10


@dataclass(frozen=True)
class RawSchema:
    """The schema of a raw file; ``label`` names its source file."""

    path: Path
    label: str
    schema: pa.Schema

    @cached_property
    def features(self) -> Features:
        """The features in its metadata."""
        return read_features(self.schema)


@dataclass(frozen=True)
class SchemaPlan:
    """The schema of all raw files, with the features in its metadata; ``notices`` are sentences."""

    schema: pa.Schema
    notices: tuple[str, ...] = ()

    @cached_property
    def features(self) -> Features:
        """The features that say more than the type of their column."""
        return read_features(self.schema)

    def is_met_by(self, file: RawSchema) -> bool:
        """Return whether ``file`` can stay as it is."""
        return bool(self.schema.equals(file.schema)) and self.features == file.features


def plan_schema(files: Sequence[RawSchema], declared: Features, *, are_inferred: bool, monitor: Monitor) -> SchemaPlan:
    """Return the schema of all files: each column in a type that holds its values, or in the type of the card.

    Reads the columns that change their type. Raises InvalidData if there is no such type, and what the monitor raises.
    """
    first = files[0]
    if not declared and all(file.schema.equals(first.schema) and file.features == first.features for file in files):
        return SchemaPlan(write_features(first.schema, first.features))
    union = merge_file_schemas([file.schema for file in files], are_inferred=are_inferred)
    planner = _Planner(files, monitor, {column.name: column for column in union})
    planner.widen()
    found = {**_merge_features(files, planner.notices), **planner.apply(declared)}
    features = {name: feature for name, feature in found.items() if feature is not None}
    planner.describe_files(declared)
    schema = write_features(pa.schema(list(planner.fields.values())), features)
    return SchemaPlan(schema, _shorten_notices(planner.notices))


def _merge_features(files: Iterable[RawSchema], notices: list[str]) -> dict[str, Json]:
    """Return the features that the files themselves declare; where files contradict each other, none."""
    merged: dict[str, Json] = {}
    for file in files:
        for name, feature in file.features.items():
            if merged.setdefault(name, feature) != feature and merged[name] is not None:
                merged[name] = None
                notices.append(
                    f"Column “{name}” has different features in the files, such as {describe_feature(feature)} in "
                    f"{file.label}. It is stored without them."
                )
    return {name: feature for name, feature in merged.items() if feature is not None}


def _shorten_notices(notices: Sequence[str]) -> tuple[str, ...]:
    left = len(notices) - _MOST_NOTICES
    more = [f"{left:,} more columns differ between the files or from the card."] if left > 0 else []
    return (*notices[:_MOST_NOTICES], *more)


def _are_alike(one: pa.DataType, other: pa.DataType) -> bool:
    """Return whether two types differ at most in how they encode their values."""
    return bool(to_storable_type(one).equals(to_storable_type(other)))


@dataclass
class _Planner:
    """Settles the type of each column; ``fields`` are those of all files, in order."""

    files: Sequence[RawSchema]
    monitor: Monitor
    fields: dict[str, pa.Field]
    notices: list[str] = field(default_factory=list)

    def widen(self) -> None:
        """Give each column a type that holds the values of all files and that ``datasets`` loads."""
        for name, column in self.fields.items():
            kind = column.type
            if self._find_misfit(name, kind) is not None:
                kind = widen_to_anything(kind)
                if reason := self._find_misfit(name, kind):
                    raise InvalidData(f"Column “{name}” has no common type in all files: {reason}. Leave files out.")
            self.fields[name] = column.with_type(kind)

    def apply(self, declared: Features) -> dict[str, Json]:
        """Give columns the declared types that their values fit, and return the features; None for the others."""
        return {name: self._apply_feature(name, feature) for name, feature in declared.items()}

    def _apply_feature(self, name: str, feature: Json) -> Json:
        kind, column, described = get_type(feature), self.fields.get(name), describe_feature(feature)
        if column is None:
            if kind is not None:
                self.fields[name] = pa.field(name, kind)
                self.notices.append(f"The card declares column “{name}”, which no file has. It is null in every row.")
            return feature
        if kind is not None and not is_special(feature) and _are_alike(kind, column.type):
            return feature
        reason = "such values are not supported" if kind is None else self._find_misfit(name, kind, feature)
        if reason is None:
            self.fields[name] = column.with_type(kind)
            if kind == pa.timestamp("s"):
                self.notices.append(f"The card declares column “{name}” as {described}. Parquet stores timestamp[ms].")
            return feature
        self.notices.append(
            f"The card declares column “{name}” as {described}, which was not applied: {reason}. "
            f"It is stored as {column.type}."
        )
        return None

    def _find_misfit(self, name: str, kind: pa.DataType, feature: Json = None) -> str | None:
        """Return why the values of a column do not all fit ``kind``, with the file; None if they do."""
        for file in self.files:
            if name not in file.schema.names or self._is_known_to_fit(file, name, kind, feature):
                continue
            for chunk in read_parquet(file.path, label=file.label, columns=[name]):
                self.monitor.checkpoint()
                try:
                    cast_exactly(chunk.batch.column(name), kind, feature)
                except ValueMisfit as misfit:
                    return f"{misfit} ({file.label})"
        return None

    @staticmethod
    def _is_known_to_fit(file: RawSchema, name: str, kind: pa.DataType, feature: Json) -> bool:
        if not file.schema.field(name).type.equals(kind):
            return bool(pa.types.is_null(file.schema.field(name).type))
        return not list_labels(feature)

    def describe_files(self, declared: Features) -> None:
        """Note the columns that files lack, store in different types, or that the card does not declare."""
        # A file without rows says nothing of the columns.
        filled = [file for file in self.files if file.schema.names]
        for name, column in self.fields.items():
            lacking = [file.label for file in filled if name not in file.schema.names]
            if lacking and len(lacking) < len(filled):
                self.notices.append(
                    f"Column “{name}” is missing in {len(lacking):,} of {len(filled):,} files, such as {lacking[0]}. "
                    "It is null there."
                )
            kinds = [file.schema.field(name).type for file in filled if name in file.schema.names]
            types = dict.fromkeys(str(kind) for kind in kinds if not pa.types.is_null(kind))
            # Encodings of one type are no difference.
            if len({str(to_storable_type(kind)) for kind in kinds if not pa.types.is_null(kind)}) > 1:
                self.notices.append(
                    f"Column “{name}” has different types in the files ({', '.join(types)}). It is stored as "
                    f"{column.type}."
                )
            if declared and name not in declared:
                self.notices.append(f"Column “{name}” is not declared in the card. It is kept.")
