"""Ingested files: every row comes out in order, whatever the format, the compression and the types."""

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.corpora import COMPRESSORS, arrow_bytes, csv_bytes, ingest_bytes, json_lines, parquet_bytes
from mistudio.core.errors import InvalidData, Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.formats.features import Features
from mistudio.corpus.formats.json_type import JSON
from mistudio.corpus.formats.reader import SourceFormat
from mistudio.corpus.formats.reading import Reading
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.file_report import FileReport

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LEAF = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT


def read(path: Path) -> list[dict[str, object]]:
    """Return the rows of a Parquet file."""
    rows: list[dict[str, object]] = pq.read_table(path).to_pylist()
    return rows


def ingest(data: bytes, **how: object) -> tuple[FileReport, list[dict[str, object]]]:
    """Return the report and the rows of ``data``."""
    with TemporaryDirectory() as folder:
        report, target = ingest_bytes(Path(folder), data, **how)  # type: ignore[arg-type]  # passed on as they are
        return report, read(target)


@pytest.mark.parametrize("compression", COMPRESSORS)
def test_every_compression_is_read(compression: str) -> None:
    """The file's ending tells the compression."""
    rows = [{"text": f"häuser {i}", "n": i} for i in range(2_500)]
    assert ingest(COMPRESSORS[compression](json_lines(rows)), label=f"a.jsonl{compression}", format="json")[1] == rows


@pytest.mark.parametrize("compression", [ending for ending in COMPRESSORS if ending])
def test_a_truncated_compressed_file_is_invalid(compression: str) -> None:
    """The error names the file; it is not mistaken for a short one."""
    data = COMPRESSORS[compression](json_lines([{"text": str(i)} for i in range(999)]))
    with pytest.raises(InvalidData, match=r"a\.jsonl"):
        ingest(data[:-9], label=f"a.jsonl{compression}", format="json")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fixed_dictionaries({"text": TEXT | st.none(), "tags": st.lists(TEXT, max_size=3)}), min_size=1))
def test_json_rows_come_back(rows: list[dict[str, object]]) -> None:
    """From lines, an array, a pretty-printed array, and below a field."""
    expected = rows
    if all(row["text"] is None for row in rows):
        expected = [{"text": None, "tags": row["tags"]} for row in rows]
    wrapped = json.dumps({"version": [1, {"a": "]"}], "data": rows, "more": {}}).encode()
    assert ingest(json_lines(rows), label="a.jsonl", format="json")[1] == expected
    assert ingest(json.dumps(rows).encode(), label="a.json", format="json")[1] == expected
    assert ingest(json.dumps(rows, indent=2).encode(), label="a.json", format="json")[1] == expected
    assert ingest(wrapped, label="a.json", format="json", options={"field": "data"})[1] == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)))
)
def test_any_json_values_are_ingested(values: list[object]) -> None:
    """For any mixture of types, every row is there and text is unchanged; the JSON type gives every value back."""
    rows = [{"id": index, "value": value} for index, value in enumerate(values)]
    report, found = ingest(json_lines(rows), label="a.jsonl", format="json")
    assert len(rows) == report.rows
    assert list(range(len(rows))) == [row["id"] for row in found]
    is_any = str(JSON) in {column.type for column in report.columns if column.name == "value"}
    for row, value in zip(found, values, strict=True):
        if is_any and value is not None:
            assert value == json.loads(str(row["value"]))
        elif isinstance(value, str):
            assert value == row["value"]
        assert (value is None) == (row["value"] is None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fixed_dictionaries({"text": TEXT, "other": TEXT}), min_size=1))
def test_csv_text_comes_back(rows: list[dict[str, object]]) -> None:
    """Quotes, delimiters and line breaks in cells are data."""
    rows = [{"text": f"x{row['text']}", "other": f"{row['other']}!"} for row in rows]
    assert ingest(csv_bytes(rows), label="a.csv", format="csv")[1] == rows
    assert ingest(csv_bytes(rows, delimiter="\t"), label="a.tsv", format="csv")[1] == rows


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXT))
def test_lines_of_text_are_rows(lines: list[str]) -> None:
    """Blank lines are rows, too; every kind of line ending works."""
    lines = [line.replace("\n", "").replace("\r", "") for line in lines]
    for end in ("\n", "\r\n", "\r"):
        data = "".join(line + end for line in lines).encode()
        rows = ingest(data, label="a.txt", format="text")[1]
        assert [line.removeprefix("\ufeff") if at == 0 else line for at, line in enumerate(lines)] == [
            row["text"] for row in rows
        ]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(TEXT | st.none(), st.integers(0, 9), st.lists(st.floats(allow_nan=False), max_size=2))))
def test_columnar_rows_come_back(values: list[tuple[str | None, int, list[float]]]) -> None:
    """From Parquet and both kinds of Arrow files, with every column."""
    columns = list(zip(*values, strict=True)) or [(), (), ()]
    types = (pa.large_string(), pa.int16(), pa.list_(pa.float64()))
    table = pa.table({n: pa.array(c, t) for n, c, t in zip("abc", columns, types, strict=True)})
    expected = table.to_pylist()
    assert ingest(parquet_bytes(table), label="a.parquet", format="parquet")[1] == expected
    assert ingest(arrow_bytes(table), label="a.arrow", format="arrow")[1] == expected
    assert ingest(arrow_bytes(table, stream=False, batch_rows=3), label="a.arrow", format="arrow")[1] == expected


def test_types_widen_for_later_rows() -> None:
    """Integers become doubles, nulls any type, what no type holds becomes exact JSON."""
    filler = [{"n": i, "late": None, "s": {"a": 1}, "mix": i, "big": 1, "pad": "x" * 2_000} for i in range(4_000)]
    last = {"n": 1.5, "late": "now", "s": {"b": "z"}, "mix": ["l", 1], "big": 2**70, "new": True, "pad": ""}
    report, rows = ingest(json_lines([*filler, last]), label="a.jsonl", format="json")
    types = {column.name: column.type for column in report.columns}
    assert "double" == types["n"]
    assert {"n": 0.0, "late": None, "mix": "0", "big": "1", "new": None} == {
        name: rows[0][name] for name in ("n", "late", "mix", "big", "new")
    }
    assert '{"a": 1}' == rows[0]["s"]
    assert {**last, "s": '{"b": "z"}', "mix": '["l", 1]', "big": str(2**70)} == rows[-1]


def test_csv_types_widen_from_the_original_text() -> None:
    """A column whose last cell is a word is text from the first cell on, leading zeros included."""
    rows = [{"n": str(i), "code": f"{i:07d}", "word": str(i), "pad": "y" * 600} for i in range(3_000)]
    rows.append({"n": "0.5", "code": "7", "word": "end", "pad": ""})
    found = ingest(csv_bytes(rows), label="a.csv", format="csv")[1]
    assert (0.0, "0000000", "0") == (found[0]["n"], found[0]["code"], found[0]["word"])
    assert (0.5, "7", "end") == (found[-1]["n"], found[-1]["code"], found[-1]["word"])


def test_csv_records_longer_than_a_block_are_read() -> None:
    """A cell of several megabytes with line breaks is one cell."""
    rows = [{"text": "a"}, {"text": "line\n" * 500_000}, {"text": "b"}]
    assert ingest(csv_bytes(rows), label="a.csv", format="csv")[1] == rows


def test_json_lines_longer_than_a_block_are_read() -> None:
    """A record of many megabytes is one record, as a line and in an array."""
    rows = [{"text": "a"}, {"text": "wörd " * 2_000_000}, {"text": "b"}]
    assert ingest(json_lines(rows), label="a.jsonl", format="json")[1] == rows
    assert ingest(json.dumps(rows).encode(), label="a.json", format="json")[1] == rows


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
def test_the_error_of_invalid_json_names_the_line(data: bytes, label: str, place: str) -> None:
    """It names the file, too; no depth of nesting crashes the process."""
    with pytest.raises(InvalidData) as caught:
        ingest(data, label=label, format="json")
    assert place in caught.value.detail


def test_brackets_in_texts_are_no_nesting() -> None:
    """Hundreds of open brackets, with quotes and backslashes between them, are ordinary text."""
    rows = [{"text": '[{"' * 50 + "\\", "n": 1}, {"text": '\\"[[' * 50, "n": 2}]
    assert ingest(json_lines(rows), label="a.jsonl", format="json")[1] == rows


def test_the_error_of_invalid_csv_names_the_row() -> None:
    """It gives the expected and the actual number of columns."""
    with pytest.raises(InvalidData, match=r"x\.csv, row 3: expected 2 columns, found 3"):
        ingest(b"a,b\n1,2\n3,4,5\n", label="x.csv", format="csv")


def test_the_error_of_an_unclosed_quote_names_the_row() -> None:
    """The quote would put the rest of the file into one cell; a closed one may hold line breaks."""
    with pytest.raises(InvalidData, match=r"x\.csv, row 3: a quote is never closed"):
        ingest(b'a,b\n1,2\n3,"4\n5,6\n', label="x.csv", format="csv")
    for ending in (b"", b"\n", b"\r\n\r\n"):
        rows = ingest(b'a,b\n1,5" pipe\n3,"4\n5"' + ending, label="x.csv", format="csv")[1]
        assert ['5" pipe', "4\n5"] == [row["b"] for row in rows]


@pytest.mark.parametrize(("format", "label"), [("parquet", "x.parquet"), ("arrow", "x.arrow")])
def test_a_damaged_columnar_file_is_invalid(format: str, label: str) -> None:  # noqa: A002 (as in ingest_file)
    """Truncated, or not of that format at all: the message names the file."""
    table = pa.table({"text": [str(i) * 50 for i in range(5_000)]})
    whole = parquet_bytes(table) if format == "parquet" else arrow_bytes(table)
    for data in (whole[:-200], b"nothing of the kind", whole[: len(whole) // 2]):
        with pytest.raises(InvalidData, match=label):
            ingest(data, label=label, format=format)


def test_invalid_utf8_is_replaced_and_counted() -> None:
    """In lines, cells, JSON strings and Parquet text, nested or not: U+FFFD instead of a crash."""
    bad = pa.Array.from_buffers(pa.string(), 2, pa.array([b"x\xff", b"ok"]).buffers())
    nested = pa.StructArray.from_arrays([bad], ["s"])
    parquet = parquet_bytes(pa.table({"text": bad, "n": nested}))
    utf8 = {"encoding": "utf-8"}
    cases = [
        ingest(b"x\xff\nok\n", label="a.txt", format="text", options=utf8),
        ingest(b"text\nx\xff\nok\n", label="a.csv", format="csv", options=utf8),
        ingest(b'{"text": "x\xff"}\n{"text": "ok"}\n', label="a.jsonl", format="json", options=utf8),
        ingest(b'[{"text": "x\\ud800"}, {"text": "ok"}]', label="a.json", format="json"),
        ingest(parquet, label="a.parquet", format="parquet"),
    ]
    for report, rows in cases:
        assert ["x\ufffd", "ok"] == [row["text"] for row in rows]
        assert 1 == report.columns[0].invalid
        assert not report.kept
    assert {"s": "x\ufffd"} == cases[-1][1][0]["n"]


def test_an_empty_source_gives_a_raw_file_without_rows() -> None:
    """It is no error."""
    for label, kind in (("a.jsonl", "json"), ("a.csv", "csv"), ("a.txt", "text"), ("a.jsonl.gz", "json")):
        assert ([], 0) == (ingest(b"", label=label, format=kind)[1], ingest(b"", label=label, format=kind)[0].rows)
    assert ["a", "b"] == [column.name for column in ingest(b"a,b\n", label="a.csv", format="csv")[0].columns]


def test_byte_order_marks_and_odd_literals() -> None:
    """A byte-order mark is no text, UTF-16 is decoded, NaN is a number, the last of equal keys counts."""
    assert [{"a": "ä"}] == ingest(b"\xef\xbb\xbf" + json_lines([{"a": "ä"}]), label="a.jsonl", format="json")[1]
    assert [{"a": "ä", "b": "x"}] == ingest("a,b\nä,x\n".encode("utf-16"), label="a.csv", format="csv")[1]
    rows = ingest(b'{"a": NaN, "b": 1, "b": 2}\n', label="a.jsonl", format="json")[1]
    assert math.isnan(float(str(rows[0]["a"])))
    assert 2 == rows[0]["b"]
    assert [{"d": "2020-01-01"}] == ingest(b'{"d": "2020-01-01"}\n', label="a.jsonl", format="json")[1]
    assert [{"text": "a"}, {"text": "b"}] == ingest(b'["a", "b"]', label="a.json", format="json")[1]


def test_a_report_is_read_back_from_json() -> None:
    """It equals the one that was written."""
    report, _ = ingest(json_lines([{"text": "a", "n": 1}]), label="a.jsonl", format="json")
    assert report == from_json(FileReport, json.loads(json.dumps(as_json(report))))


@pytest.mark.parametrize(
    ("data", "label", "expected"),
    [
        (b"text,n\na,007\nb,1\n", "a.csv", Reading(number_texts=("n",))),
        (b"text,n\na,7\nb,\n", "a.csv", Reading(gap_numbers=("n",))),
        (b'{"text": "a", "d": "2020-01-01"}\n', "a.jsonl", Reading(dates_as_text=("d",))),
        (b'{"text": "a", "v": 1}\n{"text": "b", "v": "x"}\n', "a.jsonl", Reading(numbers_as_text=("v",))),
        (b'{"text": "a", "v": 1}\n{"text": "b"}\n', "a.jsonl", None),
    ],
)
def test_columns_of_other_types_than_in_the_library_are_named(
    tmp_path: Path, data: bytes, label: str, expected: Reading | None
) -> None:
    """Unless a card declares them."""
    source = tmp_path / label
    text: Json = {"dtype": "string", "_type": "Value"}
    declared: Features = {"n": text, "d": text, "v": text}
    none: Features = {}
    for features, reading in ((none, expected), (declared, None)):
        source.write_bytes(data)
        kind: SourceFormat = "csv" if label.endswith(".csv") else "json"
        report = ingest_file(
            source, tmp_path / "raw", format=kind, label=label, monitor=NullMonitor(), features=features
        )
        assert reading == report.reading
