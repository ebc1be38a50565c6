"""Hostile packings: what inflates, is cut short, or is of another kind than its name says."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import zstandard

File = tuple[str, str, Callable[[], bytes]]
_BOMB_BYTES: Final = 512 << 20
_LINES: Final = b'{"text": "a line"}\n' * 300


def packed_files() -> Iterator[File]:
    """Each file, by what is wrong with it."""
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress,
        "zst": zstandard.ZstdCompressor().compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
    }
    for ending, packed in pack.items():
        yield f"sound .{ending}", f"a.jsonl.{ending}", partial(packed, _LINES)
        yield f"empty .{ending}", f"a.jsonl.{ending}", partial(packed, b"")
        yield f".{ending} of 0 bytes", f"a.jsonl.{ending}", lambda: b""
        yield f".{ending} that is none", f"a.jsonl.{ending}", lambda: _LINES
        yield f".{ending} twice over", f"a.jsonl.{ending}", partial(_twice, packed)
        yield f"two members in .{ending}", f"a.jsonl.{ending}", partial(_joined, packed, _LINES, _LINES)
        yield f"nonsense after .{ending}", f"a.jsonl.{ending}", partial(_followed, packed, b"nonsense")
        yield f"a bomb of NULs in .{ending}", f"a.jsonl.{ending}", partial(_bomb, ending, b"\0")
        yield f"a bomb of one line in .{ending}", f"a.txt.{ending}", partial(_bomb, ending, b"x")
        yield f"a bomb of empty lines in .{ending}", f"a.csv.{ending}", partial(_bomb, ending, b"\n")
    yield "a ZIP archive", "a.zip", lambda: _zip({"a.jsonl": _LINES})
    yield "a ZIP archive named .jsonl", "a.jsonl", lambda: _zip({"a.jsonl": _LINES})
    yield "a ZIP bomb", "a.csv.zip", lambda: _zip({"a.csv": bytes(_BOMB_BYTES // 4)})
    yield "a ZIP archive that climbs", "a.zip", lambda: _zip({"../../a.jsonl": _LINES})
    yield "Parquet in .gz", "a.parquet.gz", lambda: gzip.compress(b"PAR1PAR1")
    yield "a gzip with a long name", "a.jsonl.gz", lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 1_000_000


def _joined(packed: Callable[[bytes], bytes], *contents: bytes) -> bytes:
    return b"".join(packed(content) for content in contents)


def _followed(packed: Callable[[bytes], bytes], more: bytes) -> bytes:
    return packed(_LINES) + more


def _twice(packed: Callable[[bytes], bytes]) -> bytes:
    return packed(packed(_LINES))


def _bomb(ending: str, byte: bytes) -> bytes:
    """Half a gigabyte of one byte."""
    piece, pieces = byte * (1 << 20), _BOMB_BYTES >> 20
    if ending == "gz":
        sink = io.BytesIO()
        with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=1) as file:
            for _piece in range(pieces):
                file.write(piece)
        return sink.getvalue()
    if ending == "zst":
        packer = zstandard.ZstdCompressor().compressobj()
        return b"".join([packer.compress(piece) for _piece in range(pieces)]) + packer.flush()
    # Packed over and over these take long: a piece that is repeated is as good.
    one = bz2.compress(piece * 16) if ending == "bz2" else lzma.compress(piece * 16, preset=0)
    return one * (pieces // 16)


def _zip(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()
