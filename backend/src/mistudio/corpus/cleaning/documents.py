"""The documents that steps read, and what a step of each kind decides about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from mistudio.corpus.arrays import Ids


@dataclass(frozen=True)
class Documents:
    """Some documents in order; ``rows`` are their places in the whole stream, from 0. A null text counts as empty."""

    texts: pa.Array
    rows: Ids

    def __len__(self) -> int:
        return len(self.rows)


class Filter(Protocol):
    """Decides about each document by itself."""

    def find_reasons(self, documents: Documents) -> Sequence[str | None]:
        """Return for each document why it is dropped; None if it stays."""
        ...


@dataclass(frozen=True)
class Duplicates:
    """Documents to drop, ascending, and for each the earlier one that stays."""

    rows: Ids
    first_rows: Ids


class Deduplicator(Protocol):
    """Decides once it has read all documents."""

    reason: str

    def collect(self, documents: Documents) -> None:
        """Take what the decision needs of the documents, which come in order."""
        ...

    def find_duplicates(self) -> Duplicates:
        """Return the documents to drop, by their number among the collected."""
        ...

    def close(self) -> None:
        """Delete what was spilled to disk."""
        ...


class Source(Protocol):
    """The stream of documents; every pass reads it anew."""

    def __call__(self) -> Iterable[pa.Array]:
        """Return the texts in batches, always the same ones in the same order."""
        ...
