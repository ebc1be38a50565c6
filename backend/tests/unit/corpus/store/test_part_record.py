"""What a manifest says of a part survives its JSON: a later download extends the part by it."""

import json

from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.part_types import FilePart, GroupRows, Part
from mistudio.corpus.store.part_record import PartRecord, SourcePart


def test_a_record_is_read_as_it_was_written() -> None:
    """Tuples, options of any type, and splits without rows."""
    record = PartRecord(
        asked=Part("rows", 1_000, "random", 7, ("text",)),
        splits=("train", "test"),
        unit="row groups",
        format="parquet",
        options={"columns": ["text"], "field": None, "n": 1},
        features={"label": {"_type": "ClassLabel", "names": ["a"]}},
    )
    assert record == from_json(PartRecord, json.loads(json.dumps(as_json(record))))


def test_older_records_have_no_features() -> None:
    """They were written before the card's features were kept."""
    record = PartRecord(Part("bytes", 5), ("train",), "files", "csv", {})
    written = as_json(record)
    assert {} == written.pop("features")
    assert record == from_json(PartRecord, written)


def test_what_was_taken_of_a_file_is_read_as_it_was_written() -> None:
    """Ranges and row groups compare equal to those of the piece, so that it is recognized."""
    taken = FilePart(((0, 10), (20, 30)), (GroupRows(1, 0, 5),), rows=5, is_cut=True, next_row_at=25, number=2)
    part = SourcePart(taken, 5, taken.num_bytes, "decoded", "a" * 64, None)
    found = from_json(SourcePart, json.loads(json.dumps(as_json(part))))
    assert part == found
    assert hash(taken) == hash(found.taken)
