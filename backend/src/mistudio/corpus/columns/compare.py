"""Compares the values of an Arrow array with one value, exactly: no integer becomes a float on the way.

Every function returns one truth value per row. A null, and a value of another type, equals nothing and is neither less
nor greater than anything.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import re2

from mistudio.corpus.columns.kinds import classify_type
from mistudio.corpus.columns.operands import Operand, to_operand
from mistudio.corpus.formats.utf8_repair import decode_array

Mask: TypeAlias = npt.NDArray[np.bool_]
Comparison: TypeAlias = Literal["=", "<", "<=", ">", ">="]

_UNITS: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def is_valid(array: pa.Array) -> Mask:
    """Return which values are not null; a JSON null counts as null."""
    mask = _to_mask(array.is_valid())
    if classify_type(array.type) == "json":
        mask &= np.array([value is not None for value in decode_array(array)], dtype=np.bool_)
    return mask


def compare(array: pa.Array, operation: Comparison, value: object, labels: Sequence[str] = ()) -> Mask:
    """Return which values are equal to ``value``, less or greater."""
    kind = classify_type(array.type)
    operand = to_operand(value, kind, labels)
    if operand is None or kind in ("list", "struct", "binary", "null"):
        return np.zeros(len(array), dtype=np.bool_)
    if kind == "json" or _is_slow(array.type):
        return np.fromiter((_holds(one, operation, operand) for one in decode_array(array)), np.bool_, len(array))
    array = _to_plain(array)
    if kind == "text":
        return _compare_texts(array, operation, operand)
    if kind == "boolean":
        return _to_mask(pc.fill_null(pc.equal(array, pa.scalar(operand)), fill_value=False))
    return _to_mask(array.is_valid()) & _compare_numbers(*_to_numbers(array), operation, operand)


def contains(array: pa.Array, value: object, labels: Sequence[str] = ()) -> Mask:
    """Return which texts contain the text ``value``, and which lists have an item that is equal to it."""
    kind = classify_type(array.type)
    if kind == "list":
        return _contains_item(_to_plain(array), value, labels)
    if kind == "json":
        return np.fromiter((_has(one, value) for one in decode_array(array)), np.bool_, len(array))
    if kind != "text" or not isinstance(value, str):
        return np.zeros(len(array), dtype=np.bool_)
    found = pc.match_substring_regex(_to_plain(array), re2.escape(value))
    return _to_mask(pc.fill_null(found, fill_value=False))


def is_in(array: pa.Array, values: Sequence[object], labels: Sequence[str] = ()) -> Mask:
    """Return which values are equal to one of ``values``."""
    if classify_type(array.type) == "text":
        texts = pa.array([value for value in values if isinstance(value, str)], pa.string())
        plain = _to_plain(array)
        return _to_mask(pc.is_in(plain, value_set=texts.cast(plain.type), skip_nulls=True))
    mask = np.zeros(len(array), dtype=np.bool_)
    for value in values:
        mask |= compare(array, "=", value, labels)
    return mask


def _is_slow(kind: pa.DataType) -> bool:
    """Return whether values of the type are compared one by one."""
    if pa.types.is_dictionary(kind):
        return _is_slow(kind.value_type)
    return bool(pa.types.is_decimal(kind))


def _to_plain(array: pa.Array) -> pa.Array:
    """Return the array without extension types, dictionaries and views."""
    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return array.cast(pa.string()) if pa.types.is_string_view(array.type) else array


def _to_mask(array: pa.Array) -> Mask:
    return np.array(array.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _compare_texts(array: pa.Array, operation: Comparison, operand: Operand) -> Mask:
    functions = {"=": pc.equal, "<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal}
    found = functions[operation](array, pa.scalar(operand, array.type))
    return _to_mask(pc.fill_null(found, fill_value=False))


def _to_numbers(array: pa.Array) -> tuple[npt.NDArray[np.generic], Fraction]:
    """Return the values as numbers, and how many of them make a unit of operands, such as a second."""
    kind = array.type
    if pa.types.is_date32(kind):
        array, per_unit = array.view(pa.int32()), Fraction(1, 86_400)
    elif pa.types.is_time32(kind):
        array, per_unit = array.view(pa.int32()), Fraction(_UNITS[kind.unit])
    elif pa.types.is_temporal(kind):
        unit = "ms" if pa.types.is_date64(kind) else kind.unit
        array, per_unit = array.view(pa.int64()), Fraction(_UNITS[unit])
    else:
        per_unit = Fraction(1)
    return pc.fill_null(array, pa.scalar(0, array.type)).to_numpy(zero_copy_only=False), per_unit


def _compare_numbers(
    values: npt.NDArray[np.generic], per_unit: Fraction, operation: Comparison, operand: Operand
) -> Mask:
    if isinstance(operand, Fraction):
        operand = operand * per_unit
    if values.dtype.kind != "f":
        return _compare_integers(values, operation, cast("int | float | Decimal | Fraction", operand))
    # Of a float column, "0.1" means the float that is written so.
    number = float(operand) if isinstance(operand, Decimal) else cast("int | float | Fraction", operand)
    return _compare_floats(values.astype(np.float64), operation, number)


def _compare_integers(
    values: npt.NDArray[np.generic], operation: Comparison, number: float | Decimal | Fraction
) -> Mask:
    """Compare integers with a number of any kind, by the integer next to it."""
    if isinstance(number, float) and not math.isfinite(number):
        is_all = (number > 0 and operation in ("<", "<=")) or (number < 0 and operation in (">", ">="))
        return np.full(len(values), is_all, dtype=np.bool_)
    bound = math.ceil(number) if operation in ("<", ">=") else math.floor(number)
    if operation == "=" and bound != number:
        return np.zeros(len(values), dtype=np.bool_)
    limits = np.iinfo(cast("np.dtype[np.int64]", values.dtype))
    least, most = int(limits.min), int(limits.max)
    if not least <= bound <= most:
        is_all = (bound > most and operation in ("<", "<=")) or (bound < least and operation in (">", ">="))
        return np.full(len(values), is_all, dtype=np.bool_)
    return _apply(values, operation, values.dtype.type(bound))


def _compare_floats(values: npt.NDArray[np.float64], operation: Comparison, number: float | Fraction) -> Mask:
    """Compare floats with a number of any kind; one between two floats is compared by the float next to it."""
    if isinstance(number, float) and math.isnan(number):
        return np.isnan(values) if operation == "=" else np.zeros(len(values), dtype=np.bool_)
    try:
        near = float(number)
    except OverflowError:
        near = math.inf if number > 0 else -math.inf
    if near == number:
        return _apply(values, operation, np.float64(near))
    if operation == "=":
        return np.zeros(len(values), dtype=np.bool_)
    if operation in ("<", "<="):
        return _apply(values, "<" if near > number else "<=", np.float64(near))
    return _apply(values, ">=" if near > number else ">", np.float64(near))


def _apply(values: npt.NDArray[np.generic], operation: Comparison, bound: np.generic) -> Mask:
    functions = {"=": np.equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
    return cast("Mask", functions[operation](values, bound))


def _contains_item(array: pa.Array, value: object, labels: Sequence[str]) -> Mask:
    lengths = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(array)), lengths)
    found: Mask = np.zeros(len(array), dtype=np.bool_)
    found[rows[compare(array.flatten(), "=", value, labels)]] = True
    return found


def _holds(value: object, operation: Comparison, operand: Operand) -> bool:
    """Compare two values in Python; values of different types are neither equal nor in any order."""
    if isinstance(value, str) and isinstance(operand, str):
        return _compare_ordered(value, operation, operand)
    if isinstance(value, bool) or isinstance(operand, bool):
        return operation == "=" and isinstance(value, bool) and value is operand
    if not isinstance(value, int | float | Decimal) or isinstance(operand, str | Fraction):
        return False
    if isinstance(value, Decimal) and isinstance(operand, float):
        operand = cast("float", Decimal(repr(operand)))
    if isinstance(value, float) and isinstance(operand, Decimal):
        operand = float(operand)
    if math.isnan(operand) or math.isnan(value):
        return operation == "=" and math.isnan(operand) and math.isnan(value)
    return _compare_ordered(value, operation, operand)


def _compare_ordered(value: object, operation: Comparison, operand: object) -> bool:
    functions = {"=": "__eq__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
    return getattr(value, functions[operation])(operand) is True


def _has(value: object, wanted: object) -> bool:
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    operand = to_operand(wanted, "json")
    return isinstance(value, list) and operand is not None and any(_holds(item, "=", operand) for item in value)
