"""The one schema of a dataset's raw files, and the sentences about what differed from it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.errors import Json
from mistudio.corpus.formats.features import Features
from mistudio.corpus.ingest.schema_plan import RawSchema, SchemaPlan, plan_schema
from mistudio.corpus.monitor import NullMonitor


def write_file(folder: Path, label: str, **columns: pa.Array) -> RawSchema:
    """Write a raw file, and return its schema."""
    path = folder / f"{label}.parquet"
    pq.write_table(pa.table(columns), path)
    return RawSchema(path, label, pq.read_schema(path))


def plan(*files: RawSchema, declared: Features | None = None) -> SchemaPlan:
    """Return the plan for files whose types come from values."""
    return plan_schema(files, declared or {}, are_inferred=True, monitor=NullMonitor())


def test_files_that_agree_stay_as_they_are(tmp_path: Path) -> None:
    """There is nothing to notice."""
    files = [write_file(tmp_path, name, text=pa.array([name]), n=pa.array([1])) for name in ("a", "b")]
    found = plan(*files)
    assert () == found.notices
    assert [True, True] == [found.is_met_by(file) for file in files]


def test_a_column_gets_a_type_that_holds_the_values_of_every_file(tmp_path: Path) -> None:
    """Only the file that has it already stays; a column that one file lacks is mentioned with that file."""
    texts = write_file(tmp_path, "texts", n=pa.array(["x"]), extra=pa.array(["y"]))
    numbers = write_file(tmp_path, "numbers", n=pa.array([7]))
    found = plan(texts, numbers)
    assert [("n", pa.string()), ("extra", pa.string())] == [(field.name, field.type) for field in found.schema]
    assert [True, False] == [found.is_met_by(texts), found.is_met_by(numbers)]
    different, missing = found.notices
    assert "Column “n” has different types in the files (string, int64). It is stored as string." == different
    assert "Column “extra” is missing in 1 of 2 files, such as numbers. It is null there." == missing


def test_a_declared_type_is_applied_only_where_the_values_fit(tmp_path: Path) -> None:
    """The notice has the file whose value does not."""
    file = write_file(tmp_path, "a", small=pa.array([1, 2]), large=pa.array([1, 300]), other=pa.array(["x", "y"]))
    tiny: Json = {"dtype": "int8", "_type": "Value"}
    found = plan(file, declared={"small": tiny, "large": tiny})
    assert [pa.int8(), pa.int64(), pa.string()] == found.schema.types
    assert ["large", "other"] == [notice.split("”")[0].split("“")[1] for notice in found.notices]
    assert "which was not applied" in found.notices[0]
    assert "(a)" in found.notices[0]


def test_the_eleventh_notice_counts_the_rest(tmp_path: Path) -> None:
    """A dataset of very different files does not fill the page."""
    many = write_file(tmp_path, "many", **{f"c{number:02d}": pa.array([1]) for number in range(13)})
    one = write_file(tmp_path, "one", c00=pa.array([1]))
    notices = plan(many, one).notices
    assert 11 == len(notices)
    assert "2 more columns differ between the files or from the card." == notices[-1]
