"""CSV and TSV: types that all cells have, options as in pandas, and the row of every fault."""

import io
from typing import Any

import pyarrow as pa
import pytest

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import ByteStream
from mistudio.corpus.formats.csv import HasShortRows, RecordTooLong, read_csv
from mistudio.corpus.formats.type_inference import KnownSchema

Rows = list[dict[str, Any]]  # cells of any type


def read_rows(
    data: bytes, label: str = "a.csv", *, options: dict[str, Json] | None = None, block_bytes: int = 1 << 20
) -> Rows:
    """Read the records of a file."""
    stream = ByteStream(io.BytesIO(data), label=label)
    chunks = read_csv(stream, KnownSchema(), options=options or {}, block_bytes=block_bytes)
    return [row for chunk in chunks for row in chunk.batch.to_pylist()]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("1", "-20", "0"), [1, -20, 0]),
        (("1", "2.5", "1e3"), [1.0, 2.5, 1000.0]),
        (("true", "False", "TRUE"), [True, False, True]),
        (("1", "x", "2"), ["1", "x", "2"]),
        (("007", "1", "2"), ["007", "1", "2"]),
        (("2020-01-01", "2020-01-02", ""), ["2020-01-01", "2020-01-02", None]),
        (("x", "NA", ""), ["x", None, None]),
        ((" 1", "2 ", "-inf"), [1.0, 2.0, float("-inf")]),
        (("1", "NA", "null"), [1, None, None]),
        (("9223372036854775807", "-9223372036854775808", "2"), [2**63 - 1, -(2**63), 2]),
        (("9223372036854775808", "1", "2"), ["9223372036854775808", "1", "2"]),
        (("12345678901234567890", "1", "2"), ["12345678901234567890", "1", "2"]),
    ],
)
def test_a_column_has_a_type_that_all_its_cells_have(cells: tuple[str, ...], values: list[object]) -> None:
    """Anything else is text, as it was written."""
    data = "a,b\n" + "".join(f"{cell},x\n" for cell in cells)
    assert values == [row["a"] for row in read_rows(data.encode())]


def test_a_tsv_file_has_tabs() -> None:
    """Also if it is compressed; an option overrides the default."""
    assert [{"a": "1,5", "b": "x"}] == read_rows(b"a\tb\n1,5\tx\n", "a.tsv")
    assert [{"a": "1,5", "b": "x"}] == read_rows(b"a;b\n1,5;x\n", "a.tsv", options={"sep": ";"})


@pytest.mark.parametrize(
    ("data", "options", "rows"),
    [
        (b"1,x\n", {"header": None}, [{"0": 1, "1": "x"}]),
        (b"1,x\n", {"names": ["n", "t"]}, [{"n": 1, "t": "x"}]),
        (b"a,b\n1,x\n", {"names": ["n", "t"], "header": 0}, [{"n": 1, "t": "x"}]),
        (b"junk\na,b\n1,x\n", {"skiprows": 1}, [{"a": 1, "b": "x"}]),
        (b"a,b\n1,'x,y'\n", {"quotechar": "'"}, [{"a": 1, "b": "x,y"}]),
        (b'a,b\n1,"x\n', {"quoting": 3}, [{"a": 1, "b": '"x'}]),
        (b"a,b\n1,x\\,y\n", {"escapechar": "\\"}, [{"a": 1, "b": "x,y"}]),
        (b"a;b\n1.000,5;x\n", {"sep": ";", "decimal": ",", "thousands": "."}, [{"a": 1000.5, "b": "x"}]),
        (b"a,b\n-,x\n5,-\n", {"na_values": "-"}, [{"a": None, "b": "x"}, {"a": 5, "b": None}]),
        (b"a,b\n1,y,z\n2,x\n", {"on_bad_lines": "skip"}, [{"a": 2, "b": "x"}]),
        (b"a,b\nNA,\n", {"keep_default_na": False}, [{"a": "NA", "b": ""}]),
    ],
)
def test_options_mean_what_they_mean_in_pandas(data: bytes, options: dict[str, Json], rows: Rows) -> None:
    """Header, names, quotes, escapes, number formats, missing values and bad lines."""
    assert rows == read_rows(data, options=options)


def test_equal_and_empty_names_become_unique() -> None:
    """As in pandas."""
    assert [{"a": 1, "a.1": 2, "Unnamed: 2": 3}] == read_rows(b"a,a,\n1,2,3\n")


def test_a_header_alone_has_columns_and_no_rows() -> None:
    """An empty file has neither."""
    (chunk,) = read_csv(ByteStream(io.BytesIO(b"a,b\n"), label="a.csv"), KnownSchema(), options={})
    assert (["a", "b"], 0) == (chunk.batch.schema.names, chunk.batch.num_rows)
    assert [] == read_rows(b"")


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (
            b"a,b\n1,2\n3,4,5\n",
            {},
            "x.csv, row 3: expected 2 columns, found 3. Correct the row, or set the delimiter if it is not a comma.",
        ),
        (
            b"a;b\n1;2;3\n",
            {"sep": ";"},
            "x.csv, row 2: expected 2 columns, found 3. Correct the row, or set the delimiter if it is not ;.",
        ),
        (b'a,b\n1,2\n3,"4\n5,6\n', {}, "x.csv, row 3: a quote is never closed. Close it."),
    ],
)
def test_a_fault_is_named_with_its_row(data: bytes, options: dict[str, Json], message: str) -> None:
    """The header is row 1."""
    with pytest.raises(InvalidData) as refused:
        read_rows(data, "x.csv", options=options)
    assert message == refused.value.detail


@pytest.mark.parametrize("data", [b"a,b\n1,2\n3\n", b'a\nx\n" "\n', b"a\nx\n \n"])
def test_a_row_that_lacks_cells_must_be_read_again(data: bytes) -> None:
    """By ``read_padded_csv``; so must a blank row of one column."""
    with pytest.raises(HasShortRows):
        read_rows(data)


@pytest.mark.parametrize(
    ("cells", "kind", "are_numbers"),
    [
        (["9223372036854775807", "-1"], "int64", None),
        (["-0", " 3 "], "int64", None),
        (["9223372036854775808", "1"], "string", True),
        (["007", "010"], "string", True),
        (["+49123", "+1"], "string", True),
        (["+1", "2.5"], "string", True),
        (["+1.5", "2"], "double", None),
        (["007", "x"], "string", False),
        (["0x1f", "1"], "string", False),
    ],
)
def test_numbers_that_would_change_stay_text(cells: list[str], kind: str, are_numbers: bool | None) -> None:
    """The chunk names them, unless a card declares the column as text."""
    data = "\n".join(["n", *cells]).encode()
    (chunk,) = read_csv(ByteStream(io.BytesIO(data), label="a.csv"), KnownSchema(), options={})
    assert kind == str(chunk.batch.schema.types[0])
    assert ({} if are_numbers is None else {"n": are_numbers}) == chunk.text_columns
    declared = KnownSchema(hints={"n": pa.string()})
    (chunk,) = read_csv(ByteStream(io.BytesIO(data), label="a.csv"), declared, options={})
    assert {} == chunk.text_columns


def test_a_quoted_cell_may_have_line_breaks() -> None:
    """Also as the last cell of the file."""
    for ending in (b"", b"\n", b"\r\n\r\n"):
        assert [{"a": 1, "b": "x\ny"}] == read_rows(b'a,b\n1,"x\ny"' + ending)


def test_invalid_utf8_is_left_to_the_repair() -> None:
    """Also in the last cell, which is examined for an open quote."""
    (chunk,) = read_csv(ByteStream(io.BytesIO(b"a\n\xff\n"), label="a.csv"), KnownSchema(), options={})
    assert b"\xff" == chunk.batch["a"].cast("binary")[0].as_py()


def test_a_record_longer_than_the_block_must_be_read_again() -> None:
    """With larger blocks."""
    data = b'a\n"' + b"x\n" * 5_000 + b'"\n'
    with pytest.raises(RecordTooLong):
        read_rows(data, block_bytes=1_000)
    assert ["x\n" * 5_000] == [row["a"] for row in read_rows(data)]


@pytest.mark.parametrize(
    ("data", "options"),
    [(b"a," * 10_000 + b"a\nx\n", {}), (b"# a comment\n" + b"a;" * 10_000 + b"a\n", {"skiprows": 1, "sep": ";"})],
)
def test_too_many_columns_are_refused_before_they_are_made(data: bytes, options: dict[str, Json]) -> None:
    """Arrow takes a gigabyte for 100,000 columns."""
    with pytest.raises(InvalidData, match=r"has over 10,000 different columns"):
        read_rows(data, options=options)


def test_a_first_row_with_many_commas_in_a_quoted_cell_is_read() -> None:
    """They separate no columns."""
    assert 1 == len(read_rows(b'"' + b"a," * 20_000 + b'",b\n1,2\n'))
