"""Dialects of CSV detected from first bytes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.formats.csv_dialect import CsvDialect, detect_csv_dialect

CELL = st.text("abcé ,;|'", min_size=1, max_size=8).filter(lambda cell: cell.strip() == cell)


@pytest.mark.parametrize(
    ("data", "dialect"),
    [
        (b"a,b\n1,2\n", CsvDialect()),
        (b"a;b\n1,5;2\n", CsvDialect(";")),
        (b"a;b;c\n1;2\n3;4;5\n", CsvDialect(";")),
        (b"a\tb\n1\tx, y\n", CsvDialect("\t")),
        (b"a|b|c\n1|2|3\n", CsvDialect("|")),
        (b"text\nHello, world\nBye\n", CsvDialect()),
        (b"text\nHello; world\nBye\n", CsvDialect()),
        (b"name, first;age\nx;1\ny;2\n", CsvDialect(";")),
        (b"sep=;\na;b\n", CsvDialect(";", skipped=1)),
        (b"# made by x\n# y\na,b\n1,2\n", CsvDialect(skipped=2)),
        (b"#id,text\n1,a\n", CsvDialect()),
        (b"'a','b'\n'x, y','z'\n", CsvDialect(quote="'")),
        (b"it's,b\nx,'y\n", CsvDialect()),
        (b'a,b\n"He said \\"hi, you\\" ok",2\n', CsvDialect(escape="\\")),
        (b"a,b,c\n1,2\n3,4,5\n", CsvDialect()),
        (b'a,b\n"open,1\nx,2\n', CsvDialect()),
        (b"a;b\r\n1;2\r\n", CsvDialect(";")),
        (b"a;b\r1;2\r", CsvDialect(";")),
        (b"", CsvDialect()),
    ],
)
def test_the_dialect_that_gives_even_rows_is_detected(data: bytes, dialect: CsvDialect) -> None:
    """Commas and double quotes win where they do."""
    assert dialect == detect_csv_dialect(data, is_whole=True)


@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=8),
    delimiter=st.sampled_from(";\t|"),
)
def test_a_written_table_reads_the_same(rows: list[list[str]], delimiter: str) -> None:
    """Whatever the cells hold, the dialect gives the same cells, unless commas give even rows, too."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["id", "text", "label"], *rows])
    data = text.getvalue()
    found = detect_csv_dialect(data.encode(), is_whole=True)
    read = list(csv.reader(io.StringIO(data, newline=""), delimiter=found.delimiter, quotechar=found.quote))
    assert [["id", "text", "label"], *rows] == read


@given(rows=st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8))
def test_commas_are_never_taken_for_something_else(rows: list[list[str]]) -> None:
    """What ``datasets`` reads is read the same."""
    text = io.StringIO()
    csv.writer(text).writerows([["text", "label"], *rows])
    found = detect_csv_dialect(text.getvalue().encode(), is_whole=True)
    assert (",", '"', 0) == (found.delimiter, found.quote, found.skipped)


@given(data=st.binary(max_size=100))
def test_any_bytes_have_a_dialect(data: bytes) -> None:
    """Detection never fails."""
    assert 1 == len(detect_csv_dialect(data).delimiter)
