"""Reading the data itself for hits: row group by row group, in order, on several threads, as far as anybody wants.

Decompressing is most of the work, and matching by RE2 over a whole row group runs without the GIL. What a pattern means
is what RE2 means by it, here as in the marks.
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
from mistudio.corpus.search.folding import folded
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.query import Pattern, WordsQuery
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.lengths import UNKNOWN, TokenLengths

_STRETCH: Final = 1 << 16
# A row group is read in less than a millisecond: handing over every single one would cost a tenth of that.
_AT_ONCE: Final = 4

Mask = npt.NDArray[np.bool_]


class Matcher(Protocol):
    """Tells which texts are hits."""

    def matches(self, texts: pa.Array) -> Mask:
        """Whether each text is one; null is a text without any character."""
        ...


@dataclass(frozen=True)
class PatternMatcher:
    """Texts in which the pattern is found."""

    pattern: Pattern

    def matches(self, texts: pa.Array) -> Mask:
        """Whether each text has it."""
        pattern = self.pattern
        texts = texts.fill_null("")
        if pattern.is_literal or not pattern.needs:
            return _matches(texts, pattern.regex, ignore_case=pattern.ignore_case)
        # RE2 finds literals several times as fast as patterns, and most texts have none of them.
        needed = "|".join(map(re2.escape, pattern.needs[0]))
        mask = _matches(texts, needed, ignore_case=pattern.may_ignore_case)
        some = texts.filter(pa.array(mask))
        mask[mask] = _matches(some, pattern.regex, ignore_case=pattern.ignore_case)
        return mask


@dataclass(frozen=True)
class WordsMatcher:
    """Texts that have all that is required and nothing that is excluded."""

    query: WordsQuery

    def matches(self, texts: pa.Array) -> Mask:
        """Whether each text does."""
        forms = folded(texts)
        mask: Mask = np.ones(len(texts), dtype=np.bool_)
        for term in self.query.required:
            mask &= _matches(forms, term.to_regex())
        for term in self.query.excluded:
            mask &= ~_matches(forms, term.to_regex())
        return mask


def _matches(texts: pa.Array, regex: str, *, ignore_case: bool = False) -> Mask:
    found = pc.match_substring_regex(texts, regex, ignore_case=ignore_case)
    return np.array(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


@dataclass(frozen=True)
class LengthRange:
    """Rows of a tokenization with so many tokens, ends included; rows that it lacks are outside."""

    lengths: TokenLengths
    least: int | None
    most: int | None

    def mask(self, start: int, stop: int) -> Mask:
        """Whether each of the rows with these ids, the last excluded, is within the range."""
        return self._within(self.lengths.between(start, stop))

    def check(self, ids: Ids) -> Ids:
        """Those of these ids whose rows are within, in their order."""
        return ids[self._within(self.lengths.at(ids))]

    def _within(self, counts: Counts) -> Mask:
        mask: Mask = counts != UNKNOWN
        if self.least is not None:
            mask &= counts >= self.least
        if self.most is not None:
            mask &= counts <= self.most
        return mask


class Groups:
    """All row groups of a store in order, found by the ids of their rows."""

    def __init__(self, store: DatasetStore) -> None:
        self.store = store
        self.all = list(store.groups())
        self.starts = [store.ids(group.split)[0] + group.first_row for group in self.all]

    def between(self, start: int, stop: int) -> range:
        """The numbers of the groups that have rows with these ids."""
        return range(max(0, bisect_right(self.starts, start) - 1), bisect_right(self.starts, stop - 1))

    def texts(self, number: int) -> pa.Array:
        """The texts of a group."""
        return self.store.texts(self.all[number])

    def check(self, ids: Ids, matcher: Matcher) -> Ids:
        """Those of these ids, ascending, whose texts match; each group is read once."""
        kept = []
        for number in self.between(int(ids[0]), int(ids[-1]) + 1) if len(ids) else ():
            first = self.starts[number]
            rows = ids[np.searchsorted(ids, first) : np.searchsorted(ids, first + self.all[number].rows)]
            if len(rows):
                kept.append(rows[matcher.matches(self.texts(number).take(pa.array(rows - first)))])
        return np.concatenate(kept) if kept else ids[:0]


class ScanSource:
    """Hits found by reading; the windows are the row groups from ``start`` to ``stop``, the ends of splits."""

    def __init__(
        self,
        groups: Groups,
        matcher: Matcher,
        *,
        start: int,
        stop: int,
        lengths: LengthRange | None,
        executor: Executor,
    ) -> None:
        self._groups = groups
        self._matcher = matcher
        self._numbers = groups.between(start, stop) if start < stop else range(0)
        self._lengths = lengths
        self._executor = executor

    @property
    def windows(self) -> int:
        """How many row groups there are."""
        return len(self._numbers)

    def counts(self) -> None:
        """Only reading can tell."""
        return

    def find(self, windows: Sequence[int], limit: Deadline) -> list[Ids]:
        """The hits of each of these row groups."""

        def hits(some: Sequence[int]) -> list[Ids]:
            found = []
            for window in some:
                limit.check()
                found.append(self._hits(self._numbers[window]))
            return found

        parts = [windows[start : start + _AT_ONCE] for start in range(0, len(windows), _AT_ONCE)]
        return [ids for found in self._executor.map(hits, parts) for ids in found]

    def _hits(self, number: int) -> Ids:
        start, group = self._groups.starts[number], self._groups.all[number]
        mask = self._lengths.mask(start, start + group.rows) if self._lengths else None
        if mask is not None and not mask.any():
            return np.empty(0, dtype=np.int64)
        found = self._matcher.matches(self._groups.texts(number))
        return np.flatnonzero(found if mask is None else found & mask) + start


class LengthSource:
    """All rows whose length is within a range; the windows are stretches of rows."""

    def __init__(self, lengths: LengthRange, start: int, stop: int) -> None:
        self._lengths = lengths
        self._starts = range(start, stop, _STRETCH)
        self._stop = stop

    @property
    def windows(self) -> int:
        """How many stretches there are."""
        return len(self._starts)

    def counts(self) -> None:
        """Counted as it is asked for: it is fast enough."""
        return

    def find(self, windows: Sequence[int], limit: Deadline) -> list[Ids]:
        """The rows of each of these stretches."""
        found = []
        for window in windows:
            limit.check()
            start = self._starts[window]
            found.append(np.flatnonzero(self._lengths.mask(start, min(start + _STRETCH, self._stop))) + start)
        return found
