"""Plain text: one sample per line."""

import io
from pathlib import Path

import pytest

from mistudio.corpus.formats.byte_stream import ByteStream
from mistudio.corpus.formats.text import read_text


def read_lines(data: bytes, *, keep_linebreaks: bool = False) -> list[str]:
    """Read the samples of a file."""
    stream = ByteStream(io.BytesIO(data), label="a.txt")
    return [
        line for chunk in read_text(stream, keep_linebreaks=keep_linebreaks) for line in chunk.batch["text"].to_pylist()
    ]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"\n", [""]),
        (b"a\n\nb\n", ["a", "", "b"]),
        (b"a\r\nb\rc\n\rd", ["a", "b", "c", "", "d"]),
    ],
)
def test_every_line_end_ends_a_line(data: bytes, lines: list[str]) -> None:
    """Blank lines are samples, too."""
    assert lines == read_lines(data)


@pytest.mark.parametrize(("data", "lines"), [(b"a\nb", ["a\n", "b"]), (b"a\r\nb\r", ["a\n", "b\n"])])
def test_line_breaks_can_be_kept(data: bytes, lines: list[str]) -> None:
    """As one newline; a last line without one gets none."""
    assert lines == read_lines(data, keep_linebreaks=True)


def test_invalid_utf8_stays_as_it_is() -> None:
    """``utf8_repair`` replaces and counts it later."""
    (chunk,) = read_text(ByteStream(io.BytesIO(b"\xff\n"), label="a.txt"))
    assert b"\xff" == chunk.batch["text"].cast("binary")[0].as_py()


TEXTS = ["", "a", "a\n", "\n\na\n\nb\n", "a\r\n\r\nb\rc", "a\n\n\nb\n\n\n\n", "a\n\n" * 5]


@pytest.mark.parametrize("sample_by", ["paragraph", "document"])
@pytest.mark.parametrize("text", TEXTS)
def test_samples_are_those_of_datasets(tmp_path: Path, sample_by: str, text: str) -> None:
    """Paragraphs without empty ones, or the whole file."""
    (tmp_path / "a.txt").write_bytes(text.encode())
    with (tmp_path / "a.txt").open(encoding="utf-8") as file:
        whole = file.read()
    expected = [whole] if sample_by == "document" else [part for part in whole.split("\n\n") if part]

    stream = ByteStream(io.BytesIO(text.encode()), label="a.txt")
    chunks = [chunk.batch["text"].to_pylist() for chunk in read_text(stream, sample_by=sample_by)]
    assert expected == [sample for chunk in chunks for sample in chunk]
