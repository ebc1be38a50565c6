"""Taking in files: rows in are rows out, in order, whatever the format, the packing and the types."""

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.corpora import PACKERS, arrow_bytes, csv_bytes, json_lines, parquet_bytes, take_in
from mistudio.core.errors import InvalidData
from mistudio.core.records import as_json, from_json
from mistudio.corpus.store.file_report import FileReport

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LEAF = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT


def read(path: Path) -> list[dict[str, object]]:
    """The rows of a Parquet file."""
    rows: list[dict[str, object]] = pq.read_table(path).to_pylist()
    return rows


def ingested(data: bytes, **how: object) -> tuple[FileReport, list[dict[str, object]]]:
    """The report and the rows that ``data`` gives."""
    with TemporaryDirectory() as folder:
        report, target = take_in(Path(folder), data, **how)  # type: ignore[arg-type]  # passed on as they are
        return report, read(target)


@pytest.mark.parametrize("packing", PACKERS)
def test_every_packing_is_read(packing: str) -> None:
    """The file's ending says how it is packed."""
    rows = [{"text": f"häuser {i}", "n": i} for i in range(2_500)]
    assert ingested(PACKERS[packing](json_lines(rows)), label=f"a.jsonl{packing}", format="json")[1] == rows


@pytest.mark.parametrize("packing", [packing for packing in PACKERS if packing])
def test_a_truncated_packed_file_is_invalid(packing: str) -> None:
    """What cannot be unpacked to its end is named, not taken for a short file."""
    data = PACKERS[packing](json_lines([{"text": str(i)} for i in range(999)]))
    with pytest.raises(InvalidData, match=r"a\.jsonl"):
        ingested(data[:-9], label=f"a.jsonl{packing}", format="json")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fixed_dictionaries({"text": TEXT | st.none(), "tags": st.lists(TEXT, max_size=3)}), min_size=1))
def test_json_rows_come_back(rows: list[dict[str, object]]) -> None:
    """As lines, as an array, pretty-printed, and under a field."""
    expected = rows
    if all(row["text"] is None for row in rows):
        expected = [{"text": None, "tags": row["tags"]} for row in rows]
    wrapped = json.dumps({"version": [1, {"a": "]"}], "data": rows, "more": {}}).encode()
    assert ingested(json_lines(rows), label="a.jsonl", format="json")[1] == expected
    assert ingested(json.dumps(rows).encode(), label="a.json", format="json")[1] == expected
    assert ingested(json.dumps(rows, indent=2).encode(), label="a.json", format="json")[1] == expected
    assert ingested(wrapped, label="a.json", format="json", options={"field": "data"})[1] == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)))
)
def test_any_json_values_are_taken_in(values: list[object]) -> None:
    """Whatever the mixture, every row is there, and text stays the text it was."""
    rows = [{"id": index, "value": value} for index, value in enumerate(values)]
    report, found = ingested(json_lines(rows), label="a.jsonl", format="json")
    assert len(rows) == report.rows
    assert list(range(len(rows))) == [row["id"] for row in found]
    for row, value in zip(found, values, strict=True):
        if isinstance(value, str):
            assert value == row["value"]
        assert (value is None) == (row["value"] is None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fixed_dictionaries({"text": TEXT, "other": TEXT}), min_size=1))
def test_csv_text_comes_back(rows: list[dict[str, object]]) -> None:
    """Quotes, delimiters and line breaks within cells are data."""
    rows = [{"text": f"x{row['text']}", "other": f"{row['other']}!"} for row in rows]
    assert ingested(csv_bytes(rows), label="a.csv", format="csv")[1] == rows
    assert ingested(csv_bytes(rows, delimiter="\t"), label="a.tsv", format="csv")[1] == rows


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXT))
def test_lines_of_text_are_rows(lines: list[str]) -> None:
    """Blank ones too; any kind of line end will do."""
    lines = [line.replace("\n", "").replace("\r", "") for line in lines]
    for end in ("\n", "\r\n", "\r"):
        data = "".join(line + end for line in lines).encode()
        rows = ingested(data, label="a.txt", format="text")[1]
        assert [line.removeprefix("\ufeff") if at == 0 else line for at, line in enumerate(lines)] == [
            row["text"] for row in rows
        ]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(TEXT | st.none(), st.integers(0, 9), st.lists(st.floats(allow_nan=False), max_size=2))))
def test_columnar_rows_come_back(values: list[tuple[str | None, int, list[float]]]) -> None:
    """From Parquet and both kinds of Arrow file, with every column."""
    columns = list(zip(*values, strict=True)) or [(), (), ()]
    types = (pa.large_string(), pa.int16(), pa.list_(pa.float64()))
    table = pa.table({n: pa.array(c, t) for n, c, t in zip("abc", columns, types, strict=True)})
    expected = table.to_pylist()
    assert ingested(parquet_bytes(table), label="a.parquet", format="parquet")[1] == expected
    assert ingested(arrow_bytes(table), label="a.arrow", format="arrow")[1] == expected
    assert ingested(arrow_bytes(table, stream=False, batch_rows=3), label="a.arrow", format="arrow")[1] == expected


def test_types_grow_when_later_rows_need_it() -> None:
    """Whole numbers become numbers, nulls anything, structs take new fields; mixtures become JSON text, exactly."""
    filler = [{"n": i, "late": None, "s": {"a": 1}, "mix": i, "big": 1, "pad": "x" * 2_000} for i in range(4_000)]
    last = {"n": 1.5, "late": "now", "s": {"b": "z"}, "mix": ["l", 1], "big": 2**70, "new": True, "pad": ""}
    report, rows = ingested(json_lines([*filler, last]), label="a.jsonl", format="json")
    types = {column.name: column.type for column in report.columns}
    assert "double" == types["n"]
    assert {"n": 0.0, "late": None, "mix": "0", "big": "1", "new": None} == {
        name: rows[0][name] for name in ("n", "late", "mix", "big", "new")
    }
    assert {"a": 1, "b": None} == rows[0]["s"]
    assert {**last, "s": {"a": None, "b": "z"}, "mix": '["l", 1]', "big": str(2**70)} == rows[-1]


def test_csv_types_grow_from_the_raw_text() -> None:
    """A column whose last cell is a word is text from the first, with the zeros it had."""
    rows = [{"n": str(i), "code": f"{i:07d}", "word": str(i), "pad": "y" * 600} for i in range(3_000)]
    rows.append({"n": "0.5", "code": "7", "word": "end", "pad": ""})
    found = ingested(csv_bytes(rows), label="a.csv", format="csv")[1]
    assert (0.0, "0000000", "0") == (found[0]["n"], found[0]["code"], found[0]["word"])
    assert (0.5, "7", "end") == (found[-1]["n"], found[-1]["code"], found[-1]["word"])


def test_csv_records_longer_than_a_block_are_read() -> None:
    """One cell of several megabytes, with line breaks in it, is one cell."""
    rows = [{"text": "a"}, {"text": "line\n" * 500_000}, {"text": "b"}]
    assert ingested(csv_bytes(rows), label="a.csv", format="csv")[1] == rows


def test_json_lines_longer_than_a_block_are_read() -> None:
    """One record of many megabytes is one record, as a line and in an array."""
    rows = [{"text": "a"}, {"text": "wörd " * 2_000_000}, {"text": "b"}]
    assert ingested(json_lines(rows), label="a.jsonl", format="json")[1] == rows
    assert ingested(json.dumps(rows).encode(), label="a.json", format="json")[1] == rows


@pytest.mark.parametrize(
    ("data", "label", "place"),
    [
        (b'{"a": 1}\n{"a": \n{"a": 2}\n', "x.jsonl", "x.jsonl, line 2"),
        (b'{"a": 1}\n\n{"a": 1} x\n', "x.jsonl", "x.jsonl, line 3"),
        (b'[{"a": 1},\n\n{"a": }]', "x.json", "x.json, line 3"),
        (b'[{"a": 1}\n{"a": 2}]', "x.json", "x.json, line 2"),
        (b'[{"a": 1},', "x.json", "x.json, line 1"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "x.jsonl", "nested too deeply"),
        (b'{"a":' + b'{"a":[[\n' * 100_000, "x.jsonl", "x.jsonl, line 1"),
        (b'{"a":"]]}}\\"","b":' + b"[" * 100_000 + b"}\n", "x.jsonl", "nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "x.json", "nested too deeply"),
    ],
)
def test_bad_json_is_named_with_its_line(data: bytes, label: str, place: str) -> None:
    """The message names the file and the line; no depth of nesting ends the process."""
    with pytest.raises(InvalidData) as caught:
        ingested(data, label=label, format="json")
    assert place in caught.value.detail


def test_brackets_within_texts_are_no_nesting() -> None:
    """Open brackets by the hundred, and quotes and backslashes among them, are text like any other."""
    rows = [{"text": '[{"' * 50 + "\\", "n": 1}, {"text": '\\"[[' * 50, "n": 2}]
    assert ingested(json_lines(rows), label="a.jsonl", format="json")[1] == rows


def test_bad_csv_is_named_with_its_row() -> None:
    """The message says how many columns were expected and how many are there."""
    with pytest.raises(InvalidData, match=r"x\.csv, row 3: expected 2 columns, found 1"):
        ingested(b"a,b\n1,2\n3\n", label="x.csv", format="csv")


def test_a_quote_that_is_never_closed_is_named_with_its_row() -> None:
    """It would take the rest of the file into one cell; one that is closed may hold breaks, up to the file's end."""
    with pytest.raises(InvalidData, match=r"x\.csv, row 3: a quote is never closed"):
        ingested(b'a,b\n1,2\n3,"4\n5,6\n', label="x.csv", format="csv")
    for ending in (b"", b"\n", b"\r\n\r\n"):
        rows = ingested(b'a,b\n1,5" pipe\n3,"4\n5"' + ending, label="x.csv", format="csv")[1]
        assert ['5" pipe', "4\n5"] == [row["b"] for row in rows]


@pytest.mark.parametrize(("format", "label"), [("parquet", "x.parquet"), ("arrow", "x.arrow")])
def test_a_damaged_columnar_file_is_invalid(format: str, label: str) -> None:  # noqa: A002 (as in ingest_file)
    """Cut off or no such file at all: the message names it."""
    table = pa.table({"text": [str(i) * 50 for i in range(5_000)]})
    whole = parquet_bytes(table) if format == "parquet" else arrow_bytes(table)
    for data in (whole[:-200], b"nothing of the kind", whole[: len(whole) // 2]):
        with pytest.raises(InvalidData, match=label):
            ingested(data, label=label, format=format)


def test_invalid_utf8_is_replaced_and_counted() -> None:
    """In lines, cells, JSON strings, nested ones too, and Parquet text: U+FFFD instead of a crash."""
    bad = pa.Array.from_buffers(pa.string(), 2, pa.array([b"x\xff", b"ok"]).buffers())
    nested = pa.StructArray.from_arrays([bad], ["s"])
    parquet = parquet_bytes(pa.table({"text": bad, "n": nested}))
    cases = [
        ingested(b"x\xff\nok\n", label="a.txt", format="text"),
        ingested(b"text\nx\xff\nok\n", label="a.csv", format="csv"),
        ingested(b'{"text": "x\xff"}\n{"text": "ok"}\n', label="a.jsonl", format="json"),
        ingested(b'[{"text": "x\\ud800"}, {"text": "ok"}]', label="a.json", format="json"),
        ingested(parquet, label="a.parquet", format="parquet"),
    ]
    for report, rows in cases:
        assert ["x\ufffd", "ok"] == [row["text"] for row in rows]
        assert 1 == report.columns[0].invalid
        assert not report.kept
    assert {"s": "x\ufffd"} == cases[-1][1][0]["n"]


def test_nothing_gives_an_empty_file() -> None:
    """An empty source is a table without rows, not an error."""
    for label, kind in (("a.jsonl", "json"), ("a.csv", "csv"), ("a.txt", "text"), ("a.jsonl.gz", "json")):
        assert ([], 0) == (ingested(b"", label=label, format=kind)[1], ingested(b"", label=label, format=kind)[0].rows)
    assert ["a", "b"] == [column.name for column in ingested(b"a,b\n", label="a.csv", format="csv")[0].columns]


def test_marks_and_odd_literals() -> None:
    """A byte-order mark is no text, UTF-16 is recoded, NaN is a number, the last of equal keys counts."""
    assert [{"a": "ä"}] == ingested(b"\xef\xbb\xbf" + json_lines([{"a": "ä"}]), label="a.jsonl", format="json")[1]
    assert [{"a": "ä", "b": "x"}] == ingested("a,b\nä,x\n".encode("utf-16"), label="a.csv", format="csv")[1]
    rows = ingested(b'{"a": NaN, "b": 1, "b": 2}\n', label="a.jsonl", format="json")[1]
    assert math.isnan(float(str(rows[0]["a"])))
    assert 2 == rows[0]["b"]
    assert [{"d": "2020-01-01"}] == ingested(b'{"d": "2020-01-01"}\n', label="a.jsonl", format="json")[1]
    assert [{"text": "a"}, {"text": "b"}] == ingested(b'["a", "b"]', label="a.json", format="json")[1]


def test_a_report_survives_json() -> None:
    """What is written beside a file is what is read back."""
    report, _ = ingested(json_lines([{"text": "a", "n": 1}]), label="a.jsonl", format="json")
    assert report == from_json(FileReport, json.loads(json.dumps(as_json(report))))
