"""Rows as they are shown: texts cut at a limit, and any value as JSON."""

import datetime
import decimal
import json
import math
import uuid

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.corpus.formats.utf8_repair import python_values
from mistudio.corpus.store.dataset_store import StoredRow
from mistudio.corpus.store.json_values import CELL_LIMIT, ITEM_LIMIT, to_json_value
from mistudio.corpus.store.sample import TEXT_LIMIT, make_sample


def row(**values: object) -> StoredRow:
    """Return a row with these columns."""
    return StoredRow(7, "train", 3, values)


def test_a_long_text_is_cut() -> None:
    """``char_count`` counts the whole text; ``whole`` cuts nothing."""
    long = "ä" * (TEXT_LIMIT + 5)
    cut = make_sample(row(text=long, note="n" * 3_000), "text")
    assert (TEXT_LIMIT, TEXT_LIMIT + 5, True) == (len(cut.text), cut.char_count, cut.truncated)
    assert str(cut.columns["note"]).endswith("… (1,000 more characters)")
    whole = make_sample(row(text=long, note="n" * 3_000), "text", whole=True)
    assert (long, False, "n" * 3_000) == (whole.text, whole.truncated, whole.columns["note"])
    assert CELL_LIMIT == 2_000


def test_conversations_and_missing_texts() -> None:
    """A conversation is rendered and stays a column, a null or absent text is empty, other columns stay."""
    talk = make_sample(row(messages=[{"role": "user", "content": "a"}], id=1), "messages")
    columns = {"messages": [{"role": "user", "content": "a"}], "id": 1}
    assert ("user: a", 7, columns) == (talk.text, talk.char_count, talk.columns)
    field = make_sample(row(t={"en": "a", "de": "b"}), "t.en")
    assert ("a", {"t": {"en": "a", "de": "b"}}) == (field.text, field.columns)
    assert ("", 0) == (make_sample(row(text=None), "text").text, make_sample(row(), "text").char_count)


def test_values_that_json_lacks_become_strings() -> None:
    """Bytes, images, dates, decimals, long integers and NaN are described."""
    day = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    image = {"bytes": b"\x89PNG" + b"\0" * 1_020, "path": "cat.png"}
    cases = {
        "binary, 3 B": b"abc",
        "JPEG image, 2.0 KB": b"\xff\xd8\xff" + b"\0" * 2_045,
        "PNG image, 1.0 KB (cat.png)": image,
        "2026-01-02T03:04:05+00:00": day,
        "2026-01-02": day.date(),
        "90.0 s": datetime.timedelta(seconds=90),
        "1.10": decimal.Decimal("1.10"),
        str(2**53): 2**53,
        "nan": math.nan,
        "inf": math.inf,
        "00000000-0000-0000-0000-000000000007": uuid.UUID(int=7),
        "x?": "x\ud800",
    }
    assert list(cases) == [to_json_value(value) for value in cases.values()]
    same = [None, True, 2**53 - 1, -1.5, "text", [1, ["a"]], {"a": {"b": None}}]
    assert same == [to_json_value(value) for value in same]


def test_long_and_deep_values_are_cut() -> None:
    """A note counts the rest of long lists, many keys and deep nesting; without a limit nothing is cut."""
    many = list(range(ITEM_LIMIT + 2))
    items = to_json_value(many)
    assert isinstance(items, list)
    assert [*range(ITEM_LIMIT), "… 2 more"] == items
    assert many == to_json_value(many, cell_limit=None)
    keys = to_json_value({str(key): key for key in many})
    assert isinstance(keys, dict)
    assert "2 more" == keys["…"]
    deep: list[object] = []
    for _ in range(20):
        deep = [deep]
    assert "nested" in json.dumps(to_json_value(deep))
    assert deep == to_json_value(deep, cell_limit=None)


def arrow_types() -> st.SearchStrategy[pa.DataType]:
    """Generate any type that a column can have."""
    plain = st.sampled_from(
        [
            *(
                pa.null(),
                pa.bool_(),
                pa.int8(),
                pa.uint64(),
                pa.float16(),
                pa.float64(),
                pa.string(),
                pa.large_string(),
                pa.date64(),
                pa.timestamp("ns"),
                pa.time32("s"),
            ),
            *(pa.binary(), pa.binary(3), pa.date32(), pa.time64("us"), pa.timestamp("ms", "UTC"), pa.timestamp("us")),
            *(pa.duration("us"), pa.decimal128(20, 3), pa.dictionary(pa.int8(), pa.string())),
        ]
    )
    return st.recursive(
        plain,
        lambda inner: st.one_of(
            inner.map(pa.list_),
            inner.map(pa.large_list),
            inner.map(lambda kind: pa.struct([("a", kind), ("b", pa.string())])),
            inner.map(lambda kind: pa.map_(pa.string(), kind)),
        ),
        max_leaves=4,
    )


def buffers_of(kind: pa.DataType, data: st.DataObject) -> pa.Array:
    """Return an array of the type with some nulls, and with random bytes where the type allows them."""
    size = data.draw(st.integers(0, 4))
    if pa.types.is_string(kind):
        raw = pa.array(
            data.draw(st.lists(st.none() | st.binary(max_size=5), min_size=size, max_size=size)), pa.binary()
        )
        return pa.Array.from_buffers(kind, size, raw.buffers())
    if pa.types.is_list(kind):
        values = buffers_of(kind.value_type, data)
        return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    if pa.types.is_struct(kind):
        first = buffers_of(kind.field(0).type, data)
        texts = pa.array([b"\xff"] * len(first), pa.binary())
        return pa.StructArray.from_arrays(
            [first, pa.Array.from_buffers(pa.string(), len(first), texts.buffers())], ["a", "b"]
        )
    if pa.types.is_primitive(kind) and not pa.types.is_boolean(kind):
        numbers = data.draw(st.binary(min_size=8 * size, max_size=8 * size))
        return pa.Array.from_buffers(kind, size, [None, pa.py_buffer(numbers)])
    return pa.nulls(size, kind)


def test_nulls_in_a_list_beside_invalid_text_are_read() -> None:
    """pyarrow's own cast fails on this combination."""
    lists = pa.ListArray.from_arrays(pa.array([0, 2], pa.int32()), pa.nulls(2))
    texts = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"], pa.binary()).buffers())
    assert [{"a": [None, None], "b": "\ufffd"}] == python_values(pa.StructArray.from_arrays([lists, texts], ["a", "b"]))


@settings(max_examples=150, deadline=None)
@given(arrow_types(), st.data())
def test_every_arrow_value_becomes_json(kind: pa.DataType, data: st.DataObject) -> None:
    """Any value, invalid UTF-8 included, becomes valid JSON that UTF-8 can encode."""
    for value in python_values(buffers_of(kind, data)):
        for limit in (CELL_LIMIT, None):
            json.dumps(to_json_value(value, cell_limit=limit), allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize("column", ["text", "other"])
@pytest.mark.parametrize("kind", ["list", "object"])
def test_a_value_of_any_depth_can_be_shown(is_whole: bool, column: str, kind: str) -> None:
    """Also as the text, and the answer can be written as JSON."""
    value: object = "innermost"
    for _ in range(5_000):
        value = [value] if kind == "list" else {"a": value}
    values = {"text": "a", "other": 1} | {column: value}
    sample = make_sample(StoredRow(id=0, split="train", row=0, values=values), "text", whole=is_whole)
    assert json.dumps(sample.columns)
    if column == "text":
        assert sample.text.startswith("[" * 1_000 if kind == "list" else '{"a": ' * 1_000)
        assert ("innermost" in sample.text) == (is_whole or kind == "list")


def test_a_sample_in_full_has_a_million_characters() -> None:
    """Longer texts and cells are cut, and say so."""
    row = StoredRow(id=0, split="train", row=0, values={"text": "x" * 1_000_001, "other": "y" * 1_000_010})
    sample = make_sample(row, "text", whole=True)
    assert (1_000_000, 1_000_001, True) == (len(sample.text), sample.char_count, sample.truncated)
    assert len(str(sample.columns["other"])) < 1_000_100
