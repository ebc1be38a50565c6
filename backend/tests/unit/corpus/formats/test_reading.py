"""How a file is read where its name and options do not say it."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.reading import Reading, detect_late_encoding, detect_reading


def detect(
    folder: Path, data: bytes, label: str, kind: str, options: dict[str, Json] | None = None
) -> tuple[str, dict[str, Json], Reading]:
    """Return what is detected of a file with this content and name."""
    path = folder / "upload"
    path.write_bytes(data)
    return detect_reading(path, kind, label=label, options=options or {})


def test_a_usual_file_has_nothing_to_say(tmp_path: Path) -> None:
    """Its reading is the default."""
    for data, label, kind in (
        (b"a,b\n1,2\n", "a.csv", "csv"),
        (b"a\tb\n1\t2\n", "a.tsv", "csv"),
        (gzip.compress(b'{"a": 1}\n', mtime=0), "a.jsonl.gz", "json"),
        (b"text\n", "a.txt", "text"),
        (b"", "a.csv", "csv"),
    ):
        assert (kind, {}, Reading()) == detect(tmp_path, data, label, kind)


def test_what_is_detected_becomes_options(tmp_path: Path) -> None:
    """And is described."""
    data = gzip.compress("Text;Wert\nGrüße aus Köln;1\n".encode("cp1252"))
    options = {"encoding": "cp1252", "delimiter": ";"}
    expected = ("csv", options, Reading(packing="gzip", encoding="cp1252", delimiter=";"))
    assert expected == detect(tmp_path, data, "a.csv", "csv")
    assert ("json", {"field": "data"}, Reading(field="data")) == detect(
        tmp_path, b'{"data": [{"a": 1}]}', "a.json", "json"
    )
    assert ("json", {"orient": "columns"}, Reading(orient="columns")) == detect(
        tmp_path, b'{"a": {"0": 1}}', "a.json", "json"
    )


def test_options_win_and_are_named_as_declared(tmp_path: Path) -> None:
    """Also where something else would be detected."""
    _, options, reading = detect(tmp_path, b"a|b\n1|2\n", "a.csv", "csv", {"sep": ";", "skiprows": 1})
    assert {"sep": ";", "skiprows": 1} == options
    assert Reading(delimiter=";", skipped_lines=1, declared=("delimiter", "skipped_lines")) == reading


def test_lines_of_records_are_never_taken_for_one_object(tmp_path: Path) -> None:
    """A single record may hold a list of objects."""
    assert ("json", {}, Reading()) == detect(tmp_path, b'{"data": [{"a": 1}]}\n', "a.jsonl", "json")


def test_the_members_decide_the_format_of_an_archive(tmp_path: Path) -> None:
    """Its own name does not."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.csv", "a;b\n1;2\n")
    kind, options, reading = detect(tmp_path, sink.getvalue(), "a.zip", "text")
    assert ("csv", {"delimiter": ";"}, Reading(delimiter=";")) == (kind, options, reading)


def test_what_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    """And so is a file that is packed twice."""
    with pytest.raises(InvalidData, match=r"a\.csv is a PDF document"):
        detect(tmp_path, b"%PDF-1.7\n", "a.csv", "csv")
    with pytest.raises(InvalidData, match=r"a\.jsonl is packed twice \(gzip within\)"):
        detect(tmp_path, gzip.compress(gzip.compress(b"{}")), "a.jsonl", "json")


def test_an_encoding_that_shows_late_is_found(tmp_path: Path) -> None:
    """Damaged UTF-8 is not taken for another encoding."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"plain\n" * 50_000 + "déjà vu\n".encode("cp1252"))
    assert "cp1252" == detect_late_encoding(path, label="a.txt")
    path.write_bytes("le café".encode("cp1252"))
    assert "cp1252" == detect_late_encoding(path, label="a.txt")
    path.write_bytes("déjà vu\n".encode() * 10 + b"x\xff\n")
    assert detect_late_encoding(path, label="a.txt") is None
