"""A file of which one column cannot be read is never ingested, whatever the column holds."""

from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakes.corpora import arrow_bytes, ingest_bytes
from mistudio.core.errors import InvalidData
from mistudio.core.records import as_json
from mistudio.corpus.formats.columnar import read_parquet

GROUPS = 4
ROWS = 800
TABLE = pa.table(
    {
        "text": [f"A story of {number} words." for number in range(ROWS)],
        "score": [number * 0.37 for number in range(ROWS)],
        "tags": [[number, number * 7919 % 1000] for number in range(ROWS)],
        "meta": [{"lang": f"l{number * 31 % 977}", "n": number} for number in range(ROWS)],
        "a.b": list(range(ROWS)),
        "a": [{"b": None if number % 2 else number} for number in range(ROWS)],
    }
)
LEAVES = ["text", "score", "tags.list.element", "meta.lang", "meta.n", "a.b", "a.b"]


def parquet_with_damage(path: Path, leaf: int, group: int, compression: str = "zstd", *, groups: int = GROUPS) -> bytes:
    """Return a file in which the values of one column are damaged in one row group."""
    pq.write_table(
        TABLE,
        path,
        row_group_size=ROWS // groups,
        compression=compression,
        use_dictionary=False,
        write_page_checksum=compression == "none",
    )
    column, content = pq.read_metadata(path).row_group(group).column(leaf), bytearray(path.read_bytes())
    assert column.path_in_schema == LEAVES[leaf]
    end = column.data_page_offset + column.total_compressed_size
    for position in range(end - min(40, column.total_compressed_size // 2), end):
        content[position] ^= 0xA5
    return bytes(content)


@pytest.mark.parametrize("leaf", range(len(LEAVES)))
@pytest.mark.parametrize("compression", ["zstd", "none"])
def test_a_damaged_page_of_any_column_is_found(tmp_path: Path, leaf: int, compression: Literal["zstd", "none"]) -> None:
    """The error names the file, the column and the row group; without compression a checksum shows the damage."""
    data = parquet_with_damage(tmp_path / "made", leaf, 2, compression)
    with pytest.raises(InvalidData) as raised:
        ingest_bytes(tmp_path, data, label="train.parquet", format="parquet")
    assert f"train.parquet is damaged, incomplete or encrypted: column “{LEAVES[leaf]}”, row group 3 of 4 (" in str(
        raised.value
    )


def test_a_file_that_is_rewritten_is_read_whole_as_well(tmp_path: Path) -> None:
    """Its one row group is larger than ours."""
    data = parquet_with_damage(tmp_path / "made", 1, 0, groups=1)
    with pytest.raises(InvalidData, match="column “score”, row group 1 of 1"):
        ingest_bytes(tmp_path, data, label="train.parquet", format="parquet")


def test_nulls_of_columns_with_equal_paths_are_counted_apart(tmp_path: Path) -> None:
    """A column called ``a.b``, and the field ``b`` of a column called ``a``."""
    pq.write_table(TABLE, tmp_path / "made", row_group_size=ROWS // GROUPS, compression="zstd")
    report, _target = ingest_bytes(tmp_path, (tmp_path / "made").read_bytes(), label="train.parquet", format="parquet")
    assert {"text": 0, "score": 0, "tags": 0, "meta": 0, "a.b": 0, "a": 0} == {
        column.name: column.nulls for column in report.columns
    }


def test_a_changed_arrow_file_is_read_or_refused(tmp_path: Path) -> None:
    """Each byte in turn: none may end the process, and what is stored can be read."""
    table = pa.table({"text": ["one", "two", None], "tags": [["a"], None, ["b", "c"]]})
    data = arrow_bytes(table.append_column("code", table["text"].dictionary_encode()))
    for position in range(0, len(data), 3):
        changed = bytearray(data)
        changed[position] ^= 0xFF
        try:
            report, target = ingest_bytes(tmp_path, bytes(changed), label="a.arrow", format="arrow")
        except InvalidData:
            continue
        assert as_json(report)["rows"] == sum(chunk.batch.num_rows for chunk in read_parquet(target, label="a"))
