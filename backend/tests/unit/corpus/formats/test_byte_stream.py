"""Byte streams: decompressed, recoded to UTF-8, and split into blocks of whole lines."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.byte_stream import ByteStream, open_stream, plain_suffix, read_blocks

CONTENT = "Tales of 日本.\n".encode() * 1_000
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def make_stream(data: bytes, label: str = "a.txt", encoding: str | None = None) -> ByteStream:
    """Return a stream of ``data`` under this name."""
    return ByteStream(io.BytesIO(data), label=label, encoding=encoding)


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_a_compressed_file_is_read_as_plain_bytes(tmp_path: Path, suffix: str) -> None:
    """The original name says how it is compressed; ``consumed`` counts the bytes on disk."""
    path = tmp_path / "upload"
    path.write_bytes(COMPRESSIONS[suffix](CONTENT))
    with open_stream(path, label=f"A.TXT{suffix.upper()}") as stream:
        assert CONTENT == stream.read(len(CONTENT) + 1)
        assert path.stat().st_size == stream.consumed
        assert b"" == stream.read()
    assert 0 == stream.consumed


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_a_truncated_compressed_file_is_invalid(suffix: str) -> None:
    """It is not taken for a short file."""
    data = COMPRESSIONS[suffix](CONTENT)[:-10]
    with pytest.raises(InvalidData, match=r"a\.txt.* is damaged or incomplete"):
        for _ in read_blocks(make_stream(data, f"a.txt{suffix}")):
            pass


def test_an_empty_file_has_no_bytes() -> None:
    """Also one that should be compressed."""
    assert [b"", b""] == [make_stream(b"", label).read() for label in ("a.txt", "a.txt.gz")]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("cp1252", "cp1252"), ("shift_jis", "shift_jis")],
)
def test_text_is_recoded_to_utf8_without_a_mark(encoding: str, declared: str | None) -> None:
    """UTF-16 by its byte order mark, other encodings if they are declared."""
    text = "naïve\n" if encoding == "cp1252" else "日本\n"
    stream = make_stream((text * 5_000).encode(encoding), encoding=declared)
    assert (text * 5_000).encode() == b"".join(read_blocks(stream, size=1_000))


@given(data=st.binary(max_size=50), sizes=st.lists(st.integers(0, 9), min_size=1, max_size=9))
def test_reading_in_any_steps_gives_the_same_bytes(data: bytes, sizes: list[int]) -> None:
    """``peek`` does not move on, and ``ending`` has the last bytes."""
    stream, expected = make_stream(b"#" + data), b"#" + data
    for size in sizes:
        assert expected[:size] == stream.peek(size) == stream.read(size)
        expected = expected[size:]
    read = (b"#" + data)[: sum(sizes)]
    assert read[-64:] == stream.ending


@given(lines=st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=20))
def test_blocks_end_after_whole_lines(lines: list[bytes]) -> None:
    """A longer line makes its block longer; the last line needs no newline."""
    data = b"x" + b"\n".join(lines)
    blocks = list(read_blocks(make_stream(data), size=8))
    assert data == b"".join(blocks)
    assert all(block.endswith(b"\n") for block in blocks[:-1])
    assert all(blocks)


def test_a_line_too_large_for_memory_is_invalid() -> None:
    """The message names the file."""

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            return b"x" * size

        def tell(self) -> int:
            return 0

        def seek(self, offset: int, whence: int = 0) -> int:
            return offset + whence

    with pytest.raises(InvalidData, match=r"a\.txt has a line or record of over 100 MB"):
        next(read_blocks(ByteStream(Endless(), label="a.txt")))  # type: ignore[arg-type]  # all that it reads from


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.TSV.gz", ".tsv"), ("a.tsv", ".tsv"), ("a.b.jsonl.zst", ".jsonl"), ("a.gz", ""), ("a", "")]
)
def test_a_plain_suffix_ignores_compression(name: str, suffix: str) -> None:
    """And case."""
    assert suffix == plain_suffix(name)
