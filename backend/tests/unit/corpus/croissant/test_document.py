"""Croissant documents: valid by the reference library, which also reads the rows by them."""

import json
import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fakes.corpora import Rows, make_dataset
from mistudio.corpus.croissant import Description, make_croissant

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")


def write_document(folder: Path, splits: Mapping[str, list[Rows]], **described: Any) -> dict[str, Any]:
    """Write the document of a dataset into its folder, and return it."""
    manifest = make_dataset(folder, splits)
    schema = pq.read_schema(folder / manifest.splits[0].files[0].path)
    document = make_croissant(manifest, schema, Description(name=described.pop("name", "lab"), **described))
    (folder / "croissant.json").write_text(json.dumps(document))
    return document


def read_records(folder: Path) -> list[dict[str, Any]]:
    """The rows, as the reference library reads them by the document; it raises if the document is invalid."""
    dataset = mlcroissant.Dataset(jsonld=folder / "croissant.json")
    assert [] == list(dataset.metadata.issues.errors)
    return [{key.partition("/")[2]: value for key, value in row.items()} for row in dataset.records("default")]


def test_rows_of_all_splits(tmp_path: Path) -> None:
    """Text, numbers, truth values and nulls, with the split of each row."""
    rows: Rows = [{"text": "eins", "n": 1, "x": 0.5, "good": True}, {"text": None, "n": 2, "x": 1.5, "good": False}]
    write_document(tmp_path, {"train": [rows, rows[:1]], "test": [rows[:1]]})
    found = read_records(tmp_path)
    assert 4 == len(found)
    assert {b"train": 3, b"test": 1} == Counter(row["split"] for row in found)
    by_text = next(row for row in found if row["text"] is None)
    assert (2, 1.5, False) == (by_text["n"], by_text["x"], by_text["good"])
    assert b"eins" in {row["text"] for row in found}


def test_nested_columns(tmp_path: Path) -> None:
    """Structs and lists of structs have sub-fields; lists are repeated."""
    rows = [
        {
            "text": "a",
            "translation": {"en": "one", "de": "eins"},
            "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}],
            "numbers": [1, 2, 3],
        }
    ]
    document = write_document(tmp_path, {"train": [rows]})
    fields = {field["name"]: field for field in document["recordSet"][0]["field"]}
    assert ["de", "en"] == sorted(field["name"] for field in fields["translation"]["subField"])
    assert fields["messages"]["repeated"]
    assert fields["numbers"]["repeated"]
    [row] = read_records(tmp_path)
    assert {"default/translation/en": b"one", "default/translation/de": b"eins"} == row["translation"]
    assert [1, 2, 3] == list(row["numbers"])
    assert [b"hi", b"yo"] == [message["default/messages/content"] for message in row["messages"]]


@pytest.mark.parametrize("column", ["split", "weird name/with %", "ключ", "@id", "a.b", "x'y", "x\"'\\y"])
def test_odd_column_names(tmp_path: Path, column: str) -> None:
    """Any name is a valid part of a document, also the name of the field that has the split."""
    write_document(tmp_path, {"train": [[{"text": "a", column: "b", "deep": {column: "c"}}]]})
    [row] = read_records(tmp_path)
    assert b"b" in row.values()


def test_facts_of_the_dataset(tmp_path: Path) -> None:
    """Known facts are there, unknown ones are left out; each file has its size and checksum."""
    document = write_document(tmp_path, {"train": [[{"text": "a"}]]}, license="mit", tags=["x"], name="näme “1”")
    assert ("näme “1”", "mit", ["x"]) == (document["name"], document["license"], document["keywords"])
    assert "url" not in document
    file = next(part for part in document["distribution"] if part["@type"] == "cr:FileObject")
    path = tmp_path / file["contentUrl"]
    assert f"{path.stat().st_size} B" == file["contentSize"]
    assert 64 == len(file["sha256"])
    read_records(tmp_path)
