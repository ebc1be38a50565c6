"""Scans the data for hits: row group by row group, in order, on several threads, as far as a caller needs.

Most of the time goes into decompression, and RE2 matches a whole row group without the GIL. RE2 matches patterns here
and for highlights, so both agree.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import re2

from mistudio.corpus.arrays import Ids
from mistudio.corpus.columns.compare import Mask
from mistudio.corpus.search.folding import fold_array
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.query import Pattern, WordsQuery
from mistudio.corpus.search.row_filters import ColumnFilter, LengthRange, RowFilter
from mistudio.corpus.search.row_groups import RowGroups

_WINDOW_ROWS: Final = 1 << 16
# A row group is read in less than a millisecond. One task for each would cost a tenth of that.
_GROUPS_PER_TASK: Final = 4


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


def select_matches(groups: RowGroups, ids: Ids, matcher: Matcher) -> Ids:
    """Return those of ``ids``, which ascend, whose texts match; each group is read once."""
    selected = [
        rows[matcher.match(groups.texts(number).take(pa.array(rows - first)))]
        for number, first, rows in groups.split_ids(ids)
    ]
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
        row_filter: RowFilter | None,
        executor: Executor,
    ) -> None:
        self._groups = groups
        self._matcher = matcher
        self._numbers = groups.numbers_between(start, stop) if start < stop else range(0)
        self._filter = row_filter
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
        mask = self._filter.match(start, start + group.rows) if self._filter else np.ones(group.rows, dtype=np.bool_)
        if mask.any():
            mask &= self._matcher.match(self._groups.texts(number))
        return np.flatnonzero(mask) + start


class RangeSource:
    """All rows, or those whose number of tokens is within a range; its windows are ranges of row ids."""

    def __init__(self, lengths: LengthRange | None, start: int, stop: int) -> None:
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
            stop = min(start + _WINDOW_ROWS, self._stop)
            rows.append(
                np.flatnonzero(self._lengths.match(start, stop)) + start
                if self._lengths
                else np.arange(start, stop, dtype=np.int64)
            )
        return rows


class FilterSource:
    """All rows whose columns meet conditions, and whose number of tokens is within a range; windows are runs."""

    def __init__(
        self, columns: ColumnFilter, lengths: LengthRange | None, *, start: int, stop: int, executor: Executor
    ) -> None:
        self._columns = columns
        self._lengths = lengths
        self._executor = executor
        groups = columns.groups
        self._runs = list(groups.list_runs(groups.numbers_between(start, stop) if start < stop else range(0)))

    @property
    def windows(self) -> int:
        """The number of runs of row groups."""
        return len(self._runs)

    def counts(self) -> None:
        """Return None: only ``find`` can tell."""
        return

    def find(self, windows: Sequence[int], deadline: Deadline) -> list[Ids]:
        """Return the rows of each of these windows."""

        def find_rows(window: int) -> Ids:
            deadline.check()
            run = self._runs[window]
            start = self._columns.groups.starts[run.start]
            mask = self._columns.match_run(run)
            if self._lengths is not None:
                mask &= self._lengths.match(start, self._columns.groups.stop(run))
            return np.flatnonzero(mask) + start

        return list(self._executor.map(find_rows, windows))


class EmptySource:
    """No hits."""

    windows = 0

    def counts(self) -> list[int]:
        """Return no counts."""
        return []

    def find(self, _windows: object, _deadline: Deadline) -> list[Ids]:
        """Return no hits."""
        return []
