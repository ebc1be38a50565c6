"""Read any row of a tokenization from memory-mapped files.

Reading beyond the end of a mapped file that was truncated kills the process by a signal. So the store checks the size
of the files before each read.
"""

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mistudio.core.errors import DataMissing, InvalidData, UnknownSplit
from mistudio.corpus.arrow_errors import translate_arrow_errors
from mistudio.corpus.tokenized.lengths import LENGTHS
from mistudio.corpus.tokenized.manifest import RowCut, TokenizedManifest, read_tokenized_manifest
from mistudio.corpus.tokenized.messages import FILE_DAMAGED, FILES_MISSING


@dataclass(frozen=True)
class Span:
    """Consecutive positions that came from one source row; ``token_start`` counts the tokens of that row."""

    row: int
    token_start: int
    position: int
    length: int


@dataclass(frozen=True, eq=False)
class TokenRow:
    """A written row. ``row`` counts within its split; ``source`` is the source row of an unpacked row, else None.

    ``tokens`` is how many tokens that source row has before anything is cut by length; ``is_cut`` if max_tokens was
    reached in it, and cut it before. ``mask`` is None without padding;
    ``spans`` are those of a packed row.
    """

    row: int
    ids: NDArray[np.int32]
    mask: NDArray[np.int8] | None
    source: int | None
    tokens: int | None
    spans: tuple[Span, ...]
    is_cut: bool = False


class TokenizedStore:
    """The tokenized rows in ``folder``. Files stay mapped. Safe for several threads; blocks."""

    def __init__(self, folder: Path, manifest: TokenizedManifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._splits = {split.name: split for split in manifest.splits}
        self._opened: dict[str, RowFiles] = {}
        # The sizes of each split's files at the time of mapping.
        self._sizes: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
        return cls(folder, read_tokenized_manifest(folder))

    def num_rows(self, split: str) -> int:
        """Return the number of rows of the split. Raises UnknownSplit, DataMissing, InvalidData."""
        return self._open_split(split).starts[-1]

    def rows(self, split: str, *, offset: int, limit: int) -> list[TokenRow]:
        """Return up to ``limit`` rows from ``offset`` on; none beyond the end.

        Raises UnknownSplit, DataMissing, InvalidData.
        """
        files = self._open_split(split)
        return [files.row(number) for number in range(offset, min(offset + limit, files.starts[-1]))]

    def _open_split(self, split: str) -> "RowFiles":
        if split not in self._splits:
            raise UnknownSplit(
                f"There is no split “{split}”. Splits: {', '.join(self._splits)}.",
                extra={"choices": list(self._splits)},
            )
        found = self._splits[split]
        with self._lock, translate_read_errors():
            lengths = self.folder / found.source / LENGTHS
            paths = [self.folder / file.path for file in found.files]
            sizes = [path.stat().st_size for path in (lengths, *paths)]
            if split not in self._opened:
                counted = np.load(lengths, mmap_mode="r", allow_pickle=False)
                self._opened[split], self._sizes[split] = RowFiles(paths, counted, found.cut), sizes
            if sizes != self._sizes[split]:
                del self._opened[split]
                raise InvalidData(FILE_DAMAGED)
            return self._opened[split]


@contextmanager
def translate_read_errors() -> Iterator[None]:
    """Raise DataMissing for files that are not there, and InvalidData for damaged ones."""
    try:
        with translate_arrow_errors(lambda _reason: FILE_DAMAGED, errors=(OSError, ValueError)):
            yield
    except FileNotFoundError as error:
        raise DataMissing(FILES_MISSING) from error


class RowFiles:
    """The rows in the files of a split; ``lengths`` has the tokens of each source row, if they are counted already."""

    def __init__(
        self, paths: Sequence[Path], lengths: NDArray[np.uint32] | None = None, cut: RowCut | None = None
    ) -> None:
        self._lengths, self._cut = lengths, cut
        self.batches = [batch for path in paths for batch in pa.ipc.open_stream(pa.memory_map(str(path)))]
        self.starts = [0]
        for batch in self.batches:
            self.starts.append(self.starts[-1] + batch.num_rows)

    def row(self, number: int) -> TokenRow:
        """Return the row of that number, which counts over all files."""
        index = bisect_right(self.starts, number) - 1
        batch, at = self.batches[index], number - self.starts[index]
        names = batch.schema.names
        is_packed = "segments" in names
        source = None if is_packed else batch.column("row")[at].as_py()
        return TokenRow(
            row=number,
            ids=_read_values(batch.column("input_ids"), at),
            mask=_read_values(batch.column("attention_mask"), at) if "attention_mask" in names else None,
            source=source,
            tokens=None if source is None else self._count_tokens(source),
            spans=_read_spans(batch.column("segments"), at) if is_packed else (),
            is_cut=source is not None and self._cut is not None and source == self._cut.row,
        )

    def _count_tokens(self, source: int) -> int | None:
        if self._cut is not None and source == self._cut.row:
            return self._cut.tokens
        return None if self._lengths is None else int(self._lengths[source])


def _read_values(lists: pa.ListArray, at: int) -> NDArray[np.signedinteger]:
    start, stop = lists.offsets[at].as_py(), lists.offsets[at + 1].as_py()
    values: NDArray[np.signedinteger] = lists.values.slice(start, stop - start).to_numpy(zero_copy_only=False)
    return values


def _read_spans(lists: pa.ListArray, at: int) -> tuple[Span, ...]:
    start, stop = lists.offsets[at].as_py(), lists.offsets[at + 1].as_py()
    return tuple(Span(*item.values()) for item in lists.values.slice(start, stop - start).to_pylist())
