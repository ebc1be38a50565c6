"""A dataset that a larger part extends: its raw files are linked, and get their names in the new dataset."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from mistudio.core.errors import DataMissing
from mistudio.corpus.hub.part_types import FilePart
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.ingest.manifest_entry import name_raw_files
from mistudio.corpus.ingest.part_base import adopt_base, link_base, read_base
from mistudio.corpus.ingest.raw_files import read_report
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord, write_manifest
from mistudio.corpus.store.part_record import SourcePart

TAKEN = FilePart(((0, 50),), rows=2, is_cut=True, next_row_at=40)
# What the old part took of two files: a beginning, and everything.
SOURCES = (
    SourceRecord("a.jsonl", 100, "1" * 64, part=SourcePart(TAKEN, 2, 50, "decoded", "a" * 64, None)),
    SourceRecord("b.jsonl", 30, "2" * 64),
)
OLD = (
    RemoteFile("a.jsonl", "train", 100, "a" * 64, part=TAKEN),
    RemoteFile("b.jsonl", "train", 30, "2" * 64),
)


def make_base(folder: Path) -> Path:
    """Write a dataset of two raw files whose manifest says what they were made of."""
    manifest = make_dataset(folder, {"train": [[{"text": "a"}, {"text": "b"}], [{"text": "c"}]]})
    raw = manifest.splits[0].files
    files = tuple(
        IngestedFile(
            "train", file.path, FileReport(file.rows, file.bytes, file.sha256, file.kept, manifest.columns), source
        )
        for file, source in zip(raw, SOURCES, strict=True)
    )
    write_manifest(folder, replace(manifest, files=files))
    return folder


def test_the_pieces_are_there_after_the_old_dataset_is_deleted(tmp_path: Path) -> None:
    """They are links of the same files, made as often as the request comes."""
    base, staging = make_base(tmp_path / "base"), tmp_path / "staging"
    for _attempt in range(2):
        link_base(base, staging)
    pieces = read_base(staging)
    assert list(OLD) == [piece.kept.file for piece in pieces]
    assert [2, 1] == [piece.kept.rows for piece in pieces]
    for piece in pieces:
        assert piece.path.samefile(base / piece.ingested.path)


def test_a_missing_raw_file_is_missing_data(tmp_path: Path) -> None:
    """The message says what to do."""
    base = make_base(tmp_path / "base")
    next((base / "raw").iterdir()).unlink()
    with pytest.raises(DataMissing, match="Delete it and download it again"):
        link_base(base, tmp_path / "staging")


def test_pieces_of_the_new_part_are_complete_at_once(tmp_path: Path) -> None:
    """Others are still to be fetched; a later attempt changes nothing."""
    staging = tmp_path / "staging"
    link_base(make_base(tmp_path / "base"), staging)
    rest = RemoteFile("a.jsonl", "train", 100, "a" * 64, part=FilePart(((40, 100),), number=1))
    files = (OLD[0], rest, OLD[1])
    for _attempt in range(2):
        adopt_base(files, staging)
    finished = [read_report(planned, staging) for planned in name_raw_files(files)]
    assert [2, None, 1] == [None if each is None else each.report.rows for each in finished]
    assert ["1" * 64, "2" * 64] == [each.source_sha256 for each in finished if each]


def test_a_dataset_that_extends_none_has_no_pieces(tmp_path: Path) -> None:
    """Nothing is written."""
    assert [] == read_base(tmp_path)
    adopt_base(OLD, tmp_path)
    assert [] == list(tmp_path.iterdir())
