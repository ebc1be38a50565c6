"""Restricts hits to rows with some number of tokens, or whose columns meet conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from mistudio.corpus.arrays import Counts, Ids
from mistudio.corpus.columns.compare import Mask
from mistudio.corpus.columns.conditions import Predicate
from mistudio.corpus.search.row_groups import RowGroups
from mistudio.corpus.tokenized.lengths import UNKNOWN, TokenLengths


class RowFilter(Protocol):
    """Decides which rows may be hits."""

    def match(self, start: int, stop: int) -> Mask:
        """Return whether each of the rows ``start`` to ``stop``, excluded, may be a hit."""
        ...

    def select(self, ids: Ids) -> Ids:
        """Return those of ``ids`` that may be hits, in their order."""
        ...


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


@dataclass(frozen=True)
class ColumnFilter:
    """Selects rows whose columns meet conditions; only these columns are read, row group by row group."""

    groups: RowGroups
    predicate: Predicate

    def match(self, start: int, stop: int) -> Mask:
        """Return whether each of the rows ``start`` to ``stop``, excluded, meets the conditions."""
        mask: Mask = np.zeros(stop - start, dtype=np.bool_)
        for number in self.groups.numbers_between(start, stop) if start < stop else ():
            found = self._match_group(number)
            first = self.groups.starts[number]
            skipped, ahead = max(0, start - first), max(0, first - start)
            part = found[skipped : stop - first]
            mask[ahead : ahead + len(part)] = part
        return mask

    def select(self, ids: Ids) -> Ids:
        """Return those of ``ids`` whose rows meet the conditions, in their order; each group is read once."""
        ordered = np.unique(ids)
        kept = [rows[self._match_group(number)[rows - first]] for number, first, rows in self.groups.split_ids(ordered)]
        return ids[np.isin(ids, np.concatenate(kept))] if kept else ids[:0]

    def match_run(self, run: range) -> Mask:
        """Return whether each row of a run of groups meets the conditions."""
        columns = [condition.column for condition in self.predicate.conditions]
        table = self.groups.read(run, columns)
        rows = self.groups.stop(run) - self.groups.starts[run.start]
        return self.predicate.match(table if table.num_columns else pa.table({"": pa.nulls(rows)}))

    def _match_group(self, number: int) -> Mask:
        return self.match_run(range(number, number + 1))


@dataclass(frozen=True)
class AllFilters:
    """Selects rows that pass every filter; later ones see only what is left."""

    filters: Sequence[RowFilter]

    def match(self, start: int, stop: int) -> Mask:
        """Return whether each of the rows ``start`` to ``stop``, excluded, passes."""
        mask: Mask = np.ones(stop - start, dtype=np.bool_)
        for each in self.filters:
            if mask.any():
                mask &= each.match(start, stop)
        return mask

    def select(self, ids: Ids) -> Ids:
        """Return those of ``ids`` that pass, in their order."""
        for each in self.filters:
            ids = each.select(ids)
        return ids


def join_filters(filters: Sequence[RowFilter]) -> RowFilter | None:
    """Return one filter for all; None if there are none."""
    return None if not filters else filters[0] if len(filters) == 1 else AllFilters(filters)
