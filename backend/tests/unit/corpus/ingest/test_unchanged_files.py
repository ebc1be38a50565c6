"""Raw files that an updated dataset shares with the old one: which, linked, and counted again."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from mistudio.core.errors import DataMissing
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.ingest.manifest_entry import name_raw_files
from mistudio.corpus.ingest.raw_files import read_report
from mistudio.corpus.ingest.unchanged_files import adopt_unchanged, link_unchanged, list_old_files
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.manifest import Manifest, SourceRecord, read_manifest, write_manifest

SOURCES = (SourceRecord("a.jsonl", 100, "1" * 64), SourceRecord("b.jsonl", 30, "2" * 64))
# At the newer commit, one comes between them.
NEW = (
    RemoteFile("a.jsonl", "train", 100, "1" * 64),
    RemoteFile("aa.jsonl", "train", 9, "3" * 64),
    RemoteFile("b.jsonl", "train", 30, "2" * 64),
)


def make_base(folder: Path, **changes: object) -> Manifest:
    """Write a dataset of two raw files and their source files."""
    manifest = make_dataset(folder, {"train": [[{"text": "a"}, {"text": "b"}], [{"text": "c"}]]})
    write_manifest(folder, replace(manifest, sources=SOURCES, **changes))  # type: ignore[arg-type]
    return read_manifest(folder)


def test_files_get_their_new_names_and_reports(tmp_path: Path) -> None:
    """Also after the old dataset is deleted, and as often as an attempt asks; a source that changed is not shared."""
    base, staging = tmp_path / "base", tmp_path / "staging"
    manifest = make_base(base)
    raw = [base / file.path for file in manifest.splits[0].files]
    for _attempt in range(2):
        link_unchanged(base, staging, NEW[2:], NEW)
        adopt_unchanged(NEW, staging, NullMonitor())
    planned = name_raw_files(NEW)
    assert [False, False, True] == [read_report(file, staging) is not None for file in planned]
    found = read_report(planned[2], staging)
    assert found is not None
    assert (1, "2" * 64, "train-00002-of-00003.parquet") == (
        found.report.rows,
        found.source_sha256,
        planned[2].raw_name,
    )
    assert planned[2].raw_path(staging).samefile(raw[1])


def test_a_damaged_file_is_not_shared(tmp_path: Path) -> None:
    """It is fetched; the old dataset's file is left alone. One that is gone is missing data."""
    base, staging = tmp_path / "base", tmp_path / "staging"
    first, second = (base / file.path for file in make_base(base).splits[0].files)
    second.write_bytes(first.read_bytes())
    link_unchanged(base, staging, NEW[2:], NEW)
    adopt_unchanged(NEW, staging, NullMonitor())
    assert not name_raw_files(NEW)[2].raw_path(staging).exists()
    assert second.exists()
    first.unlink()
    with pytest.raises(DataMissing, match="no longer on disk"):
        link_unchanged(base, staging, NEW[:1], NEW)


def test_which_files_are_known(tmp_path: Path) -> None:
    """By split and path; not where columns were adapted, or where a source file serves several splits."""
    manifest = make_base(tmp_path / "plain")
    assert {("train", "a.jsonl"), ("train", "b.jsonl")} == set(list_old_files(manifest))
    adapted = replace(manifest, notices=("Column “n” has several types.",))
    kept = {file.path for split in manifest.splits for file in split.files if file.kept}
    assert len(kept) == len(list_old_files(adapted))
    assert {} == list_old_files(replace(manifest, sources=SOURCES[:1]))
    adopt_unchanged(NEW, tmp_path / "other", NullMonitor())
    assert not (tmp_path / "other").exists()
