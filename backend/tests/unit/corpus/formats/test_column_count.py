"""The largest tables."""

import pyarrow as pa
import pytest

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.column_count import CellCounter, check_column_count


def test_too_many_columns_are_refused() -> None:
    """The message names the file."""
    check_column_count(10_000, "a.csv")
    with pytest.raises(InvalidData, match=r"a\.csv has over 10,000 different columns"):
        check_column_count(10_001, "a.csv")


def test_values_as_keys_are_refused() -> None:
    """A thousand columns of which a record has one are no table; a cell costs as much where it is empty."""
    cells = CellCounter("a.jsonl")
    batch = pa.record_batch({"a": range(1_000)})
    cells.add(batch, columns=1_500)
    with pytest.raises(
        InvalidData, match=r"a\.jsonl has 1,500 different columns in its first 2,000 records, of which a"
    ):
        cells.add(batch, columns=1_500)


@pytest.mark.parametrize(("columns", "filled"), [(1_000, 1), (1_500, 15), (9_000, 90)])
def test_optional_fields_are_usual(columns: int, filled: int) -> None:
    """Few of many, as long as a record has a hundredth of them."""
    cells = CellCounter("a.jsonl")
    for _ in range(10):
        cells.add(pa.record_batch({str(number): range(1_000) for number in range(filled)}), columns=columns)
    assert 10_000 == cells.rows
