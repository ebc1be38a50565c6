"""Where positions of written rows come from: document, file and commit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.store.manifest import Manifest, SourceRecord
from mistudio.corpus.tokenized.audit_sample import list_data_spans
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.corpus.tokenized.trace import find_source


@dataclass(frozen=True)
class Origin:
    """Consecutive positions from one document: ``length`` tokens of source row ``row``, from ``token_start`` on.

    ``position`` counts in the context or the row. ``file`` is the source file, None if it is not known; ``repo`` and
    ``commit`` are those of the dataset, None for local data.
    """

    split: str
    row: int
    token_start: int
    position: int
    length: int
    file: SourceRecord | None
    repo: str | None
    commit: str | None


@dataclass(frozen=True, eq=False)
class Context:
    """Consecutive tokens of a written row, from ``position`` on, and the documents that they come from."""

    split: str
    row: int
    position: int
    ids: NDArray[np.int32]
    origins: tuple[Origin, ...]


def read_context(
    store: TokenizedStore, dataset: Manifest, *, split: str, row: int, position: int, length: int
) -> Context:
    """Return ``length`` tokens of a written row. Raises UnknownSplit, DataMissing, InvalidData."""
    (found,) = store.rows(split, offset=row, limit=1)
    source, origins = store.manifest.split(split).source, []
    for span in list_data_spans(found, store.manifest):
        first, last = max(span.position, position), min(span.position + span.length, position + length)
        if first < last:
            file = find_source(dataset, source, span.row)
            token = span.token_start + first - span.position
            place = (source, span.row, token, first - position, last - first)
            origins.append(Origin(*place, file, dataset.repo, dataset.commit))
    return Context(split, row, position, found.ids[position : position + length], tuple(origins))


@dataclass(frozen=True, eq=False)
class TokenPositions:
    """Where a token sequence occurs: occurrence i begins at ``positions[i]`` of row ``rows[i]``, in file order.

    Its split is ``splits[split_of[i]]``; ``context(i)`` has its documents. ``length`` is that of the sequence.
    """

    store: TokenizedStore
    dataset: Manifest
    length: int
    splits: tuple[str, ...]
    split_of: NDArray[np.uint16]
    rows: NDArray[np.int64]
    positions: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def context(self, index: int) -> Context:
        """Return occurrence ``index`` with its documents, files and commit."""
        return read_context(
            self.store,
            self.dataset,
            split=self.splits[self.split_of[index]],
            row=int(self.rows[index]),
            position=int(self.positions[index]),
            length=self.length,
        )
