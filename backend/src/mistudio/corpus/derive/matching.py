"""Finds the rows of a dataset that a filter matches, with the searches of its samples: the same rows, all of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from mistudio.corpus.arrays import Ids
from mistudio.corpus.columns.conditions import parse_conditions
from mistudio.corpus.derive.plan import RowFilter
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.search import SearchableDataset, SearchRequest
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.lengths import TokenLengths

_THREADS: Final = 2


class CheckedDeadline(Deadline):
    """Calls ``check`` of its owner, which raises to end the search."""

    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__()
        self._check = check

    def check(self) -> None:
        """Raise what the owner raises."""
        self._check()


def find_matches(store: DatasetStore, wanted: RowFilter, tokenization: Path | None, deadline: Deadline) -> Ids:
    """Return the ids of the rows that match, ascending; ``tokenization`` is the folder of the token counts.

    Raises InvalidPattern, UnknownSplit, UnknownColumn, DataMissing, and what the deadline raises.
    """
    if wanted.mode is None and not wanted.has_lengths and not wanted.where:
        return np.arange(*store.ids(wanted.split), dtype=np.int64)
    request = SearchRequest(
        mode=wanted.mode,
        text=wanted.text,
        case=wanted.case,
        split=wanted.split,
        least=wanted.least,
        most=wanted.most,
        sort="row",
        where=parse_conditions(wanted.where),
    )
    lengths = TokenLengths(tokenization, store) if tokenization else None
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="subset") as executor:
        return SearchableDataset(store, executor).search(request, lengths).find_all(deadline)
