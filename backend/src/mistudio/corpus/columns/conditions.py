"""Conditions on columns: parsed from JSON, checked against a dataset's columns, and matched against batches of rows.

A condition is ``["column", "op", value]``; a column may be a path into a struct or JSON (``meta.lang``). A null matches
``is_null`` and nothing else, as in SQL. All conditions have to hold.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast, get_args

import numpy as np
import pyarrow as pa

from mistudio.core.errors import MiStudioError, ValidationFailed
from mistudio.corpus.columns.compare import Mask, compare, contains, is_in, is_valid
from mistudio.corpus.columns.kinds import ColumnType, Kind, classify_type, find_column
from mistudio.corpus.columns.operands import describe_operand, to_operand
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.text_path import find_root, find_roots, read_cells, walk_path

Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "in", "contains", "is_null", "not_null"]
Data: TypeAlias = pa.Table | pa.RecordBatch

FIELD: Final = "where"
OPERATORS: Final = get_args(Operator)
MOST_CONDITIONS: Final = 20
MOST_VALUES: Final = 1_000
_ORDERED: Final = ("<", "<=", ">", ">=")
_NULLS: Final = ("is_null", "not_null")
_SCALARS: Final = frozenset({"number", "text", "boolean", "time", "json"})


@dataclass(frozen=True)
class Condition:
    """One condition; ``source`` is its JSON in one spelling, by which two conditions are equal."""

    source: str
    column: str = field(compare=False)
    operator: Operator = field(compare=False)
    value: object = field(compare=False, default=None)


def parse_conditions(items: Sequence[str]) -> tuple[Condition, ...]:
    """Return the conditions of ``items``, each a JSON array. Raises ValidationFailed, naming the field ``where``."""
    if len(items) > MOST_CONDITIONS:
        raise _refuse(f"There are {len(items)} conditions; at most {MOST_CONDITIONS} are allowed.")
    return tuple(_parse_condition(item) for item in items)


def _parse_condition(item: str) -> Condition:
    try:
        parsed = json.loads(item, parse_constant=_refuse_constant)
        source = json.dumps(parsed)
        json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise _refuse(f'{_shorten(item)} is not a condition: give a JSON array such as ["stars", ">=", 4].') from error
    if not isinstance(parsed, list) or not 2 <= len(parsed) <= 3 or not all(isinstance(x, str) for x in parsed[:2]):
        raise _refuse(f'{_shorten(item)} is not a condition: give a JSON array such as ["stars", ">=", 4].')
    column, operator, *rest = parsed
    if operator not in OPERATORS:
        raise _refuse(f"{_shorten(item)}: there is no operator “{operator}”. Operators: {', '.join(OPERATORS)}.")
    value = rest[0] if rest else None
    _check_shape(item, operator, value)
    return Condition(source, column, cast("Operator", operator), value)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _check_shape(item: str, operator: str, value: object) -> None:
    if operator in _NULLS:
        if value is not None:
            raise _refuse(f"{_shorten(item)}: {operator} takes no value.")
    elif operator == "in":
        if not isinstance(value, list) or not value or len(value) > MOST_VALUES:
            raise _refuse(f"{_shorten(item)}: in takes a list of 1 to {MOST_VALUES:,} values.")
    elif value is None:
        raise _refuse(f"{_shorten(item)}: the value is missing. For rows without a value, use is_null.")


@dataclass(frozen=True)
class Predicate:
    """Conditions that fit a dataset's columns. Pure: the same rows give the same answer, wherever they are."""

    conditions: tuple[Condition, ...]
    columns: tuple[ColumnType, ...]

    def list_roots(self, names: Sequence[str]) -> list[str]:
        """Return those of the columns ``names`` that are needed to match a batch, each once."""
        return list(dict.fromkeys(find_roots([each.column for each in self.conditions], names)))

    def match(self, data: Data) -> Mask:
        """Return which rows of a table or batch meet all conditions; a column that it lacks is null."""
        mask: Mask = np.ones(data.num_rows, dtype=np.bool_)
        for condition, column in zip(self.conditions, self.columns, strict=True):
            if mask.any():
                mask &= _match(read_column(data, condition.column), condition, column.labels)
        return mask


def bind_conditions(conditions: Sequence[Condition], store: DatasetStore) -> Predicate:
    """Return the predicate of ``conditions`` on the columns of a dataset.

    Raises UnknownColumn and ValidationFailed, both naming the field ``where``.
    """
    columns = tuple(find_column(store, condition.column, field=FIELD) for condition in conditions)
    for condition, column in zip(conditions, columns, strict=True):
        _check_condition(condition, column)
    return Predicate(tuple(conditions), columns)


def read_column(data: Data, path: str) -> pa.Array:
    """Return the values at ``path`` of each row as one array; fields of JSON values are JSON."""
    root = find_root(path, data.schema.names)
    if root is None:
        return pa.nulls(data.num_rows)
    column = data.column(root)
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found, rest = walk_path(array, path[len(root) + 1 :])
    if not rest:
        return found
    texts = [None if value is None else json.dumps(value, default=str) for value in read_cells(found, rest)]
    return pa.ExtensionArray.from_storage(pa.json_(), pa.array(texts, pa.string()))


def _check_condition(condition: Condition, column: ColumnType) -> None:
    """Raise ValidationFailed if no value of the column could be compared in this way."""
    if condition.operator in _NULLS or not column.kinds:
        return
    kinds = _allowed_kinds(condition.operator, column)
    if not kinds:
        raise _refuse(
            f"Column “{column.path}” holds {column.description}: {condition.operator} does not apply to it. "
            f"{_advise(column)}"
        )
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    for value in values:
        operands = [to_operand(value, kind, column.labels) for kind in kinds]
        is_nan = any(isinstance(operand, float) and math.isnan(operand) for operand in operands)
        if all(operand is None for operand in operands) or (is_nan and condition.operator in _ORDERED):
            raise _refuse(
                f"Column “{column.path}” holds {column.description}: give {describe_operand(kinds, column.labels)}, "
                f"not {_shorten(json.dumps(value, ensure_ascii=False))}."
            )


def _allowed_kinds(operator: Operator, column: ColumnType) -> list[Kind]:
    """Return the kinds of values that the operator compares."""
    if operator == "contains":
        items = [classify_type(kind.value_type) for kind in column.types if classify_type(kind) == "list"]
        plain: list[Kind] = [kind for kind in column.kinds if kind in ("text", "json")]
        return [kind for kind in (*plain, *items) if kind in _SCALARS]
    kinds = [kind for kind in column.kinds if kind in _SCALARS]
    return [kind for kind in kinds if kind != "boolean"] if operator in _ORDERED else kinds


def _advise(column: ColumnType) -> str:
    if "struct" in column.kinds:
        fields = [field.name for kind in column.types if pa.types.is_struct(kind) for field in kind]
        return f"Choose a field, such as {column.path}.{fields[0]}." if fields else "Use is_null or not_null."
    if "list" in column.kinds:
        return "Use contains, is_null or not_null."
    if "boolean" in column.kinds:
        return "Use =, != or in."
    return "Use is_null or not_null." if column.kinds == ("binary",) else "Use =, <, > or in."


def _match(array: pa.Array, condition: Condition, labels: Sequence[str]) -> Mask:
    operator, value = condition.operator, condition.value
    if operator == "is_null":
        return ~is_valid(array)
    if operator == "not_null":
        return is_valid(array)
    if operator == "!=":
        return is_valid(array) & ~compare(array, "=", value, labels)
    if operator == "contains":
        return contains(array, value, labels)
    if operator == "in":
        return is_in(array, cast("list[object]", value), labels)
    return compare(array, operator, value, labels)


def _refuse(detail: str) -> MiStudioError:
    return ValidationFailed(detail, field=FIELD)


def _shorten(item: str) -> str:
    return item if len(item) <= 100 else f"{item[:100]}…"
