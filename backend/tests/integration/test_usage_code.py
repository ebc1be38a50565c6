"""The code of the Overview loads every dataset, whatever its source files were: all rows and all columns."""

import datetime
import decimal
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pytest

from fakes.source_files import Files, build_files, json_lines, parquet
from mistudio.core.errors import Json
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.store.snippets import make_snippets

LABEL: Final[Json] = {"names": ["neg", "pos"], "_type": "ClassLabel"}
TEXT: Final[Json] = {"dtype": "string", "_type": "Value"}
X: Final = pa.array(["a", "b"])
NOON: Final = [datetime.datetime(2020, 1, 1, 12)] * 2


@dataclass(frozen=True)
class Case:
    """Source files, what is declared of them, and the rows that ``datasets`` has to load."""

    files: Files
    rows: Mapping[str, list[Mapping[str, object]]]
    features: Mapping[str, Json] = field(default_factory=dict)


def shards(one: object, other: object, expected: Sequence[object]) -> Case:
    """Two Parquet files of one split, whose column ``v`` differs."""
    files = {"train-0.parquet": parquet(text=X, v=one), "train-1.parquet": parquet(text=X, v=other)}
    return Case(files, {"train": [{"text": "ab"[at % 2], "v": value} for at, value in enumerate(expected)]})


def twice(column: object, expected: Sequence[object]) -> Case:
    """Two Parquet files with the same column ``v``."""
    return shards(column, column, [*expected, *expected])


def _zoned(zone: str | None) -> pa.Array:
    return pa.array(NOON, pa.timestamp("us", zone))


CASES: Final[Mapping[str, Case]] = {
    "text": Case({"train.txt": b"a\nb\n"}, {"train": [{"text": "a"}, {"text": "b"}]}),
    "csv": Case({"train.csv": b"text,n\na,1\n"}, {"train": [{"text": "a", "n": 1}]}),
    "parquet": Case({"train.parquet": parquet(text=X)}, {"train": [{"text": "a"}, {"text": "b"}]}),
    "int and float": shards(pa.array([1, 2]), pa.array([1.5, 2]), [1.0, 2.0, 1.5, 2.0]),
    "int and float, inexact": shards(pa.array([2**60 + 1, 2]), pa.array([1.5, 2]), [str(2**60 + 1), "2", "1.5", "2"]),
    "null and text": shards(pa.nulls(2), X, [None, None, "a", "b"]),
    "all null": shards(pa.nulls(2), pa.nulls(2), [None] * 4),
    "int32 and int64": shards(pa.array([1, 2], pa.int32()), pa.array([3, 4]), [1, 2, 3, 4]),
    "date and time": shards(
        pa.array([NOON[0].date()] * 2), _zoned(None), ["2020-01-01 00:00:00"] * 2 + ["2020-01-01 12:00:00"] * 2
    ),
    "zones": shards(_zoned("Europe/Oslo"), _zoned("UTC"), ["2020-01-01 12:00:00+00:00"] * 4),
    "zone and none": shards(
        _zoned(None), _zoned("UTC"), ["2020-01-01 12:00:00.000000"] * 2 + ["2020-01-01 12:00:00.000000Z"] * 2
    ),
    "large text": shards(X, X.cast(pa.large_string()), ["a", "b"] * 2),
    "text view": shards(X, X.cast(pa.string_view()), ["a", "b"] * 2),
    "dictionary": shards(X.dictionary_encode(), X, ["a", "b"] * 2),
    "bytes": shards(X, pa.array([b"a", b"b"]), ["a", "b"] * 2),
    "bytes that are no text": shards(X, pa.array([b"a", b"\xff"]), ["b'a'", "b'b'", "b'a'", "b'\\xff'"]),
    "large lists": shards(
        pa.array([[1], []]), pa.array([[1.5], None], pa.large_list(pa.float64())), [[1.0], [], [1.5], None]
    ),
    "lists of two": shards(
        pa.array([[1], []]), pa.array([[1, 2], [3, 4]], pa.list_(pa.int64(), 2)), [[1], [], [1, 2], [3, 4]]
    ),
    "structs": shards(
        pa.array([{"a": 1, "b": "x"}, None]),
        pa.array([{"b": "y", "c": {"d": 1}}] * 2),
        [{"a": 1, "b": "x", "c": None}, None, *[{"a": None, "b": "y", "c": {"d": 1}}] * 2],
    ),
    "decimals": shards(
        pa.array([decimal.Decimal("1.5")] * 2),
        pa.array([decimal.Decimal("100.255")] * 2),
        ["1.500"] * 2 + ["100.255"] * 2,
    ),
    "int and list": shards(pa.array([1, 2]), pa.array([[1], [2]]), [1, 2, [1], [2]]),
    "maps": twice(pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())), [[{"key": "k", "value": 1}], None]),
    "list views": twice(pa.array([["a"], ["b"]], pa.list_view(pa.string())), [["a"], ["b"]]),
    "identifiers": twice(pa.array([b"a" * 16] * 2, pa.uuid()), [str(b"a" * 16)] * 2),
    "small decimals": twice(pa.array([decimal.Decimal("1.5")] * 2, pa.decimal32(5, 2)), ["1.50"] * 2),
    "missing in the first": Case(
        {"train-0.jsonl": json_lines({"text": "a"}), "train-1.jsonl": json_lines({"text": "b", "url": "u"})},
        {"train": [{"text": "a", "url": None}, {"text": "b", "url": "u"}]},
    ),
    "missing in a later file": Case(
        {"train-0.parquet": parquet(text=X, n=[1, 2]), "train-1.parquet": parquet(text=X)},
        {"train": [{"text": "ab"[at % 2], "n": n} for at, n in enumerate((1, 2, None, None))]},
    ),
    "missing in a split": Case(
        {"train.parquet": parquet(text=X, label=[0, 1]), "test.parquet": parquet(text=X)},
        {
            "train": [{"text": "a", "label": 0}, {"text": "b", "label": 1}],
            "test": [{"text": "a", "label": None}, {"text": "b", "label": None}],
        },
    ),
    "order": Case(
        {"train-0.parquet": parquet(text=X, n=[1, 2]), "train-1.parquet": parquet(n=[1, 2], text=X)},
        {"train": [{"text": "a", "n": 1}, {"text": "b", "n": 2}] * 2},
    ),
    "case of names": Case(
        {"train-0.csv": b"text\na\n", "train-1.csv": b"Text\nb\n"},
        {"train": [{"text": "a", "Text": None}, {"text": None, "Text": "b"}]},
    ),
    "empty files": Case(
        {"train.jsonl": json_lines({"text": "a"}), "test.jsonl": b"", "validation.jsonl": b"\n\n"},
        {"train": [{"text": "a"}]},
    ),
    "no rows in the first": Case(
        {"train-0.parquet": parquet(text=X.slice(0, 0)), "train-1.parquet": parquet(text=X)},
        {"train": [{"text": "a"}, {"text": "b"}]},
    ),
    "no columns in the first": Case(
        {"train-0.parquet": parquet(), "train-1.parquet": parquet(text=X)}, {"train": [{"text": "a"}, {"text": "b"}]}
    ),
    "records of different keys": Case(
        {
            "train-0.jsonl": json_lines({"text": "a", "v": {"city": "Oslo"}}),
            "train-1.jsonl": json_lines({"text": "b", "v": {"a": 2, "b": [3]}}),
        },
        {"train": [{"text": "a", "v": {"city": "Oslo"}}, {"text": "b", "v": {"a": 2, "b": [3]}}]},
    ),
    "labels": Case(
        {"train.csv": b"text,label\na,1\nb,0\n"},
        {"train": [{"text": "a", "label": "pos"}, {"text": "b", "label": "neg"}]},
        {"text": TEXT, "label": LABEL},
    ),
    "names of labels": Case(
        {"train.csv": b"text,label\na,pos\nb,neg\n"},
        {"train": [{"text": "a", "label": "pos"}, {"text": "b", "label": "neg"}]},
        {"text": TEXT, "label": LABEL},
    ),
    "labels in Parquet": Case(
        {"train.parquet": parquet(text=X, label=[1, 0])},
        {"train": [{"text": "a", "label": "pos"}, {"text": "b", "label": "neg"}]},
        {"text": TEXT, "label": LABEL},
    ),
    "labels in some files": Case(
        {
            "train-0.parquet": parquet({"label": LABEL}, text=X, label=[1, 0]),
            "train-1.parquet": parquet(text=X, label=[0, 0]),
        },
        {"train": [{"text": "ab"[at % 2], "label": name} for at, name in enumerate(("pos", "neg", "neg", "neg"))]},
    ),
    "damaged features": Case(
        {"train.parquet": parquet({"text": {"_type": "Unknown"}}, text=X)}, {"train": [{"text": "a"}, {"text": "b"}]}
    ),
    "numbers that are text": Case(
        {"train-0.csv": b"text,zip\na,1234\n", "train-1.csv": b"text,zip\nb,01234\n"},
        {"train": [{"text": "a", "zip": "1234"}, {"text": "b", "zip": "01234"}]},
        {"text": TEXT, "zip": TEXT},
    ),
}
# Prints what the code has loaded: class labels by name, and what JSON lacks as text.
_SHOW: Final = """
def show(title, data):
    if title == "Hugging Face datasets":
        from datasets import ClassLabel
        names = {n: f for d in data.values() for n, f in d.features.items() if isinstance(f, ClassLabel)}
        name = lambda n, v: names[n].int2str(v) if n in names and v is not None else v
        return {s: [{n: name(n, v) for n, v in row.items()} for row in d] for s, d in data.items()}
    return list((data.to_table() if title == "pyarrow" else data.collect()).shape)
"""


def run_snippets(datasets: Mapping[str, tuple[Path, Manifest]], home: Path) -> dict[str, dict[str, object]]:
    """Run the code of all datasets in one process, and return by dataset and title what was loaded, or the error."""
    codes = {
        name: {
            snippet.title: snippet.code
            for snippet in make_snippets(folder / "raw", {split.name: split.rows for split in manifest.splits})
            if snippet.title != "polars" or importlib.util.find_spec("polars")
        }
        for name, (folder, manifest) in datasets.items()
    }
    run = f"""{_SHOW}
import json, sys
import datasets
datasets.disable_progress_bars()
found = {{}}
for name, codes in json.load(sys.stdin).items():
    for title, code in codes.items():
        space = {{}}
        try:
            exec(code, space)
            found.setdefault(name, {{}})[title] = show(title, space["data"])
        except Exception as error:
            found.setdefault(name, {{}})[title] = repr(error) + repr(error.__cause__)
print(json.dumps(found, default=str))
"""
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", run],
        env=environment,
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Build the dataset of each case, and run its code."""
    folder = tmp_path_factory.mktemp("cases")
    built = {
        name: (folder / str(number) / "dataset", build_files(case.files, folder / str(number), features=case.features))
        for number, (name, case) in enumerate(CASES.items())
    }
    return run_snippets(built, folder / "home")


@pytest.mark.parametrize("name", CASES)
def test_the_code_loads_all_rows_and_columns(loaded: dict[str, dict[str, object]], name: str) -> None:
    """With the values that the files had, and with their features."""
    case, found = CASES[name], loaded[name]
    assert case.rows == found.pop("Hugging Face datasets")
    rows = [row for of_split in case.rows.values() for row in of_split]
    shapes = {title: [len(rows), len(rows[0])] for title in found}
    assert shapes == found
    assert "pyarrow" in found
