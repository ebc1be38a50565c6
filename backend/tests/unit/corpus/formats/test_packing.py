"""Packing detected by first bytes."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.formats.packing import describe_binary, detect_packing, unpack_head

CONTENT = b"id;text\n1;Hello, world\n" * 4_000


def compress_lz4(data: bytes) -> bytes:
    """Return ``data`` as one frame of LZ4."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "lz4") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lz4": compress_lz4,
}


@pytest.mark.parametrize("packing", PACKERS)
def test_the_first_bytes_tell_the_packing(packing: str) -> None:
    """And give the first bytes of the content."""
    packed = PACKERS[packing](CONTENT)
    assert packing == detect_packing(packed)
    assert CONTENT[:1_000] == unpack_head(packed, 1_000)
    assert CONTENT.startswith(unpack_head(packed[: len(packed) // 2]))


@given(data=st.binary(max_size=100))
def test_bytes_that_are_not_packed_are_their_own_head(data: bytes) -> None:
    """Any bytes are taken, and a broken head gives none."""
    if detect_packing(data) is None:
        assert data == unpack_head(data)
    for packing, pack in PACKERS.items():
        packed = pack(data)
        assert packing == detect_packing(packed)
        assert data.startswith(unpack_head(packed[:20]))


def test_text_that_begins_like_a_mark_is_not_packed() -> None:
    """Only whole marks count."""
    assert [None] * 3 == [detect_packing(text) for text in (b"BZh9 is a word", b"PK are initials", b"(zstd)")]


def test_other_kinds_of_files_are_named() -> None:
    """A refusal says what the file is."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    assert "a Parquet file" == describe_binary(sink.getvalue())
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, pa.schema([("a", pa.int64())])):
        pass
    assert "an Arrow stream" == describe_binary(stream.getvalue())
    assert describe_binary(b"\xff\xff\xff\xffabcd") is None
    assert "a tar archive" == describe_binary(b"a.txt".ljust(257, b"\0") + b"ustar\0")
    assert describe_binary(b"text") is None


def test_a_zip_archive_has_no_head() -> None:
    """Its directory is at its end."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.txt", "x")
    assert ("zip", b"") == (detect_packing(sink.getvalue()), unpack_head(sink.getvalue()))
