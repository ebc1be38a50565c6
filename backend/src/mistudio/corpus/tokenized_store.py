"""Reading what was tokenized: any row of any split at once, from memory-mapped files."""

import threading
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mistudio.core.errors import DataMissing, UnknownSplit
from mistudio.corpus.tokenized_manifest import read_tokenized_manifest


@dataclass(frozen=True)
class Piece:
    """A run of positions that came from one source row; ``token_start`` counts that row's tokens."""

    row: int
    token_start: int
    position: int
    length: int


@dataclass(frozen=True, eq=False)
class TokenRow:
    """A written row. ``row`` counts within its split; ``source`` is the source row of an unpacked one, else None.

    ``mask`` is None where nothing was padded; ``pieces`` are those of a packed row.
    """

    row: int
    ids: NDArray[np.int32]
    mask: NDArray[np.int8] | None
    source: int | None
    pieces: tuple[Piece, ...]


class TokenizedStore:
    """The tokenized rows in ``folder``. Files stay mapped; safe to use from several threads; it blocks."""

    def __init__(self, folder: Path, files: Mapping[str, Sequence[str]]) -> None:
        self._folder = folder
        self._files = files
        self._opened: dict[str, _Batches] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
        manifest = read_tokenized_manifest(folder)
        return cls(folder, {split.name: [file.path for file in split.files] for split in manifest.splits})

    def num_rows(self, split: str) -> int:
        """Rows of the split. Raises UnknownSplit, DataMissing."""
        return self._split(split).starts[-1]

    def rows(self, split: str, *, offset: int, limit: int) -> list[TokenRow]:
        """Up to ``limit`` rows from ``offset`` on, none beyond the end. Raises UnknownSplit, DataMissing."""
        batches = self._split(split)
        return [batches.row(number) for number in range(offset, min(offset + limit, batches.starts[-1]))]

    def _split(self, split: str) -> "_Batches":
        with self._lock:
            if split not in self._opened:
                self._opened[split] = self._open(split)
            return self._opened[split]

    def _open(self, split: str) -> "_Batches":
        if split not in self._files:
            raise UnknownSplit(f"There is no split “{split}”.", extra={"choices": list(self._files)})
        try:
            return _Batches([self._folder / path for path in self._files[split]])
        except FileNotFoundError as error:
            raise DataMissing("The tokenization's files are not on disk: delete it and tokenize again.") from error


class _Batches:
    """The record batches of a split's files, and where each begins."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.batches = [batch for path in paths for batch in pa.ipc.open_stream(pa.memory_map(str(path)))]
        self.starts = [0]
        for batch in self.batches:
            self.starts.append(self.starts[-1] + batch.num_rows)

    def row(self, number: int) -> TokenRow:
        index = bisect_right(self.starts, number) - 1
        batch, at = self.batches[index], number - self.starts[index]
        names = batch.schema.names
        is_packed = "segments" in names
        return TokenRow(
            row=number,
            ids=_values(batch.column("input_ids"), at),
            mask=_values(batch.column("attention_mask"), at) if "attention_mask" in names else None,
            source=None if is_packed else batch.column("row")[at].as_py(),
            pieces=_pieces(batch.column("segments"), at) if is_packed else (),
        )


def _values(lists: pa.ListArray, at: int) -> NDArray[np.signedinteger]:
    start, stop = lists.offsets[at].as_py(), lists.offsets[at + 1].as_py()
    values: NDArray[np.signedinteger] = lists.values.slice(start, stop - start).to_numpy(zero_copy_only=False)
    return values


def _pieces(lists: pa.ListArray, at: int) -> tuple[Piece, ...]:
    start, stop = lists.offsets[at].as_py(), lists.offsets[at + 1].as_py()
    return tuple(Piece(*item.values()) for item in lists.values.slice(start, stop - start).to_pylist())
