"""Odd files, read by ``datasets`` and by an ingest: the rows are equal, or the dataset says the difference."""

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import pytest

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.reader import SourceFormat
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.reading_notes import describe_readings

Rows = list[dict[str, object]]

LINES: Final = b'{"text": "a"}\n{"text": "b"}\n'
FORMATS: Final[dict[str, SourceFormat]] = {
    "csv": "csv",
    "tsv": "csv",
    "json": "json",
    "jsonl": "json",
    "txt": "text",
    "zip": "text",
}
AB: Final[Rows] = [{"text": "a"}, {"text": "b"}]


def make_zip(content: bytes, *names: str) -> bytes:
    """Return an archive with this content under each name."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return sink.getvalue()


EQUAL: Final = [
    ("a.csv", b"text,n\nNA,1\nx,2\n"),
    ("a.csv", b"text,n\n,1\nx,2\n"),
    ("a.csv", b"text,n\nnull,1\nNone,2\nN/A,3\nnan,4\n#N/A,5\n<NA>,6\n-,7\n"),
    ("a.csv", b'text,n\n"NA",1\n"",2\nx,3\n'),
    ("a.csv", b"text\na\n\nb\n"),
    ("a.csv", b"text\na\n   \nb\n"),
    ("a.csv", b"a,b\n1,2\n\n\n3,4\n"),
    ("a.csv", b"a,b\n1,2\n   \n3,4\n"),
    ("a.csv", b"a,a,b\n1,2,3\n"),
    ("a.csv", b"text,\nx,1\n"),
    ("a.csv", b"text,n,\nx,1,\n"),
    ("a.csv", b",text\n0,x\n1,y\n"),
    ("a.csv", b"\xef\xbb\xbfa,b\n1,x\n"),
    ("a.csv", b"a,b\r1,x\r2,y\r"),
    ("a.csv", b"a,b\r\n1,x\r\n"),
    ("a.csv", b"a,b\n1,x"),
    ("a.csv", b'a,b\n1,"x\ny"\n2,z\n'),
    ("a.csv", b'a,b\n1,"x\r\ny"\n2,z\n'),
    ("a.csv", b"a,b,c\n1,2,3\n4,5\n6,7,8\n"),
    ("a.csv", b"a,b,c\n1,2\n4,5\n"),
    ("a.csv", b'a,b,c\n"x, y",2\n"z ""q""",5,6\n'),
    ("a.csv", b"text,n\n1.50,1\n2,2\n"),
    ("a.csv", b"text,n\ntrue,1\nFalse,2\n"),
    ("a.csv", b"text,n\nTRUE,1\nx,2\n"),
    ("a.csv", b"text,b\nx,true\ny,\n"),
    ("a.csv", b"text,n\nx,1\ny,\n"),
    ("a.csv", b"text,d\nx,2020-01-01\n"),
    ("a.csv", b'text,n\n"He said ""hi""",1\n'),
    ("a.csv", b'text,n\nHe said "hi",1\n'),
    ("a.csv", b'text,n\n5" disk,1\nx,2\n'),
    ("a.csv", b"text,n\n x , 1 \n"),
    ("a.csv", b"text,n\nx,1e5\ny,2\n"),
    ("a.csv", b"text,n\nx,inf\ny,2\n"),
    ("a.csv", b"text,n\nx,1_000\n"),
    ("a.csv", b"a,b\nx\x00y,1\n"),
    ("a.csv", b"text;n\n"),
    ("a.tsv", b"a\tb\n1\tx, y\n"),
    ("a.json", b'["a","b"]'),
    ("a.json", b'[\n {\n  "text": "a"\n },\n {\n  "text": "b"\n }\n]\n'),
    ("a.json", b'{"text":"a"}{"text":"b"}'),
    ("a.json", b'{"text":"a"} {"text":"b"}\n{"text":"c"}'),
    ("a.json", b'{\n "text":"a"\n}\n{\n "text":"b"\n}\n'),
    ("a.json", b'{\n "text":"a"\n}'),
    ("a.json", b'{"text":["a","b"],"l":[1,2]}'),
    ("a.json", b'{"messages":[{"role":"user","content":"x"}]}'),
    ("a.jsonl", b'{"text":"a","x":Infinity}\n{"text":"b","x":1.5}\n'),
    ("a.jsonl", b'{"text":"a"}\r{"text":"b"}\r'),
    ("a.jsonl", b'\xef\xbb\xbf{"text":"a"}\n'),
    ("a.jsonl", b'\n{"text":"a"}\n\n{"text":"b"}\n\n'),
    ("a.jsonl", gzip.compress(LINES, mtime=0)),
    ("a.jsonl", bz2.compress(LINES)),
    ("a.jsonl", lzma.compress(LINES)),
    ("a.zip", make_zip(LINES, "a.jsonl", "b.jsonl")),
    ("a.zip", make_zip(b"text\nx\n", "a.csv", "folder/b.csv")),
    ("a.zip", make_zip(b"x\ny\n", "a.txt", "b.txt")),
    ("a.txt", b"a\n\nb\r\nc\rd"),
    ("a.txt", b"a\x0bb\x0cc\xc2\x85d\n"),
]

# What ``datasets`` refuses or reads otherwise, our rows, and words of what the dataset says of it.
DIFFERENT: Final[list[tuple[str, bytes, Rows, str]]] = [
    ("a.csv", b"a;b\n1;x\n2;y\n", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], "delimiter is “;”"),
    ("a.csv", b"text,n\nx,+5\ny,2\n", [{"text": "x", "n": "+5"}, {"text": "y", "n": "2"}], "plus signs"),
    ("a.csv", b"a|b\n1|x, y\n2|y\n", [{"a": 1, "b": "x, y"}, {"a": 2, "b": "y"}], "delimiter is “|”"),
    ("a.csv", b"a\tb\n1\tx\n", [{"a": 1, "b": "x"}], "delimiter is a tab"),
    ("a.tsv", b"a,b\n1,x\n", [{"a": 1, "b": "x"}], "delimiter is “,”"),
    ("a.csv", b"sep=;\na;b\n1;2\n", [{"a": 1, "b": 2}], "delimiter is “;”"),
    ("a.csv", b"# comment\na,b\n1,2\n", [{"a": 1, "b": 2}], "left out before the header: 1 line"),
    ("a.csv", b"'a','b'\n'x, y','z'\n", [{"a": "x, y", "b": "z"}], "quote is “'”"),
    ("a.csv", b'a,b\n"say \\"hi, you\\"",2\n', [{"a": 'say "hi, you"', "b": 2}], "a backslash before a quote"),
    ("a.csv", "text,n\nfaçade,1\n".encode("latin-1"), [{"text": "façade", "n": 1}], "read as cp1252"),
    ("a.csv", "text,n\nfaçade,1\n".encode("utf-16"), [{"text": "façade", "n": 1}], "read as utf-16"),
    ("a.csv", "text,n\nfaçade,1\n".encode("utf-16-le"), [{"text": "façade", "n": 1}], "read as utf-16-le"),
    ("a.csv", "text,n\nfaçade,1\n".encode("utf-32"), [{"text": "façade", "n": 1}], "read as utf-32"),
    ("a.jsonl", '{"text":"façade"}\n'.encode("latin-1"), [{"text": "façade"}], "read as cp1252"),
    ("a.jsonl", '{"text":"façade"}\n'.encode("utf-16"), [{"text": "façade"}], "read as utf-16"),
    ("a.txt", "façade\nx\n".encode("latin-1"), [{"text": "façade"}, {"text": "x"}], "read as cp1252"),
    ("a.txt", "これは長い文です。\n".encode("shift_jis"), [{"text": "これは長い文です。"}], "read as cp932"),
    ("a.txt", "Привет, как дела?\n".encode("koi8-r"), [{"text": "Привет, как дела?"}], "read as koi8_r"),
    ("a.json", b'{"version":"1","data":[{"text":"a"},{"text":"b"}]}', AB, "those under “data”"),
    ("a.json", b'{"data":{"items":[{"text":"a"},{"text":"b"}]}}', AB, "those under “data.items”"),
    ("a.json", b'{"text":{"0":"a","1":"b"}}', AB, "one object of columns"),
    ("a.json", b'{"0":{"text":"a"},"1":{"text":"b"}}', AB, "one object of rows by index"),
    ("a.json", b'{"columns":["text"],"index":[0,1],"data":[["a"],["b"]]}', AB, "columns and rows apart"),
    ("a.json", b'{"schema":{"fields":[{"name":"text"}]},"data":[{"text":"a"},{"text":"b"}]}', AB, "those under “data”"),
]
REFUSED: Final = [
    ("a.csv", b"a,b\n1,2,3\n", "row 2: expected 2 columns, found 3. Correct the row, or set the delimiter"),
    ("a.csv", b"a,b\n1,2\n1,2,3\n", "row 3: expected 2 columns, found 3"),
    ("a.csv", b'text,n\n"open,1\nx,2\n', "row 2: a quote is never closed"),
    ("a.csv", b"%PDF-1.7", "is a PDF document"),
    ("a.json", b'[{"text":"a"},{"text":"b"},]', "a value is missing before “]”"),
    ("a.jsonl", b'{"text":"a"', "line 1 is not valid JSON"),
    ("a.jsonl", gzip.compress(gzip.compress(LINES, mtime=0), mtime=0), "is packed twice"),
]


def read_ours(folder: Path, name: str, data: bytes) -> tuple[Rows, FileReport]:
    """Return the rows that an ingest stores, and its report."""
    (folder / "upload").write_bytes(data)
    target, kind = folder / "raw.parquet", FORMATS[name.partition(".")[2]]
    report = ingest_file(folder / "upload", target, format=kind, label=name, monitor=NullMonitor())
    return pq.read_table(target).to_pylist(), report


def read_theirs(folder: Path, name: str, data: bytes) -> Rows:
    """Return the rows that ``datasets`` reads."""
    import datasets

    path = folder / name
    path.write_bytes(data)
    kind = FORMATS[name.partition(".")[2]]
    if name.endswith(".zip"):
        kind = FORMATS[zipfile.ZipFile(path).namelist()[0].rpartition(".")[2]]
    how = {"sep": "\t"} if name.endswith(".tsv") else {}
    found = datasets.load_dataset(kind, data_files=str(path), split="train", cache_dir=str(folder / "cache"), **how)
    rows: Rows = found.to_list()
    return rows


# The library leaves files open where it fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize(("name", "data"), EQUAL)
def test_rows_are_those_of_datasets(tmp_path: Path, name: str, data: bytes) -> None:
    """Cell by cell; a file without rows is none for it."""
    ours, _ = read_ours(tmp_path, name, data)
    if ours:
        assert read_theirs(tmp_path, name, data) == ours


@pytest.mark.parametrize(("name", "data", "rows", "words"), DIFFERENT)
def test_a_difference_is_said(tmp_path: Path, name: str, data: bytes, rows: Rows, words: str) -> None:
    """With the name of the file."""
    ours, report = read_ours(tmp_path, name, data)
    assert rows == ours
    notes = describe_readings([(name, report.reading)], has_card=False)
    assert any(note.startswith(f"{name}: ") and words in note for note in notes), notes


@pytest.mark.parametrize(("name", "data", "words"), REFUSED)
def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    """The reason names the file and what to do."""
    with pytest.raises(InvalidData) as refused:
        read_ours(tmp_path, name, data)
    assert words in refused.value.detail


def test_the_trailing_commas_of_json_lines_are_left_out(tmp_path: Path) -> None:
    """``datasets`` refuses them; no value is lost."""
    assert AB == read_ours(tmp_path, "a.jsonl", b'{"text": "a"},\n{"text": "b"},\n')[0]


def test_repaired_texts_are_counted(tmp_path: Path) -> None:
    """Those of damaged UTF-8, and of another encoding in which some bytes have no character."""
    data = "café\nnaïve\nüber\n".encode() + b"x\xff\n"
    rows, report = read_ours(tmp_path, "a.txt", data)
    assert ("x\ufffd", 1, None) == (rows[-1]["text"], report.columns[0].invalid, report.reading)
    data = b"\xff\xfe" + "a\nb".encode("utf-16-le") + b"\x00\xd8\n\x00"
    rows, report = read_ours(tmp_path, "a.txt", data)
    assert ("b\ufffd", 1) == (rows[1]["text"], report.columns[0].invalid)
