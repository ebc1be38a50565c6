"""Features of ``datasets``: their types, and their place in a schema's metadata."""

import datasets
import pyarrow as pa
import pytest

from mistudio.core.errors import Json
from mistudio.corpus.formats.features import (
    describe_feature,
    get_type,
    has_readable_features,
    list_labels,
    name_labels,
    normalize_feature,
    read_features,
    write_features,
)

LABEL: Json = {"names": ["neg", "pos"], "_type": "ClassLabel"}
SCHEMA = pa.schema([("text", pa.string()), ("label", pa.int64()), ("tags", pa.list_(pa.int64()))])
FEATURES: dict[str, Json] = {"label": LABEL, "tags": {"feature": LABEL, "_type": "List"}}


@pytest.mark.parametrize(
    "feature",
    [
        datasets.Value("string"),
        datasets.Value("large_string"),
        datasets.Value("float32"),
        datasets.Value("bool"),
        datasets.Value("date32"),
        datasets.Value("timestamp[us, tz=Europe/Oslo]"),
        datasets.Value("decimal128(10, 2)"),
        datasets.Value("binary"),
        datasets.ClassLabel(names=["neg", "pos"]),
        datasets.Translation(["en", "de"]),
        datasets.Json(),
        datasets.List(datasets.Value("int32")),
        datasets.List(datasets.Value("int32"), length=3),
        datasets.LargeList(datasets.ClassLabel(names=["a"])),
        datasets.Sequence({"text": datasets.Value("string"), "start": datasets.Value("int32")}),
        {"a": datasets.Value("int64"), "b": [datasets.Value("string")]},
    ],
    ids=str,
)
def test_a_feature_has_the_type_that_datasets_gives_it(feature: object) -> None:
    """Also in the spelling in which a card declares it."""
    declared = datasets.Features({"a": feature})
    assert declared.arrow_schema.field("a").type == get_type(normalize_feature(declared.to_dict()["a"]))


def test_datasets_reads_the_features_that_are_written() -> None:
    """Only those that fit their column."""
    schema = write_features(SCHEMA, {**FEATURES, "text": LABEL, "absent": LABEL})
    found = datasets.Features.from_arrow_schema(schema)
    assert datasets.ClassLabel(names=["neg", "pos"]) == found["label"]
    assert datasets.List(datasets.ClassLabel(names=["neg", "pos"])) == found["tags"]
    assert datasets.Value("string") == found["text"]
    assert read_features(schema) == FEATURES


def test_the_metadata_of_datasets_is_read() -> None:
    """What says no more than a type is left out."""
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])})
    assert {"label": LABEL} == read_features(features.arrow_schema)


@pytest.mark.parametrize("damaged", ["{", '{"info": {"features": {"text": {"_type": "Unknown"}}}}'])
def test_damaged_features_count_as_none(damaged: str) -> None:
    """And are known to be unreadable."""
    schema = SCHEMA.with_metadata({"huggingface": damaged})
    assert not read_features(schema)
    assert not has_readable_features(schema)
    assert has_readable_features(write_features(SCHEMA, FEATURES))
    assert has_readable_features(SCHEMA)


@pytest.mark.parametrize(
    ("value", "feature", "named"),
    [
        (1, LABEL, "pos"),
        (-1, LABEL, -1),
        (2, LABEL, 2),
        (None, LABEL, None),
        (True, LABEL, True),
        ([0, 1], FEATURES["tags"], ["neg", "pos"]),
        ({"a": 0, "b": 0}, {"a": LABEL}, {"a": "neg", "b": 0}),
        (1, {"dtype": "int64", "_type": "Value"}, 1),
        (1, None, 1),
    ],
)
def test_labels_are_named(value: object, feature: Json, named: object) -> None:
    """At any depth; a number that is no label's stays."""
    assert named == name_labels(value, feature)


def test_features_are_described_in_few_words() -> None:
    """As the Overview shows them."""
    assert describe_feature(LABEL) == "ClassLabel (neg, pos)"
    assert describe_feature(FEATURES["tags"]) == "List(ClassLabel (neg, pos))"
    assert describe_feature({"a": LABEL}) == "{a: ClassLabel (neg, pos)}"
    assert ["neg", "pos"] == list_labels(FEATURES["tags"])
