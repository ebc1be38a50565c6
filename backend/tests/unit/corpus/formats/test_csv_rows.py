"""CSV files with rows that lack cells."""

import io

import pytest

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import ByteStream
from mistudio.corpus.formats.csv_rows import read_padded_csv
from mistudio.corpus.formats.type_inference import KnownSchema


def read(data: bytes, options: dict[str, Json] | None = None) -> tuple[list[dict[str, object]], int, int]:
    """Return the rows, and the counts of short and of skipped ones."""
    stream = ByteStream(io.BytesIO(data), label="a.csv")
    chunks = list(read_padded_csv(stream, KnownSchema(), options=options or {}))
    rows = [row for chunk in chunks for row in chunk.batch.to_pylist()]
    return rows, sum(chunk.short_rows for chunk in chunks), sum(chunk.skipped_rows for chunk in chunks)


def test_missing_cells_are_null_and_their_rows_are_counted() -> None:
    """Blank lines are no rows."""
    rows = [{"a": 1, "b": "x", "c": 2.5}, {"a": 2, "b": "y", "c": None}, {"a": 3, "b": None, "c": None}]
    assert (rows, 2, 0) == read(b"a,b,c\n1,x,2.5\n\n2,y\n   \n3\n")


def test_options_mean_what_they_mean_elsewhere() -> None:
    """Names, header, skipped lines, delimiter, quotes, bad lines."""
    assert [{"0": 1, "1": "x"}, {"0": 2, "1": None}] == read(b"1,x\n2\n", {"header": None})[0]
    assert [{"n": 1, "t": "x"}, {"n": 2, "t": None}] == read(b"1,x\n2\n", {"names": ["n", "t"]})[0]
    assert [{"n": 2, "t": None}] == read(b"a,b\n2\n", {"names": ["n", "t"], "header": 0})[0]
    quoted = b"junk\na;b\n'x;\ny'\n"
    assert [{"a": "x;\ny", "b": None}] == read(quoted, {"skiprows": 1, "delimiter": ";", "quotechar": "'"})[0]
    assert ([{"a": 1, "b": None}], 1, 1) == read(b"a,b\n1\n1,2,3\n", {"on_bad_lines": "skip"})


def test_a_row_with_too_many_cells_is_refused_with_its_number() -> None:
    """So is an open quote, which would take the rest of the file."""
    with pytest.raises(InvalidData, match=r"a\.csv, row 3: expected 2 columns, found 3"):
        read(b"a,b\n1\n1,2,3\n")
    with pytest.raises(InvalidData, match=r"a\.csv, row 2: a quote is never closed"):
        read(b'a,b\n"1,2\n3\n')


def test_a_quoted_blank_cell_is_a_row() -> None:
    """As in pandas; a blank line without quotes is none."""
    assert [{"text": "a"}, {"text": " "}, {"text": None}, {"text": "b"}] == read(b'text\na\n" "\n \n\n""\nb\n')[0]


def test_a_header_alone_has_no_rows() -> None:
    """Nor has an empty file."""
    assert ([], 0, 0) == read(b"a,b") == read(b"")


def test_invalid_utf8_is_left_to_the_repair() -> None:
    """As in other readers."""
    stream = ByteStream(io.BytesIO(b"a,b\n\xff\n"), label="a.csv")
    (chunk,) = read_padded_csv(stream, KnownSchema(), options={})
    assert b"\xff" == chunk.batch["a"].cast("binary")[0].as_py()
