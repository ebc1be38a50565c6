"""Profiles: every figure equals that of a loop over the rows."""

import json
import math
import random
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.corpora import make_dataset
from mistudio.corpus.columns import frequent_values
from mistudio.corpus.columns.conditions import bind_conditions, parse_conditions
from mistudio.corpus.columns.frequent_values import FrequentValues
from mistudio.corpus.columns.histogram import Histogram
from mistudio.corpus.columns.kinds import ColumnType
from mistudio.corpus.columns.profile import compute_profiles
from mistudio.corpus.columns.profile_file import ColumnProfile, read_profiles, write_profiles
from mistudio.corpus.columns.profile_values import format_time, plan_column
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore

INTEGERS = st.one_of(st.integers(-9, 9), st.integers(-(2**63), 2**63 - 1))
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(st.lists(st.lists(INTEGERS, max_size=20), max_size=4))
def test_histograms_of_integers_count_every_value_once(parts: list[list[int]]) -> None:
    """Each bin has exactly the values from its start to its stop."""
    histogram = Histogram(is_integer=True)
    for part in parts:
        histogram.add(np.array(part, dtype=np.int64))
    values, bins = [value for part in parts for value in part], histogram.to_bins()
    assert [sum(each.start <= value < each.stop for value in values) for each in bins] == [each.count for each in bins]
    assert sum(each.count for each in bins) == len(values)
    assert len(bins) <= 30


@settings(deadline=None)
@given(st.lists(st.lists(FINITE, max_size=20), max_size=4))
def test_histograms_of_floats_count_every_value_once(parts: list[list[float]]) -> None:
    """So do those of floats of any size, except that the very greatest float ends the last bin."""
    histogram = Histogram(is_integer=False)
    for part in parts:
        histogram.add(np.array(part, dtype=np.float64))
    values, bins = [value for part in parts for value in part], histogram.to_bins()
    greatest = float(np.finfo(np.float64).max)
    counts = [
        sum(each.start <= value < each.stop or value == each.stop == greatest for value in values) for each in bins
    ]
    assert counts == [each.count for each in bins]
    assert sum(each.count for each in bins) == len(values)


@settings(deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=50), max_size=4))
def test_frequent_values_of_few_are_exact(parts: list[list[int | None]]) -> None:
    """Distinct values and their counts are those of a Counter."""
    values = FrequentValues()
    for part in parts:
        values.add(pa.array(part, pa.int64()))
    counter = Counter(value for part in parts for value in part if value is not None)
    assert values.count_distinct() == (len(counter), True)
    expected = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:20]
    assert [(each.value, each.count) for each in values.list_top()] == expected


def test_many_distinct_values_are_estimated() -> None:
    """Beyond 131,072 the number is an estimate, and says so; frequent values are among the candidates."""
    values = FrequentValues()
    for start in range(0, 400_000, 40_000):
        numbers = [*range(start, start + 40_000), *[7] * 4_000, *[11] * 3_000]
        values.add(pa.array([f"value {number}" for number in numbers]))
    distinct, is_exact = values.count_distinct()
    assert not is_exact
    assert distinct == pytest.approx(400_000, rel=0.02)
    assert values.lost > 0
    assert {"value 7", "value 11"} <= set(values.list_candidates())


def test_profiles_equal_a_loop(tmp_path: Path) -> None:
    """Every kind of column, over several files, one of which has a column less."""
    chance = random.Random(1)

    def make_row(number: int) -> dict[str, object]:
        return {
            "text": chance.choice(["", "a cat", "日本", "x" * 300 + str(number % 2), None]),
            "stars": chance.choice([1, 2, 2, 5, None]),
            "score": chance.choice([0.5, -1.25, 3.0, None]),
            "ok": chance.choice([True, False, None]),
            "tags": chance.choice([[], ["a"], ["a", "b"], None]),
            "meta": {"lang": chance.choice(["en", "de"]), "n": number},
        }

    rows = [make_row(number) for number in range(2_500)]
    late = {**rows[0], "late": "only here"}
    make_dataset(tmp_path / "ds", {"train": [rows[:1_500], rows[1_500:]], "test": [[late]]})
    store = DatasetStore(tmp_path / "ds")
    rows.append(late)
    profiles = {each.name: each for each in compute_profiles(store, monitor=NullMonitor())}
    assert list(profiles) == ["text", "stars", "score", "ok", "tags", "meta.lang", "meta.n", "late"]
    assert [each.kind for each in profiles.values()] == [
        *("text", "number", "number", "boolean", "list", "text", "number", "text")
    ]
    for name, measure in (("text", len), ("stars", float), ("score", float), ("tags", len)):
        found, values = profiles[name], [row[name] for row in rows if row[name] is not None]
        measured = [measure(value) for value in values]  # type: ignore[arg-type]
        assert (found.rows, found.nulls) == (2_501, 2_501 - len(values))
        assert (found.min, found.max) == (min(measured), max(measured))
        assert found.mean == pytest.approx(sum(measured) / len(measured))
        assert sum(each.count for each in found.histogram) == len(values)
    assert (profiles["late"].nulls, profiles["late"].distinct) == (2_500, 1)
    assert profiles["meta.n"].distinct == 2_500
    for name in ("stars", "score", "ok"):
        counter = Counter(row[name] for row in rows if row[name] is not None)
        assert {each.value: each.count for each in profiles[name].top} == dict(counter)
    cut = [each for each in profiles["text"].top if each.is_cut]
    assert [len(str(each.value)) for each in cut] == [200, 200]
    check_filters(store, profiles["stars"])
    check_filters(store, profiles["score"])


DECIMALS = st.decimals(-(10**20), 10**20, places=3)


@settings(deadline=None)
@given(
    st.one_of(
        st.tuples(st.just([pa.uint64()]), st.lists(st.integers(2**64 - 5, 2**64 - 1), min_size=1)),
        st.tuples(st.just([pa.decimal128(38, 3)]), st.lists(DECIMALS, min_size=1)),
        st.tuples(st.just([pa.decimal128(38, 3), pa.decimal128(38, 5)]), st.lists(DECIMALS, min_size=1)),
        st.tuples(st.just([pa.int64(), pa.uint64()]), st.lists(st.integers(2**63 - 5, 2**63 - 1), min_size=1)),
        st.tuples(st.just([pa.int64(), pa.float64()]), st.lists(st.integers(-(2**53), 2**53), min_size=1)),
    )
)
def test_numbers_that_floats_do_not_hold_are_exact(case: tuple[list[pa.DataType], list[Decimal | int]]) -> None:
    """Unsigned integers of 64 bits, decimals and mixtures: no value is rounded, and none becomes another's equal."""
    types, values = case
    with TemporaryDirectory() as folder:
        files = [pa.table({"text": ["a"] * len(values), "n": pa.array(values, kind)}) for kind in types]
        make_dataset(Path(folder) / "ds", {"train": files})
        store = DatasetStore(Path(folder) / "ds")
        (found,) = [each for each in compute_profiles(store, monitor=NullMonitor()) if each.name == "n"]
        assert (found.distinct, found.distinct_is_exact) == (len(set(values)), True)
        assert (Decimal(str(found.min)), Decimal(str(found.max))) == (min(values), max(values))
        counts = Counter(values)
        expected = {Decimal(value): counts[value] * len(types) for value in counts}
        assert len(expected) > 20 or {Decimal(str(each.value)): each.count for each in found.top} == expected
        assert sum(each.count for each in found.histogram) == len(values) * len(types)
        check_filters(store, found)


def check_filters(store: DatasetStore, profile: ColumnProfile) -> None:
    """A click on a bar or a value finds as many rows as it says."""

    def count(*conditions: list[object]) -> int:
        predicate = bind_conditions(parse_conditions([json.dumps(each) for each in conditions]), store)
        return sum(int(predicate.match(store.read(group)).sum()) for group in store.groups())

    for top in profile.top:
        assert count([profile.name, "=", top.value]) == top.count
    for each in profile.histogram:
        assert count([profile.name, ">=", each.start], [profile.name, "<", each.stop]) == each.count


def test_a_second_pass_counts_frequent_values_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not all values fit, those that are shown are counted again."""
    rows = [{"text": f"text {number}", "key": 3 if number % 2 else number} for number in range(60_000)]
    make_dataset(tmp_path / "ds", {"train": [rows]})
    (key,) = [
        each for each in compute_profiles(DatasetStore(tmp_path / "ds"), monitor=NullMonitor()) if each.name == "key"
    ]
    assert [(each.value, each.count) for each in key.top] == [(3, 30_000)]
    assert (key.distinct, key.distinct_is_exact) == (30_001, True)
    assert frequent_values.TOP == 20


def test_stored_profiles_are_of_the_present_data(tmp_path: Path) -> None:
    """They are read again, unless the data is other, the file is damaged or newer."""
    make_dataset(tmp_path / "ds", {"train": [[{"text": "a", "when": 1.5}]]})
    profiles = compute_profiles(DatasetStore(tmp_path / "ds"), monitor=NullMonitor())
    assert read_profiles(tmp_path / "ds") is None
    write_profiles(tmp_path / "ds", profiles)
    assert read_profiles(tmp_path / "ds") == profiles
    path = tmp_path / "ds" / "columns" / "profile.json"
    path.write_bytes(path.read_bytes().replace(b'"format_version": 1', b'"format_version": 99'))
    assert read_profiles(tmp_path / "ds") is None
    path.write_bytes(b"{")
    assert read_profiles(tmp_path / "ds") is None


@settings(deadline=None)
@given(st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)), st.sampled_from(["us", "ns"]))
def test_times_are_written_exactly(moment: datetime, unit: str) -> None:
    """ISO 8601, as a condition reads it."""
    value = pa.array([moment], pa.timestamp(unit)).view(pa.int64())[0].as_py()
    assert datetime.fromisoformat(str(format_time(value, pa.timestamp(unit)))) == moment
    assert plan_column(ColumnType("c", (pa.timestamp(unit),))).measure == "value"
    assert not math.isnan(value)
