"""Reads flat files of token ids (.bin, .npy, .ds) and the pairs .bin and .idx of Megatron, without loading them.

A flat file has no rows. It is read as a stream unless the user gives the context size. The integers of a .bin are 16 or
32 bits wide: in 32 bits, every second 16-bit half is the upper half of an id, which is tiny.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mistudio.core.errors import DataMissing, InvalidData
from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.certificate.token_batch import DataFile, TokenBatch
from mistudio.corpus.tokenized.saved_arrays import load_array

STREAM_ROW: Final = 2_048
_BATCH_TOKENS: Final = 1 << 19
_PEEKED: Final = 1 << 19
_MAGIC: Final = b"MMIDIDX\x00\x00"
_HEADER: Final = struct.Struct("<9sQBQQ")
_KINDS: Final = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 8: "<u2"}
# The headers of llm.c: 256 integers, the first of which says how wide the tokens are.
_LLMC_HEADER: Final = 1_024
_LLMC: Final = {20240520: "<u2", 20240801: "<u4"}


@dataclass(frozen=True)
class FlatOptions:
    """What the user says of flat files: bits per id, and positions per row; None finds out, or reads a stream."""

    bits: int | None = None
    context: int | None = None
    vocab_size: int = 1 << 31


def read_flat(file: DataFile, options: FlatOptions) -> Iterator[TokenBatch]:
    """Yield a flat file as rows, or as a stream. Raises InvalidData."""
    tokens = _map_tokens(file, options)
    if tokens.ndim == 2:
        yield from _cut_rows(file, tokens.reshape(-1), tokens.shape[1], is_stream=False)
        return
    width = options.context or STREAM_ROW
    yield from _cut_rows(file, tokens, width, is_stream=options.context is None)


def find_width(file: DataFile, options: FlatOptions) -> int:
    """Return the bits of an integer of the file, as it is read."""
    return int(_map_tokens(file, options).dtype.itemsize) * 8


def _cut_rows(file: DataFile, tokens: NDArray[Any], width: int, *, is_stream: bool) -> Iterator[TokenBatch]:
    if width < 1:
        return
    step = max(1, _BATCH_TOKENS // width) * width
    for start in range(0, len(tokens), step):
        ids = tokens[start : start + step].astype(np.int64)
        offsets = np.append(np.arange(0, len(ids), width, dtype=np.int64), len(ids))
        yield TokenBatch(file.label, start // width, ids, offsets, is_stream=is_stream)


def _map_tokens(file: DataFile, options: FlatOptions) -> NDArray[Any]:
    if file.path.suffix == ".npy":
        return _map_npy(file)
    size = file.path.stat().st_size
    with file.path.open("rb") as opened:
        head = opened.read(4)
    kind = _LLMC.get(int.from_bytes(head, "little")) if size >= _LLMC_HEADER else None
    start = _LLMC_HEADER if kind else 0
    kind = kind or _guess_kind(file.path, options)
    item = np.dtype(kind).itemsize
    if (size - start) % item:
        raise InvalidData(f"{file.label}: {size:,} bytes are no whole number of {item * 8}-bit ids. Get a new copy.")
    return _map(file.path, kind, start, (size - start) // item)


def _map_npy(file: DataFile) -> NDArray[Any]:
    for dimensions in (1, 2):
        try:
            return load_array(file.path, dimensions=dimensions, mode="r")
        except DataMissing:
            continue
    raise InvalidData(f"{file.label}: expected an array of integers with 1 or 2 dimensions. Save the ids with np.save.")


def _map(path: Path, kind: str, start: int, count: int) -> NDArray[Any]:
    if not count:
        return np.zeros(0, kind)
    return np.memmap(path, kind, "r", start, (count,))


def _guess_kind(path: Path, options: FlatOptions) -> str:
    if options.bits is not None:
        return {16: "<u2", 32: "<u4"}[options.bits]
    count = min(_PEEKED, path.stat().st_size // 4 * 2)
    halves = np.fromfile(path, "<u2", count)
    upper = halves[1::2]
    is_wide = len(upper) > 0 and float(np.mean(upper <= options.vocab_size >> 16)) > 0.99
    return "<u4" if is_wide else "<u2"


def read_indexed(file: DataFile) -> Iterator[TokenBatch]:
    """Yield the sequences of a Megatron .bin as rows, by its .idx. Raises InvalidData."""
    kind, lengths, pointers = _read_index(file)
    size, item = file.path.stat().st_size, np.dtype(kind).itemsize
    ends = pointers + lengths * item
    if np.any(lengths < 0) or np.any(pointers < 0) or np.any(pointers % item) or np.any(ends > size):
        row = int(np.argmax((lengths < 0) | (pointers < 0) | (pointers % item != 0) | (ends > size)))
        raise InvalidData(f"{file.label}: its .idx puts sequence {row:,} outside the file. Get a new copy of both.")
    tokens = _map(file.path, kind, 0, size // item)
    first = 0
    while first < len(lengths):
        total = np.cumsum(lengths[first : first + _BATCH_TOKENS])
        count = max(1, int(np.searchsorted(total, _BATCH_TOKENS, side="right")))
        yield _gather(file, tokens, first, lengths[first : first + count], pointers[first : first + count] // item)
        first += count


def _gather(file: DataFile, tokens: NDArray[Any], first: int, lengths: Ints, starts: Ints) -> TokenBatch:
    if len(starts) and np.array_equal(starts[1:], (starts + lengths)[:-1]):
        ids = tokens[int(starts[0]) : int(starts[0]) + int(lengths.sum())]
    else:
        parts = [tokens[start : start + length] for start, length in zip(starts, lengths, strict=True)]
        ids = np.concatenate(parts) if parts else tokens[:0]
    return TokenBatch(file.label, first, ids.astype(np.int64), offsets_of(lengths))


def _read_index(file: DataFile) -> tuple[str, Ints, Ints]:
    path = file.path.with_suffix(".idx")
    size = path.stat().st_size
    with path.open("rb") as opened:
        head = opened.read(_HEADER.size)
        magic, version, code, count, documents = _HEADER.unpack(head.ljust(_HEADER.size, b"\0"))
        expected = _HEADER.size + 12 * count + 8 * documents
        if magic != _MAGIC or version != 1 or code not in _KINDS or size < expected:
            raise InvalidData(
                f"{path.name} is no index of Megatron, or damaged. Get a new copy, or read the .bin alone."
            )
        lengths = np.fromfile(opened, "<i4", count).astype(np.int64)
        pointers = np.fromfile(opened, "<i8", count)
    return _KINDS[code], lengths, pointers
