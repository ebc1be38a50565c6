"""Scans the data for hits: row group by row group, in order, on several threads, as far as a caller needs.

Most of the time goes into decompression, and RE2 matches a whole row group without the GIL. RE2 matches patterns here
and for highlights, so both agree.
"""

from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import re2

from mistudio.corpus.arrays import Counts, Ids
from mistudio.corpus.search.folding import fold_array
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.query import Pattern, WordsQuery
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.lengths import UNKNOWN, TokenLengths

_WINDOW_ROWS: Final = 1 << 16
# A row group is read in less than a millisecond. One task for each would cost a tenth of that.
_GROUPS_PER_TASK: Final = 4

Mask = npt.NDArray[np.bool_]


class Matcher(Protocol):
    """Decides which texts match a search."""

    def match(self, texts: pa.Array) -> Mask:
        """Return whether each text matches; null counts as the empty text."""
        ...


@dataclass(frozen=True)
class PatternMatcher:
    """Matches texts in which the pattern is found."""

    pattern: Pattern

    def match(self, texts: pa.Array) -> Mask:
        """Return whether each text has the pattern."""
        pattern = self.pattern
        texts = texts.fill_null("")
        if pattern.is_literal or not pattern.needs:
            return _match_regex(texts, pattern.regex, ignore_case=pattern.ignore_case)
        # RE2 finds literals several times faster than patterns, and most texts have none of them.
        literals = "|".join(map(re2.escape, pattern.needs[0]))
        mask = _match_regex(texts, literals, ignore_case=pattern.may_ignore_case)
        candidates = texts.filter(pa.array(mask))
        mask[mask] = _match_regex(candidates, pattern.regex, ignore_case=pattern.ignore_case)
        return mask


@dataclass(frozen=True)
class WordsMatcher:
    """Matches texts that have all required terms and no excluded one."""

    query: WordsQuery

    def match(self, texts: pa.Array) -> Mask:
        """Return whether each text has the words."""
        forms = fold_array(texts)
        mask: Mask = np.ones(len(texts), dtype=np.bool_)
        for term in self.query.required:
            mask &= _match_regex(forms, term.to_regex())
        for term in self.query.excluded:
            mask &= ~_match_regex(forms, term.to_regex())
        return mask


def _match_regex(texts: pa.Array, regex: str, *, ignore_case: bool = False) -> Mask:
    matched = pc.match_substring_regex(texts, regex, ignore_case=ignore_case)
    return np.array(matched.to_numpy(zero_copy_only=False), dtype=np.bool_)


@dataclass(frozen=True)
class LengthRange:
    """Selects rows by their number of tokens, both ends included; rows that are not tokenized are outside."""

    lengths: TokenLengths
    least: int | None
    most: int | None

    def match(self, start: int, stop: int) -> Mask:
        """Return whether each of the rows ``start`` to ``stop``, excluded, is within the range."""
        return self._contains(self.lengths.between(start, stop))

    def select(self, ids: Ids) -> Ids:
        """Return those of ``ids`` whose rows are within the range, in their order."""
        return ids[self._contains(self.lengths.at(ids))]

    def _contains(self, counts: Counts) -> Mask:
        mask: Mask = counts != UNKNOWN
        if self.least is not None:
            mask &= counts >= self.least
        if self.most is not None:
            mask &= counts <= self.most
        return mask


class RowGroups:
    """The row groups of a dataset in order, found by the ids of their rows."""

    def __init__(self, store: DatasetStore) -> None:
        self.store = store
        self.all = list(store.groups())
        self.starts = [store.ids(group.split)[0] + group.first_row for group in self.all]

    def numbers_between(self, start: int, stop: int) -> range:
        """Return the numbers of the groups with rows from ``start`` to ``stop``, excluded."""
        return range(max(0, bisect_right(self.starts, start) - 1), bisect_right(self.starts, stop - 1))

    def texts(self, number: int) -> pa.Array:
        """Return the texts of a group."""
        return self.store.texts(self.all[number])

    def select(self, ids: Ids, matcher: Matcher) -> Ids:
        """Return those of ``ids``, which ascend, whose texts match; each group is read once."""
        selected = []
        for number in self.numbers_between(int(ids[0]), int(ids[-1]) + 1) if len(ids) else ():
            first = self.starts[number]
            rows = ids[np.searchsorted(ids, first) : np.searchsorted(ids, first + self.all[number].rows)]
            if len(rows):
                selected.append(rows[matcher.match(self.texts(number).take(pa.array(rows - first)))])
        return np.concatenate(selected) if selected else ids[:0]


class ScanSource:
    """Hits found by a scan; its windows are the row groups from ``start`` to ``stop``, where splits begin or end."""

    def __init__(
        self,
        groups: RowGroups,
        matcher: Matcher,
        *,
        start: int,
        stop: int,
        lengths: LengthRange | None,
        executor: Executor,
    ) -> None:
        self._groups = groups
        self._matcher = matcher
        self._numbers = groups.numbers_between(start, stop) if start < stop else range(0)
        self._lengths = lengths
        self._executor = executor

    @property
    def windows(self) -> int:
        """The number of row groups."""
        return len(self._numbers)

    def counts(self) -> None:
        """Return None: only ``find`` can tell."""
        return

    def find(self, windows: Sequence[int], deadline: Deadline) -> list[Ids]:
        """Return the hits of each of these row groups."""

        def scan_groups(some: Sequence[int]) -> list[Ids]:
            hits = []
            for window in some:
                deadline.check()
                hits.append(self._scan_group(self._numbers[window]))
            return hits

        tasks = [windows[start : start + _GROUPS_PER_TASK] for start in range(0, len(windows), _GROUPS_PER_TASK)]
        return [ids for hits in self._executor.map(scan_groups, tasks) for ids in hits]

    def _scan_group(self, number: int) -> Ids:
        start, group = self._groups.starts[number], self._groups.all[number]
        in_range = self._lengths.match(start, start + group.rows) if self._lengths else None
        if in_range is not None and not in_range.any():
            return np.empty(0, dtype=np.int64)
        matched = self._matcher.match(self._groups.texts(number))
        return np.flatnonzero(matched if in_range is None else matched & in_range) + start


class LengthSource:
    """All rows whose number of tokens is within a range; its windows are ranges of row ids."""

    def __init__(self, lengths: LengthRange, start: int, stop: int) -> None:
        self._lengths = lengths
        self._starts = range(start, stop, _WINDOW_ROWS)
        self._stop = stop

    @property
    def windows(self) -> int:
        """The number of windows."""
        return len(self._starts)

    def counts(self) -> None:
        """Return None: ``find`` is fast enough to count."""
        return

    def find(self, windows: Sequence[int], deadline: Deadline) -> list[Ids]:
        """Return the rows of each of these windows."""
        rows = []
        for window in windows:
            deadline.check()
            start = self._starts[window]
            rows.append(np.flatnonzero(self._lengths.match(start, min(start + _WINDOW_ROWS, self._stop))) + start)
        return rows
