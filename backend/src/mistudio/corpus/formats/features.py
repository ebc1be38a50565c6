"""Features of columns, as ``datasets`` declares them in a card and writes them into Parquet's metadata.

A feature says more than an Arrow type: the names of a class label, the languages of a translation. The key
``huggingface`` of a schema's metadata holds them as JSON, ``{"info": {"features": {column: feature}}}``.
"""

import json
import re
from collections.abc import Mapping
from typing import Final, TypeAlias, cast

import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.formats.json_type import JSON

Features: TypeAlias = Mapping[str, Json]

_KEY: Final = b"huggingface"
_LISTS: Final = ("List", "LargeList", "Sequence")
_FILES: Final = ("Image", "Audio", "Video", "Pdf", "Nifti")
_KINDS: Final = (
    *("Value", "ClassLabel", "Json", "Translation", "TranslationVariableLanguages"),
    *(*_FILES, "Array2D", "Array3D", "Array4D", "Array5D"),
)
_ALIASES: Final = {"float": "float32", "double": "float64", "date32": "date32[day]", "date64": "date64[ms]"}
_NAMED: Final[Mapping[str, pa.DataType]] = {
    "string_view": pa.string_view(),
    "large_string": pa.large_string(),
    "large_binary": pa.large_binary(),
    "binary_view": pa.binary_view(),
    "date32": pa.date32(),
    "date64": pa.date64(),
}
_ZONED: Final = re.compile(r"timestamp\[(s|ms|us|ns), tz=([^\]]+)\]")
_DECIMAL: Final = re.compile(r"decimal(128|256)\((\d+), ?(-?\d+)\)")
_FIXED: Final = re.compile(r"fixed_size_binary\[(\d+)\]")


def read_features(schema: pa.Schema) -> dict[str, Json]:
    """Return the features in the metadata of ``schema`` that fit its columns; what is damaged counts as none."""
    try:
        found = json.loads((schema.metadata or {}).get(_KEY, b"{}"))["info"]["features"]
        declared = {name: normalize_feature(feature) for name, feature in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return list_special(schema, declared)


def has_readable_features(schema: pa.Schema) -> bool:
    """Return whether ``datasets`` can read the features in the metadata of ``schema``, if there are any."""
    if _KEY not in (schema.metadata or {}):
        return True
    try:
        info = json.loads(schema.metadata[_KEY])
        return "info" not in info or _is_known(info["info"].get("features") or {})
    except (ValueError, TypeError, AttributeError):
        return False


def _is_known(feature: Json) -> bool:
    if isinstance(feature, list):
        return len(feature) == 1 and _is_known(feature[0])
    if not isinstance(feature, dict):
        return False
    kind = feature.get("_type")
    if not isinstance(kind, str):
        return all(map(_is_known, feature.values()))
    if kind in _LISTS:
        return _is_known(feature.get("feature"))
    return kind in _KINDS and (kind != "Value" or get_type(feature) is not None)


def write_features(schema: pa.Schema, features: Features) -> pa.Schema:
    """Return ``schema`` whose metadata has the features that fit its columns, and no others; the rest of it stays."""
    fitting = list_special(schema, features)
    metadata = dict(schema.metadata or {})
    noted = _load_metadata(metadata.pop(_KEY, b"{}"))
    info = noted.get("info")
    if fitting or isinstance(info, dict):
        others = info if isinstance(info, dict) else {}
        noted["info"] = {**others, "features": fitting or None}
    if noted or (schema.metadata or {}).get(_KEY) == b"{}":
        metadata[_KEY] = json.dumps(noted).encode()
    return schema.with_metadata(metadata or None)


def _load_metadata(text: bytes) -> dict[str, Json]:
    try:
        noted = json.loads(text)
    except ValueError:
        return {}
    return noted if isinstance(noted, dict) else {}


def list_special(schema: pa.Schema, features: Features) -> dict[str, Json]:
    """Return the features that say more than the type of their column, in the order of the columns."""
    fitting = {}
    for column in schema:
        kind = get_type(features.get(column.name))
        if kind is not None and kind.equals(column.type) and is_special(features[column.name]):
            fitting[column.name] = features[column.name]
    return fitting


def normalize_feature(feature: Json) -> Json:
    """Return ``feature`` in one spelling: a sequence of fields is fields of lists, as in ``datasets``."""
    if isinstance(feature, list):
        return {"feature": normalize_feature(feature[0]), "_type": "List"} if len(feature) == 1 else feature
    if not isinstance(feature, dict):
        return feature
    kind = feature.get("_type")
    if not isinstance(kind, str):
        return {name: normalize_feature(inner) for name, inner in feature.items()}
    if kind not in _LISTS:
        return feature
    inner, length = normalize_feature(feature.get("feature")), feature.get("length", -1)
    if kind == "Sequence" and _is_struct(inner):
        return {name: _make_list(item, "List", length) for name, item in cast("dict[str, Json]", inner).items()}
    return _make_list(inner, "LargeList" if kind == "LargeList" else "List", length)


def _make_list(inner: Json, kind: str, length: Json) -> dict[str, Json]:
    made: dict[str, Json] = {"feature": inner, "_type": kind}
    return made if length in (None, -1) else {**made, "length": length}


def _is_struct(feature: Json) -> bool:
    return isinstance(feature, dict) and not isinstance(feature.get("_type"), str)


def is_special(feature: Json) -> bool:
    """Return whether ``feature`` says more than an Arrow type does."""
    if not isinstance(feature, dict):
        return False
    if _is_struct(feature):
        return any(map(is_special, feature.values()))
    return (
        is_special(feature.get("feature")) if feature["_type"] in _LISTS else feature["_type"] not in ("Value", "Json")
    )


def get_type(feature: Json) -> pa.DataType | None:
    """Return the Arrow type of a normalized feature; None if there is none that this program knows."""
    if not isinstance(feature, dict):
        return None
    if _is_struct(feature):
        return _make_struct(feature)
    kind = str(feature["_type"])
    if kind in _LISTS:
        return _get_list_type(feature)
    return _get_value_type(str(feature.get("dtype"))) if kind == "Value" else _get_special_type(kind, feature)


def _get_special_type(kind: str, feature: Mapping[str, Json]) -> pa.DataType | None:
    languages = feature.get("languages")
    if kind == "Translation" and isinstance(languages, list):
        return pa.struct([(name, pa.string()) for name in sorted(map(str, languages))])
    if kind == "TranslationVariableLanguages":
        return pa.struct([(name, pa.list_(pa.string())) for name in ("language", "translation")])
    if kind in _FILES:
        return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    return {"ClassLabel": pa.int64(), "Json": JSON}.get(kind)


def _make_struct(fields: Mapping[str, Json]) -> pa.DataType | None:
    types = {name: get_type(inner) for name, inner in fields.items()}
    return None if not types or None in types.values() else pa.struct(list(types.items()))


def _get_list_type(feature: Mapping[str, Json]) -> pa.DataType | None:
    inner, length = get_type(feature.get("feature")), feature.get("length", -1)
    if inner is None:
        return None
    if feature["_type"] == "LargeList":
        return pa.large_list(inner)
    return pa.list_(inner, length) if isinstance(length, int) and length > 0 else pa.list_(inner)


def _get_value_type(dtype: str) -> pa.DataType | None:
    if dtype in _NAMED:
        return _NAMED[dtype]
    if zoned := _ZONED.fullmatch(dtype):
        return pa.timestamp(zoned[1], zoned[2])
    if decimal := _DECIMAL.fullmatch(dtype):
        make = pa.decimal128 if decimal[1] == "128" else pa.decimal256
        return make(int(decimal[2]), int(decimal[3]))
    if fixed := _FIXED.fullmatch(dtype):
        return pa.binary(int(fixed[1]))
    try:
        return pa.type_for_alias(_ALIASES.get(dtype, dtype))
    except ValueError:
        return None


def list_text_types(features: Features) -> dict[str, pa.DataType]:
    """Return the type of text for each column that is declared as text."""
    texts = (pa.string(), pa.large_string(), pa.string_view())
    return {name: pa.string() for name, feature in features.items() if get_type(feature) in texts}


def list_labels(feature: Json) -> list[str]:
    """Return the names of a class label, or of one within lists; none for any other feature."""
    if not isinstance(feature, dict):
        return []
    if feature.get("_type") in _LISTS:
        return list_labels(feature.get("feature"))
    names = feature.get("names") if feature.get("_type") == "ClassLabel" else None
    return [str(name) for name in names] if isinstance(names, list) else []


def name_labels(value: object, feature: Json) -> object:
    """Return ``value`` with the names of its class labels in place of their numbers; other numbers stay."""
    if isinstance(value, list) and isinstance(feature, dict) and feature.get("_type") in _LISTS:
        return [name_labels(item, feature.get("feature")) for item in value]
    if isinstance(value, dict) and isinstance(feature, dict) and _is_struct(feature):
        return {name: name_labels(item, feature.get(name)) for name, item in value.items()}
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    names = list_labels(feature)
    return names[value] if 0 <= value < len(names) else value


def describe_feature(feature: Json) -> str:
    """Return ``feature`` in few words, as the Overview shows it: ``ClassLabel (neg, pos)``."""
    if not isinstance(feature, dict):
        return "unknown"
    if _is_struct(feature):
        return "{" + ", ".join(f"{name}: {describe_feature(inner)}" for name, inner in feature.items()) + "}"
    kind = str(feature["_type"])
    if kind in _LISTS:
        return f"{kind}({describe_feature(feature.get('feature'))})"
    if kind == "Value":
        return str(feature.get("dtype"))
    listed = feature.get("names" if kind == "ClassLabel" else "languages")
    return f"{kind} ({', '.join(map(str, listed))})" if isinstance(listed, list) else kind
