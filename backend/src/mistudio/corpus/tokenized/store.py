"""Reading what was tokenized: any row of any split at once, from memory-mapped files.

A mapped file that somebody makes shorter ends whoever reads beyond its new end, by a signal: so its size is looked at
before each reading.
"""

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mistudio.core.errors import DataMissing, InvalidData, UnknownSplit
from mistudio.corpus.arrow_errors import translate_arrow_errors
from mistudio.corpus.tokenized.lengths import NAME as LENGTHS
from mistudio.corpus.tokenized.manifest import TokenizedManifest, read_tokenized_manifest

_DAMAGED: Final = "A file of the tokenization is damaged: delete it and tokenize again."


@dataclass(frozen=True)
class Span:
    """A run of positions that came from one source row; ``token_start`` counts that row's tokens."""

    row: int
    token_start: int
    position: int
    length: int


@dataclass(frozen=True, eq=False)
class TokenRow:
    """A written row. ``row`` counts within its split; ``source`` is the source row of an unpacked one, else None.

    ``tokens`` is how many tokens that source row has, before anything was cut. ``mask`` is None where nothing was
    padded; ``pieces`` are those of a packed row.
    """

    row: int
    ids: NDArray[np.int32]
    mask: NDArray[np.int8] | None
    source: int | None
    tokens: int | None
    pieces: tuple[Span, ...]


class TokenizedStore:
    """The tokenized rows in ``folder``. Files stay mapped; safe to use from several threads; it blocks."""

    def __init__(self, folder: Path, manifest: TokenizedManifest) -> None:
        self._folder = folder
        self.manifest = manifest
        self._splits = {split.name: split for split in manifest.splits}
        self._opened: dict[str, RowFiles] = {}
        # Of each split's files when they were mapped.
        self._sizes: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
        return cls(folder, read_tokenized_manifest(folder))

    def num_rows(self, split: str) -> int:
        """Rows of the split. Raises UnknownSplit, DataMissing, InvalidData."""
        return self._split(split).starts[-1]

    def rows(self, split: str, *, offset: int, limit: int) -> list[TokenRow]:
        """Up to ``limit`` rows from ``offset`` on, none beyond the end.

        Raises UnknownSplit, DataMissing, InvalidData.
        """
        batches = self._split(split)
        return [batches.row(number) for number in range(offset, min(offset + limit, batches.starts[-1]))]

    def _split(self, split: str) -> "RowFiles":
        if split not in self._splits:
            raise UnknownSplit(f"There is no split “{split}”.", extra={"choices": list(self._splits)})
        found = self._splits[split]
        with self._lock, _translate_errors():
            lengths = self._folder / found.source / LENGTHS
            paths = [self._folder / file.path for file in found.files]
            sizes = [path.stat().st_size for path in (lengths, *paths)]
            if split not in self._opened:
                counted = np.load(lengths, mmap_mode="r", allow_pickle=False)
                self._opened[split], self._sizes[split] = RowFiles(paths, counted), sizes
            if sizes != self._sizes[split]:
                del self._opened[split]
                raise InvalidData(_DAMAGED)
            return self._opened[split]


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        with translate_arrow_errors(lambda _reason: _DAMAGED, errors=(OSError, ValueError)):
            yield
    except FileNotFoundError as error:
        raise DataMissing("The tokenization's files are not on disk: delete it and tokenize again.") from error


class RowFiles:
    """The rows in a split's files; ``lengths`` are those of the source's rows, where they are counted already."""

    def __init__(self, paths: Sequence[Path], lengths: NDArray[np.uint32] | None = None) -> None:
        self._lengths = lengths
        self.batches = [batch for path in paths for batch in pa.ipc.open_stream(pa.memory_map(str(path)))]
        self.starts = [0]
        for batch in self.batches:
            self.starts.append(self.starts[-1] + batch.num_rows)

    def row(self, number: int) -> TokenRow:
        """The row of that number, counted over all files."""
        index = bisect_right(self.starts, number) - 1
        batch, at = self.batches[index], number - self.starts[index]
        names = batch.schema.names
        is_packed = "segments" in names
        source = None if is_packed else batch.column("row")[at].as_py()
        return TokenRow(
            row=number,
            ids=_values(batch.column("input_ids"), at),
            mask=_values(batch.column("attention_mask"), at) if "attention_mask" in names else None,
            source=source,
            tokens=None if source is None or self._lengths is None else int(self._lengths[source]),
            pieces=_pieces(batch.column("segments"), at) if is_packed else (),
        )


def _values(lists: pa.ListArray, at: int) -> NDArray[np.signedinteger]:
    start, stop = lists.offsets[at].as_py(), lists.offsets[at + 1].as_py()
    values: NDArray[np.signedinteger] = lists.values.slice(start, stop - start).to_numpy(zero_copy_only=False)
    return values


def _pieces(lists: pa.ListArray, at: int) -> tuple[Span, ...]:
    start, stop = lists.offsets[at].as_py(), lists.offsets[at + 1].as_py()
    return tuple(Span(*item.values()) for item in lists.values.slice(start, stop - start).to_pylist())
