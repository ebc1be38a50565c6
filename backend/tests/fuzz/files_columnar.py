"""Hostile files of columns: Parquet and Arrow."""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

File = tuple[str, str, Callable[[], bytes]]
_INFLATED_BYTES: Final = 2047 << 20


def columnar_files() -> Iterator[File]:
    """Each file, by what is wrong with it."""
    yield from _parquet()
    yield from _arrow()
    for name, array in _arrays().items():
        table = pa.table({"text": ["a"] * len(array), "x": array})
        yield f"Parquet with {name}", "a.parquet", partial(_parquet_of, table)
        yield f"Arrow with {name}", "a.arrow", partial(_arrow_of, table)


def _parquet_of(table: pa.Table, **options: Any) -> bytes:  # what pyarrow takes
    sink = io.BytesIO()
    try:
        pq.write_table(table, sink, **options)
    except pa.ArrowException:
        # There is no such column in Parquet.
        return b"PAR1"
    return sink.getvalue()


def _arrow_of(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _sound() -> pa.Table:
    return pa.table({"text": [f"line {number}" for number in range(500)], "x": list(range(500))})


def _parquet() -> Iterator[File]:
    yield "sound Parquet", "a.parquet", lambda: _parquet_of(_sound())
    yield "sound Parquet in groups", "a.parquet", lambda: _parquet_of(_sound(), row_group_size=50)
    yield "a dictionary that inflates", "a.parquet", _inflating
    yield "a broken page in another column", "a.parquet", _broken_page
    yield "no rows", "a.parquet", lambda: _parquet_of(pa.table({"text": pa.array([], pa.string())}))
    yield "no columns", "a.parquet", lambda: _parquet_of(pa.table({}))
    yield "only the marks", "a.parquet", lambda: b"PAR1PAR1"
    yield "a footer of 4 GB", "a.parquet", lambda: b"PAR1" + bytes(100) + b"\xff\xff\xff\xffPAR1"
    yield "a footer before the beginning", "a.parquet", lambda: b"PAR1" + bytes(8) + b"\xff\x00\x00\x00PAR1"
    yield "20,000 columns", "a.parquet", lambda: _parquet_of(pa.table({f"c{n}": ["a"] for n in range(20_000)}))
    yield "5,000 groups", "a.parquet", lambda: _parquet_of(pa.table({"text": ["a"] * 5000}), row_group_size=1)
    yield (
        "columns of one name",
        "a.parquet",
        lambda: _parquet_of(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])),
    )
    yield (
        "names with NUL and controls",
        "a.parquet",
        lambda: _parquet_of(pa.table({"a\0b": ["a"], "\x1b[31m": ["b"], "": ["c"], "text": ["d"]})),
    )
    yield "text that is not UTF-8", "a.parquet", lambda: _parquet_of(pa.table({"text": _invalid_text()}))
    yield "only nulls", "a.parquet", lambda: _parquet_of(pa.table({"text": pa.array([None] * 10, pa.string())}))
    yield "encrypted", "a.parquet", lambda: b"PARE" + bytes(100) + b"\x10\x00\x00\x00PARE"
    yield "metadata of 5 MB", "a.parquet", lambda: _parquet_of(_sound().replace_schema_metadata({"x": "y" * (5 << 20)}))
    yield (
        "pandas' metadata that is none",
        "a.parquet",
        lambda: _parquet_of(_sound().replace_schema_metadata({"pandas": "{", "huggingface": "["})),
    )
    for value in ("null", "[]", "1", '{"info": {"features": 1}}', '{"info": {"features": {"text": {"_type": "X"}}}}'):
        yield (
            f"huggingface's metadata is {value}",
            "a.parquet",
            partial(_with_metadata, value),
        )


def _with_metadata(value: str) -> bytes:
    return _parquet_of(_sound().replace_schema_metadata({"huggingface": value}))


def _inflating_table() -> pa.Table:
    """One text of a megabyte in a dictionary, and rows that all name it."""
    text = "x" * (1 << 20)
    rows = _INFLATED_BYTES // len(text)
    return pa.table({"text": pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))})


def _inflating() -> bytes:
    """A few hundred bytes."""
    return _parquet_of(_inflating_table(), compression="zstd")


def _broken_page() -> bytes:
    """The bytes of a column's only page are changed; the footer and the text column are as they were."""
    table = pa.table({"text": ["a"] * 1000, "x": [f"value {number}" for number in range(1000)]})
    content = bytearray(_parquet_of(table, use_dictionary=False, compression="zstd"))
    chunk = pq.ParquetFile(io.BytesIO(bytes(content))).metadata.row_group(0).column(1)
    begin = chunk.data_page_offset + 30
    content[begin : begin + 50] = bytes(50)
    return bytes(content)


def _invalid_text() -> pa.Array:
    data = b"a\xff\xfeb\x80"
    return pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\x05\0\0\0"), pa.py_buffer(data)])


def _arrow() -> Iterator[File]:
    yield "sound Arrow", "a.arrow", lambda: _arrow_of(_sound())
    yield "only the mark", "a.arrow", lambda: b"ARROW1\0\0"
    yield "a dictionary that inflates, as Arrow", "a.arrow", lambda: _arrow_of(_inflating_table())
    yield "a message of 4 GB", "a.arrow", lambda: b"\xff\xff\xff\xff\xff\xff\xff\x7f"
    yield "nothing but zeros", "a.arrow", lambda: bytes(4096)
    yield "a negative message", "a.arrow", lambda: b"\xff\xff\xff\xff\x00\x00\x00\x80" + bytes(100)
    yield "text that is not UTF-8, as Arrow", "a.arrow", lambda: _arrow_of(pa.table({"text": _invalid_text()}))
    yield "offsets that go astray", "a.arrow", _astray


def _astray() -> bytes:
    content = _arrow_of(pa.table({"text": ["abc", "def"]}))
    return content.replace(b"\3\0\0\0\6\0\0\0", b"\3\0\0\0\xff\xff\xff\x7f")


def _arrays() -> dict[str, pa.Array]:
    nested: Any = 1
    for _level in range(60):
        nested = [nested]
    return {
        "binary": pa.array([b"\xff\0", None]),
        "large binary": pa.array([b"x" * 1000], pa.large_binary()),
        "dates": pa.array([date(1, 1, 1), date(9999, 12, 31)]),
        "times": pa.array([time(0, 0), time(23, 59, 59, 999999)]),
        "timestamps": pa.array([datetime(1, 1, 1), datetime(9999, 12, 31)], pa.timestamp("us")),
        "timestamps beyond years": pa.array([2**62, -(2**62)], pa.timestamp("s")),
        "timestamps of a zone": pa.array([0], pa.timestamp("ns", tz="Europe/Berlin")),
        "timestamps of no zone": pa.array([0], pa.timestamp("ns", tz="Nowhere/Land")),
        "durations": pa.array([timedelta(days=1)]),
        "durations beyond years": pa.array([2**62], pa.duration("s")),
        "decimals": pa.array([Decimal("1.5"), Decimal("-99999999999999999999.99")]),
        "large decimals": pa.array([Decimal(10) ** 70], pa.decimal256(76, 0)),
        "whole numbers without sign": pa.array([2**64 - 1], pa.uint64()),
        "half floats": pa.array([1.5, float("nan")], pa.float16()),
        "infinite floats": pa.array([float("inf"), float("-inf"), float("nan")]),
        "nothing": pa.nulls(3),
        "empty lists": pa.array([[], None], pa.list_(pa.string())),
        "60 lists deep": pa.array([nested]),
        "fixed lists": pa.array([[1, 2]], pa.list_(pa.int8(), 2)),
        "maps": pa.array([[("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int8())),
        "empty structs": pa.array([{}], pa.struct([])),
        "unions": pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]),
        "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["a", "b"])),
        "views": pa.array(["a", "b" * 100]).cast(pa.string_view()),
        "fixed binary": pa.array([b"1234"], pa.binary(4)),
        "months and days": pa.array([(1, 2, 3)], pa.month_day_nano_interval()),
        "a dictionary of numbers": pa.array([1, 2, 1]).dictionary_encode(),
        "a dictionary with nulls": pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["a", None])),
    }
