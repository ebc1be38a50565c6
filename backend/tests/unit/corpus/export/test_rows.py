"""Exports of datasets: what is read back is what was there; what had to change is counted."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.corpora import make_dataset
from mistudio.corpus.export.build import export_dataset
from mistudio.corpus.export.plan import DATASET_FORMATS, ExportFormat, ExportLayout, ExportPlan, ExportRecord
from mistudio.corpus.monitor import NullMonitor

ROWS: list[dict[str, object]] = [
    {"text": "a\nb", "stars": 1, "tags": ["x", "y"], "meta": {"lang": "en", "n": 1}},
    {"text": "", "stars": None, "tags": [], "meta": {"lang": "de", "n": 2}},
    {"text": None, "stars": 3, "tags": ["“", '"'], "meta": None},
    {"text": '“日本”, "quoted"; a,b', "stars": 4, "tags": None, "meta": {"lang": "fr", "n": None}},
]


def export(folder: Path, format_: ExportFormat, columns: tuple[str, ...] | None = None) -> tuple[Path, ExportRecord]:
    """Export the split train of the dataset in ``folder``/ds."""
    plan = ExportPlan(format=format_, splits=("train",), columns=columns)
    layout = ExportLayout(folder / f"out-{format_}")
    return layout.files, export_dataset(folder / "ds", layout, plan, monitor=NullMonitor())


def test_parquet_and_json_lines_are_read_by_datasets(tmp_path: Path) -> None:
    """Row by row as the dataset has them."""
    make_dataset(tmp_path / "ds", {"train": [ROWS[:2], ROWS[2:]]})
    for format_, kind in (("parquet", "parquet"), ("jsonl", "json")):
        files, record = export(tmp_path, format_)  # type: ignore[arg-type]  # of the loop
        paths = [str(path) for path in sorted(files.iterdir())]
        found = load_dataset(kind, data_files=paths, split="train", cache_dir=str(tmp_path / "cache"))
        assert list(found) == ROWS
        assert (record.rows, record.notes) == (4, ())


def test_csv_tells_null_from_empty(tmp_path: Path) -> None:
    """Lists and objects are JSON in a cell."""
    make_dataset(tmp_path / "ds", {"train": [ROWS]})
    files, record = export(tmp_path, "csv")
    (path,) = files.iterdir()
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["a\nb", "", "", ROWS[3]["text"]]
    assert [json.loads(row["meta"] or "null") for row in rows] == [row["meta"] for row in ROWS]
    lines = path.read_bytes().split(b"\r\n")
    assert lines[2].startswith(b'"",,')
    assert lines[3].startswith(b",3,")
    assert any("empty cell is null" in note for note in record.notes)


def test_what_json_lacks_is_counted(tmp_path: Path) -> None:
    """Times, decimals, bytes and numbers that are not finite."""
    table = pa.table(
        {
            "text": ["a", "b"],
            "when": pa.array([datetime(2026, 1, 31, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
            "cost": pa.array([Decimal("1.50"), Decimal("2.25")], pa.decimal128(9, 2)),
            "score": [float("nan"), 1.5],
            "raw": [b"\x00\xff", b"x"],
        }
    )
    make_dataset(tmp_path / "ds", {"train": [table]})
    files, record = export(tmp_path, "jsonl")
    (path,) = files.iterdir()
    first = json.loads(path.read_text().splitlines()[0])
    assert first == {"text": "a", "when": "2026-01-31T00:00:00+00:00", "cost": "1.50", "score": None, "raw": "AP8="}
    assert record.notes == (
        "Column cost: 2 decimals as text.",
        "Column raw: 2 bytes as Base64 text.",
        "Column score: 1 NaN or infinite numbers as null.",
        "Column when: 1 dates and times as ISO 8601 text.",
    )


@pytest.mark.parametrize("format_", DATASET_FORMATS)
def test_columns_are_chosen(tmp_path: Path, format_: ExportFormat) -> None:
    """In the order of the dataset."""
    make_dataset(tmp_path / "ds", {"train": [ROWS]})
    files, _record = export(tmp_path, format_, ("stars", "text"))
    (path,) = files.iterdir()
    if format_ == "parquet":
        assert pq.read_schema(path).names == ["text", "stars"]
    elif format_ == "csv":
        assert path.read_text().startswith("text,stars\n") or path.read_bytes().startswith(b"text,stars\r\n")
    else:
        assert list(json.loads(path.read_text().splitlines()[0])) == ["text", "stars"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=1, max_size=30))
def test_every_text_survives(tmp_path_factory: pytest.TempPathFactory, texts: list[str | None]) -> None:
    """Of any characters, in JSON lines and CSV."""
    folder = tmp_path_factory.mktemp("texts")
    table = pa.table({"text": pa.array(texts, pa.string()), "n": list(range(len(texts)))})
    make_dataset(folder / "ds", {"train": [table]})
    (lines,) = export(folder, "jsonl")[0].iterdir()
    assert [json.loads(line)["text"] for line in lines.read_text(encoding="utf-8").split("\n")[:-1]] == texts
    (cells,) = export(folder, "csv")[0].iterdir()
    with cells.open(newline="", encoding="utf-8") as file:
        assert [row[0] for row in csv.reader(file)][1:] == [text or "" for text in texts]
