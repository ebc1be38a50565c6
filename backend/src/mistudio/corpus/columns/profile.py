"""Profiles the columns of a dataset in one pass: nulls, distinct and frequent values, range, mean and histogram.

Struct columns are profiled field by field.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Final, cast

import numpy as np
import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.columns.conditions import read_column
from mistudio.corpus.columns.frequent_values import TOP, Frequency, FrequentValues, count_values
from mistudio.corpus.columns.histogram import Histogram
from mistudio.corpus.columns.kinds import find_column
from mistudio.corpus.columns.profile_file import ColumnProfile, HistogramBin, TopValue
from mistudio.corpus.columns.profile_values import (
    Number,
    ProfiledColumn,
    Range,
    count_nulls,
    find_exact_range,
    plan_column,
    show_key,
    show_number,
    to_keys,
    to_measures,
)
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.json_values import to_json_value

MOST_COLUMNS: Final = 500
# So many columns are counted at a time, which bounds the memory.
_COLUMNS_PER_PASS: Final = 64


class _Counter:
    """The figures of one column so far."""

    def __init__(self, planned: ProfiledColumn) -> None:
        self.planned = planned
        self.values = FrequentValues() if planned.has_values else None
        self._histogram = Histogram(is_integer=planned.is_integer) if planned.measure else None
        self._rows = self._nulls = self._measured = 0
        self._sums: list[float | int] = []
        self._least: Number | None = None
        self._most: Number | None = None

    def add(self, array: pa.Array) -> None:
        self._rows += len(array)
        self._nulls += count_nulls(array)
        keys = to_keys(array, self.planned) if self.values else None
        if self.values and keys is not None:
            self.values.add(keys)
        measures = to_measures(array, keys, self.planned)
        if measures is not None:
            self._measure(measures, find_exact_range(array) if self.planned.is_counted_as_text else None)

    def _measure(self, measures: pa.Array, exact_range: Range | None) -> None:
        numbers = measures.drop_null().to_numpy(zero_copy_only=False)
        finite = numbers if numbers.dtype.kind != "f" else numbers[np.isfinite(numbers)]
        comparable = numbers if numbers.dtype.kind != "f" else numbers[~np.isnan(numbers)]
        if len(comparable):
            least, most = exact_range or (comparable.min().item(), comparable.max().item())
            self._least = least if self._least is None else min(self._least, least)
            self._most = most if self._most is None else max(self._most, most)
        if len(finite) and self._histogram:
            self._measured += len(finite)
            self._sums.append(_sum(finite))
            self._histogram.add(finite)

    def make_profile(self, recounted: dict[object, int]) -> ColumnProfile:
        planned = self.planned
        distinct, is_exact = self.values.count_distinct() if self.values else (None, True)
        bins = self._histogram.to_bins() if self._histogram else []
        return ColumnProfile(
            name=planned.column.path,
            type=" | ".join(map(str, planned.column.types)),
            kind=planned.kind,
            rows=self._rows,
            nulls=self._nulls,
            distinct=distinct,
            distinct_is_exact=is_exact,
            measure=planned.measure,
            min=self._show(self._least),
            max=self._show(self._most),
            mean=None if planned.kind == "time" else self._mean(),
            top=tuple(_to_top(each, planned) for each in self._list_top(recounted)),
            histogram=tuple(HistogramBin(self._show_edge(x.start), self._show_edge(x.stop), x.count) for x in bins),
        )

    def _list_top(self, recounted: dict[object, int]) -> Sequence[Frequency]:
        if self.values is None:
            return ()
        top = self.values.list_top()
        if not self.values.lost:
            return top
        certain = [Frequency(value, count) for value, count in recounted.items() if count > self.values.lost]
        return sorted(certain, key=lambda each: (-each.count, str(each.value)))[:TOP]

    def _mean(self) -> float | None:
        try:
            mean = math.fsum(self._sums) / self._measured if self._measured else None
        except OverflowError:
            return None
        return mean if mean is None or math.isfinite(mean) else None

    def _show(self, value: Number | None) -> Json:
        return to_json_value(value) if self.planned.measure == "length" else show_number(value, self.planned)

    def _show_edge(self, value: float | int) -> Json:
        # A class label's bins are of its numbers.
        is_time = self.planned.kind == "time"
        return show_number(value, self.planned) if is_time else show_number(value, _without_labels(self.planned))


def _without_labels(planned: ProfiledColumn) -> ProfiledColumn:
    column = planned.column
    return ProfiledColumn(type(column)(column.path, column.types), planned.kind, planned.type)


def _sum(numbers: np.ndarray[tuple[int], np.dtype[np.generic]]) -> float | int:
    if numbers.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return float(numbers.sum())
    least, most = abs(int(numbers.min())), abs(int(numbers.max()))
    is_safe = max(least, most) * len(numbers) < 2**63
    return int(numbers.sum()) if is_safe else sum(int(each) for each in numbers)


def _to_top(each: Frequency, planned: ProfiledColumn) -> TopValue:
    value, is_cut = show_key(each.value, planned)
    return TopValue(value, each.count, is_cut)


def list_columns(store: DatasetStore) -> list[ProfiledColumn]:
    """Return the columns to profile, at most 500: of a struct its fields, by their paths."""
    found: list[ProfiledColumn] = []
    for column in store.manifest.columns:
        for path in _list_paths(store, column.name):
            if len(found) < MOST_COLUMNS:
                found.append(plan_column(find_column(store, path, field="columns")))
    return found


def _list_paths(store: DatasetStore, name: str) -> Iterator[str]:
    waiting = [(name, find_column(store, name, field="columns").types)]
    while waiting:
        path, types = waiting.pop(0)
        structs = [kind for kind in types if pa.types.is_struct(kind)]
        fields = {field.name: field.type for kind in structs for field in kind}
        if fields:
            waiting = [*((f"{path}.{each}", (kind,)) for each, kind in fields.items()), *waiting]
        else:
            yield path


def compute_profiles(store: DatasetStore, *, monitor: Monitor) -> tuple[ColumnProfile, ...]:
    """Return the profiles of the dataset's columns. Reports rows in the phase ``profiling``; memory is bounded."""
    planned = list_columns(store)
    passes = [list(part) for part in _split_columns(planned, _COLUMNS_PER_PASS)]
    total, done = store.num_rows() * max(1, len(passes)), 0
    profiles: list[ColumnProfile] = []
    monitor.report(0, total, "profiling")
    for part in passes:
        counters = [_Counter(each) for each in part]
        for table, rows in _read_groups(store, counters, monitor):
            for counter in counters:
                counter.add(read_column(table, counter.planned.column.path))
            done += rows
            monitor.report(done, total, "profiling")
        recounted = _recount(store, counters, monitor)
        profiles += [each.make_profile(recounted.get(each.planned.column.path, {})) for each in counters]
    return tuple(profiles)


def _split_columns(planned: Sequence[ProfiledColumn], size: int) -> Iterator[Sequence[ProfiledColumn]]:
    """Yield parts of ``planned`` of at most ``size``."""
    return (planned[start : start + size] for start in range(0, len(planned), size))


def _read_groups(store: DatasetStore, counters: Sequence[_Counter], monitor: Monitor) -> Iterator[tuple[pa.Table, int]]:
    paths = [each.planned.column.path for each in counters]
    for group in store.groups():
        monitor.checkpoint()
        table = store.read(group, columns=paths)
        yield (table if table.num_columns else pa.table({"": pa.nulls(group.rows)})), group.rows


def _recount(store: DatasetStore, counters: Sequence[_Counter], monitor: Monitor) -> dict[str, dict[object, int]]:
    """Count again, exactly, the values that may be the most frequent of columns with too many values to count all."""
    open_counters = [each for each in counters if each.values and each.values.list_candidates()]
    counts: dict[str, dict[object, int]] = {each.planned.column.path: {} for each in open_counters}
    for table, _rows in _read_groups(store, open_counters, monitor) if open_counters else ():
        for counter in open_counters:
            keys = to_keys(read_column(table, counter.planned.column.path), counter.planned)
            candidates = cast("FrequentValues", counter.values).list_candidates()
            known = counts[counter.planned.column.path]
            for value, count in count_values([keys], pa.array(candidates, keys.type)).items():
                known[value] = known.get(value, 0) + count
    return counts
