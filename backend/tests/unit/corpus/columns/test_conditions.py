"""Conditions: every operator on every kind of column finds what a loop over Python's values finds."""

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.corpora import make_dataset
from mistudio.core.errors import UnknownColumn, ValidationFailed
from mistudio.corpus.columns.conditions import Predicate, bind_conditions, parse_conditions
from mistudio.corpus.columns.kinds import ColumnType
from mistudio.corpus.store.dataset_store import DatasetStore

ORDERED: dict[str, Callable[[object, object], bool]] = {
    "=": lambda one, other: one == other,
    "<": lambda one, other: one < other,  # type: ignore[operator]
    "<=": lambda one, other: one <= other,  # type: ignore[operator]
    ">": lambda one, other: one > other,  # type: ignore[operator]
    ">=": lambda one, other: one >= other,  # type: ignore[operator]
}
BIG = 2**53
INTEGERS = st.one_of(st.integers(-5, 5), st.integers(BIG - 3, BIG + 3), st.integers(-(2**63), 2**63 - 1))
FLOATS = st.one_of(st.sampled_from([0.0, -0.0, 0.5, 1.0, float(BIG), math.nan, math.inf, -math.inf]), st.floats())
TEXTS = st.one_of(st.sampled_from(["", "a", "ab", "é", "日本", "\x00", "A.b", "😀"]), st.text(max_size=5))
TIMES = st.datetimes(datetime(1960, 1, 1), datetime(2040, 1, 1))


def ask(array: pa.Array, operator: str, value: object) -> list[bool]:
    """Match one condition against a column."""
    (condition,) = parse_conditions([json.dumps(["c", operator, value])])
    column = ColumnType("c", (array.type,))
    return [bool(each) for each in Predicate((condition,), (column,)).match(pa.record_batch({"c": array}))]


def loop(values: list[object], operator: str, value: object) -> list[bool]:
    """Answer the same in plain Python; NaN equals NaN."""

    def equals(one: object, other: object) -> bool:
        if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
            return True
        return one == other

    def holds(one: object) -> bool:
        if one is None:
            return operator == "is_null"
        match operator:
            case "is_null" | "not_null":
                return operator == "not_null"
            case "=" | "!=":
                return equals(one, value) == (operator == "=")
            case "in":
                return any(equals(one, each) for each in value)  # type: ignore[attr-defined]
            case "contains":
                return value in one  # type: ignore[operator]
            case _:
                return ORDERED[operator](one, value)

    return [holds(one) for one in values]


def with_nulls(values: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    """Lists with some nulls."""
    return st.lists(st.one_of(st.none(), values), max_size=20)


PLAIN = ["=", "!=", "<", "<=", ">", ">="]


@settings(deadline=None)
@given(with_nulls(INTEGERS), st.sampled_from(PLAIN), st.one_of(INTEGERS, st.integers(), FLOATS.filter(math.isfinite)))
def test_integers_compare_exactly(values: list[object], operator: str, value: float) -> None:
    """Integers over 2^53 are compared with integers and floats without rounding."""
    assert ask(pa.array(values, pa.int64()), operator, value) == loop(values, operator, value)


@settings(deadline=None)
@given(with_nulls(FLOATS), st.sampled_from(PLAIN), st.one_of(INTEGERS, st.integers(), FLOATS.filter(math.isfinite)))
def test_floats_compare_exactly(values: list[object], operator: str, value: float) -> None:
    """Floats, NaN and infinities among them, are compared as Python does."""
    assert ask(pa.array(values, pa.float64()), operator, value) == loop(values, operator, value)


@pytest.mark.parametrize("name", ["nan", "inf", "-inf"])
@settings(deadline=None)
@given(with_nulls(FLOATS))
def test_names_of_floats_that_json_lacks(name: str, values: list[object]) -> None:
    """NaN and infinities are written as samples show them."""
    for operator in ("=", "!="):
        assert ask(pa.array(values, pa.float64()), operator, name) == loop(values, operator, float(name))


@settings(deadline=None)
@given(
    with_nulls(TEXTS), st.sampled_from([*PLAIN, "contains"]), TEXTS, st.sampled_from([pa.string(), pa.large_string()])
)
def test_texts(values: list[object], operator: str, value: str, kind: pa.DataType) -> None:
    """Texts are ordered by code points, and contain literally."""
    assert ask(pa.array(values, kind), operator, value) == loop(values, operator, value)


@settings(deadline=None)
@given(with_nulls(TEXTS), st.lists(TEXTS, min_size=1, max_size=5))
def test_texts_in_a_list_of_values(values: list[object], wanted: list[str]) -> None:
    """A text is in the list, dictionary-encoded or not."""
    array = pa.array(values, pa.string())
    assert ask(array, "in", wanted) == loop(values, "in", wanted)
    assert ask(array.dictionary_encode(), "in", wanted) == loop(values, "in", wanted)


@settings(deadline=None)
@given(with_nulls(INTEGERS), st.lists(st.one_of(INTEGERS, FLOATS.filter(math.isfinite)), min_size=1, max_size=5))
def test_numbers_in_a_list_of_values(values: list[object], wanted: list[float]) -> None:
    """A number equals one of the list."""
    assert ask(pa.array(values, pa.int64()), "in", wanted) == loop(values, "in", wanted)


@settings(deadline=None)
@given(with_nulls(st.booleans()), st.sampled_from(["=", "!=", "is_null", "not_null"]), st.booleans())
def test_booleans(values: list[object], operator: str, value: bool) -> None:
    """True and false are no numbers."""
    wanted = None if operator.endswith("null") else value
    assert ask(pa.array(values, pa.bool_()), operator, wanted) == loop(values, operator, value)


@settings(deadline=None)
@given(with_nulls(TIMES), st.sampled_from(PLAIN), TIMES, st.sampled_from(["us", "ns"]))
def test_timestamps(values: list[object], operator: str, value: datetime, unit: str) -> None:
    """Timestamps of every unit are compared exactly; a text without an offset is UTC."""
    expected = loop(values, operator, value)
    assert ask(pa.array(values, pa.timestamp(unit)), operator, value.isoformat()) == expected
    aware = pa.array(values, pa.timestamp(unit)).cast(pa.timestamp(unit, tz="UTC"))
    assert ask(aware, operator, value.replace(tzinfo=UTC).isoformat()) == expected


@settings(deadline=None)
@given(with_nulls(st.dates(date(1960, 1, 1), date(2040, 1, 1))), st.sampled_from(PLAIN), st.dates(date(1990, 1, 1)))
def test_dates(values: list[object], operator: str, value: date) -> None:
    """Dates are compared by day."""
    assert ask(pa.array(values, pa.date32()), operator, value.isoformat()) == loop(values, operator, value)


@settings(deadline=None)
@given(with_nulls(st.lists(st.one_of(st.none(), st.integers(-3, 3)), max_size=4)), st.integers(-3, 3))
def test_lists_contain(values: list[object], value: int) -> None:
    """A list contains an item that is equal."""
    assert ask(pa.array(values, pa.list_(pa.int64())), "contains", value) == loop(values, "contains", value)


@settings(deadline=None)
@given(with_nulls(st.decimals(-99, 99, places=2)), st.sampled_from(PLAIN), st.sampled_from([0, 1, -3, 0.1, 0.25]))
def test_decimals(values: list[object], operator: str, value: float) -> None:
    """Decimals are compared with the decimal that was written."""
    expected = loop(values, operator, Decimal(repr(value)))
    assert ask(pa.array(values, pa.decimal128(10, 2)), operator, value) == expected


@settings(deadline=None)
@given(with_nulls(st.one_of(st.integers(-3, 3), st.text(max_size=2), st.booleans())), st.integers(-3, 3))
def test_json_values_of_other_types_are_unequal(values: list[object], value: int) -> None:
    """In a JSON column a number equals numbers only, and a JSON null is null."""
    texts = [json.dumps(each) for each in values]
    array = pa.ExtensionArray.from_storage(pa.json_(), pa.array(texts, pa.string()))
    equal = [not isinstance(each, bool) and isinstance(each, int) and each == value for each in values]
    assert ask(array, "=", value) == equal
    assert ask(array, "!=", value) == [each is not None and not same for each, same in zip(values, equal, strict=True)]
    assert ask(array, "is_null", None) == [each is None for each in values]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DatasetStore:
    """A dataset with structs, lists and a column that only some files have."""
    folder = tmp_path_factory.mktemp("columns")
    row = {"text": "a", "stars": 5, "ok": True, "meta": {"lang": "en", "n": {"x": 1}}, "tags": ["a"], "day": "x"}
    make_dataset(folder, {"train": [[row, {**row, "stars": None}], [{**row, "late": 2.5}]]})
    return DatasetStore(folder)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("stars", "not a condition"),
        ('["stars"]', "not a condition"),
        ('["stars", "=", NaN]', "not a condition"),
        ('["text", "=", "\\ud800"]', "not a condition"),
        ('{"stars": 1}', "not a condition"),
        ("[" * 100_000, "not a condition"),
        ('["stars", "~", 1]', "no operator “~”"),
        ('["stars", "="]', "the value is missing"),
        ('["stars", "in", []]', "a list of 1 to 1,000"),
        ('["stars", "in", 3]', "a list of 1 to 1,000"),
        ('["stars", "is_null", 3]', "takes no value"),
        ('["stars", "=", "five"]', 'holds numbers (int64): give a number, not "five"'),
        ('["stars", "=", true]', "give a number, not true"),
        ('["stars", "<", "nan"]', 'give a number, not "nan"'),
        ('["stars", "in", [1, "x"]]', 'not "x"'),
        ('["text", "=", 5]', "give a text in quotes, not 5"),
        ('["ok", "=", 1]', "give true or false, not 1"),
        ('["ok", "<", true]', "< does not apply"),
        ('["stars", "contains", 1]', "contains does not apply"),
        ('["meta", "=", "en"]', "Choose a field, such as meta."),
        ('["tags", "=", "a"]', "Use contains"),
        ('["tags", "contains", 3]', "give a text in quotes, not 3"),
    ],
)
def test_refuses_what_cannot_be_meant(store: DatasetStore, item: str, words: str) -> None:
    """A wrong condition says what is wrong, and names the field."""
    with pytest.raises(ValidationFailed, match=r".") as caught:
        bind_conditions(parse_conditions([item]), store)
    assert words in caught.value.detail
    assert [each.field for each in caught.value.fields] == ["where"]


@pytest.mark.parametrize(
    ("column", "words"),
    [("star", "There is no column “star”"), ("meta.long", "no field “long”"), ("stars.x", "has no fields")],
)
def test_refuses_unknown_columns(store: DatasetStore, column: str, words: str) -> None:
    """An unknown column or field is named, with what there is."""
    with pytest.raises(UnknownColumn, match=r".") as caught:
        bind_conditions(parse_conditions([json.dumps([column, "is_null"])]), store)
    assert words in caught.value.detail
    assert [each.field for each in caught.value.fields] == ["where"]


@pytest.mark.parametrize(
    ("items", "rows"),
    [
        ([["stars", ">=", 5]], 2),
        ([["stars", "is_null"]], 1),
        ([["meta.lang", "=", "en"], ["stars", "not_null"]], 2),
        ([["meta.n.x", "in", [1, 2]]], 3),
        ([["late", "is_null"]], 2),
        ([["late", "=", 2.5]], 1),
        ([["tags", "contains", "a"]], 3),
    ],
)
def test_paths_and_missing_columns(store: DatasetStore, items: list[list[object]], rows: int) -> None:
    """Conditions reach into structs; a file without the column has nulls."""
    predicate = bind_conditions(parse_conditions([json.dumps(item) for item in items]), store)
    found = [int(predicate.match(store.read(group)).sum()) for group in store.groups()]
    assert sum(found) == rows


def test_equal_only_if_written_alike() -> None:
    """1 and true are different values, though Python counts them as equal."""
    one, true, again = parse_conditions(['["a", "=", 1]', '["a", "=", true]', '["a","=",1]'])
    assert one != true
    assert one == again


def test_reads_only_needed_columns(store: DatasetStore) -> None:
    """The predicate names the columns that it reads, each once."""
    predicate = bind_conditions(parse_conditions(['["meta.lang", "=", "en"]', '["meta", "not_null"]']), store)
    assert predicate.list_roots(["text", "meta"]) == ["meta"]
