"""The options that a file's first bytes show; what they do not show is what its name says."""

import gzip

import pytest

from mistudio.corpus.formats.file_detection import detect_options
from mistudio.corpus.formats.file_options import FileFormat, FileOptions


@pytest.mark.parametrize("file_format", ["parquet", "arrow", "csv", "json", "text"])
def test_without_bytes_the_name_says_everything(file_format: FileFormat) -> None:
    """A tab is the delimiter of a .tsv file; columnar formats have no options."""
    found, others = detect_options("a.tsv", file_format, b"", is_whole=True)
    expected = {
        "csv": FileOptions(encoding="utf-8", delimiter="\t", quote='"'),
        "json": FileOptions(encoding="utf-8"),
        "text": FileOptions(encoding="utf-8", sample_by="line"),
    }
    assert (expected.get(file_format, FileOptions()), {}) == (found, others)


def test_the_dialect_of_csv_is_that_of_its_bytes() -> None:
    """Lines to skip and an escape have no field, so they come beside the options; here of a packed file."""
    text = '# made by x\n# y\ntext;n\n"it\\"s; so";1\n"b; c";2\n"d; e";3\n'
    found, others = detect_options("a.csv.gz", "csv", gzip.compress(text.encode()), is_whole=True)
    assert FileOptions(encoding="utf-8", delimiter=";", quote='"') == found
    assert {"escapechar": "\\", "doublequote": False, "skiprows": 2} == others


@pytest.mark.parametrize(("name", "field"), [("a.json", "data"), ("a.jsonl", None), ("a.ndjson.gz", None)])
def test_only_a_whole_document_has_its_records_under_a_key(name: str, field: str | None) -> None:
    """The lines of JSON Lines are records, whatever keys they have."""
    head = b'{"version": 1, "data": [{"text": "a"}, {"text": "b"}]}\n'
    found, others = detect_options(name, "json", head, is_whole=True)
    assert (FileOptions(encoding="utf-8", field=field), {}) == (found, others)
