"""Describes the columns of a dataset as fields of Croissant."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.formats.json_type import is_json

FILES_ID: Final = "raw-files"
RECORDS_ID: Final = "default"
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED: Final = re.compile(r"['\\]")


def quote_id(text: str, *, keep: str = "") -> str:
    """Return ``text`` as a part of an id, which is an IRI."""
    return quote(text, safe=keep)


def make_field(column: pa.Field) -> dict[str, Json]:
    """Return the field of a column; the fields of a struct, or of the structs in a list, are its sub-fields."""
    return _make_field(f"{RECORDS_ID}/{quote_id(column.name)}", column, column.name, ())


def _make_field(field_id: str, column: pa.Field, root: str, keys: Sequence[str]) -> dict[str, Json]:
    kind, is_list = column.type, False
    while pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        kind, is_list = kind.value_type, True
    made: dict[str, Json] = {"@type": "cr:Field", "@id": field_id, "name": column.name}
    if is_list:
        made["repeated"] = True
    if pa.types.is_struct(kind) and kind.num_fields:
        made["subField"] = [
            _make_field(f"{field_id}/{quote_id(inner.name)}", inner, root, (*keys, inner.name)) for inner in kind
        ]
        return made
    return {**made, "dataType": _find_data_type(kind), "source": _describe_source(root, keys)}


def _describe_source(root: str, keys: Sequence[str]) -> dict[str, Json]:
    source: dict[str, Json] = {"fileSet": {"@id": FILES_ID}, "extract": {"column": root}}
    if keys:
        source["transform"] = {"jsonPath": ".".join(map(_quote_key, keys))}
    return source


def _quote_key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else "'" + _QUOTED.sub(r"\\\g<0>", key) + "'"


def _find_data_type(kind: pa.DataType) -> str:
    """Return the data type of values; what has none in Croissant, such as JSON or bytes, is text."""
    if is_json(kind):
        return "sc:Text"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "sc:Float"
    if pa.types.is_timestamp(kind):
        return "sc:DateTime"
    return "sc:Date" if pa.types.is_date(kind) else "sc:Text"
