"""The record of an import of local files."""

from dataclasses import replace

from mistudio.corpus.ingest.local_files import LocalFile, LocalPlan
from mistudio.models import Dataset
from mistudio.schemas.dataset_requests import DatasetImportFields
from mistudio.services.datasets.local_record import already_imported, new_local_record

FILES = (
    LocalFile("mills/train.csv", "00000", "train", 700, "a" * 64),
    LocalFile("mills/test.csv", "00001", "test", 300, "b" * 64),
)


def record_of(*files: LocalFile, **fields: str) -> Dataset:
    """The record of these files with these options."""
    return new_local_record("ds_1", LocalPlan(files), DatasetImportFields.model_validate(fields))


def test_a_record_describes_its_files() -> None:
    """It is named for their folder unless a name is given."""
    record = record_of(*FILES)
    assert ("ds_1", "mills", "local", "processing") == (record.id, record.name, record.source, record.status)
    expected = [{"name": "test", "num_files": 1, "num_rows": None}, {"name": "train", "num_files": 1, "num_rows": None}]
    assert expected == sorted(record.splits, key=str)
    assert {"format": "csv", "source_bytes": 1000, "source_files": 2} == record.meta
    assert "wheels" == record_of(*FILES, name="wheels").name


def test_the_same_files_in_any_order_are_the_same_import() -> None:
    """Other options, splits, content or names make another one."""
    key = record_of(*FILES).source_key
    assert key == record_of(*reversed(FILES)).source_key
    changed = [replace(FILES[0], options={"delimiter": ";"}), replace(FILES[0], split="extra")]
    others = [record_of(FILES[0]), record_of(*FILES, name="wheels"), *(record_of(one, FILES[1]) for one in changed)]
    assert key not in {record.source_key for record in others}


def test_a_refusal_names_the_dataset() -> None:
    """It says whether the files are imported or being imported."""
    same = record_of(*FILES)
    refusal = already_imported(same)
    assert "These files are being imported already, as “mills”." == refusal.detail
    assert {"dataset_id": "ds_1", "status": "processing"} == refusal.extra
    same.status = "ready"  # type: ignore[assignment]  # the model takes the value
    assert "These files are here already, as “mills”." == already_imported(same).detail
