"""Imported files as the origin of a dataset: their order, formats and bundles."""

import hashlib
import json
from pathlib import Path

import pytest

from mistudio.core.errors import DataMissing, JobCancelled
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.ingest.local_files import LocalFile, LocalOrigin, LocalPlan, SampleBy
from mistudio.corpus.monitor import NullMonitor

FILES = {"b.txt": b"second", "a.csv": b"text\nx\n", "test/c.txt": "dritte ü".encode(), "a.txt": b"first \xff\n"}


def stage_files(folder: Path, sample_by: SampleBy) -> LocalOrigin:
    """Write the files into ``folder`` under numbers, and return their origin."""
    staged = []
    for number, (name, data) in enumerate(FILES.items()):
        (folder / str(number)).write_bytes(data)
        split = "test" if name.startswith("test/") else "train"
        staged.append(LocalFile(name, str(number), split, len(data), hashlib.sha256(data).hexdigest()))
    return LocalOrigin(LocalPlan(tuple(staged), sample_by))


def fetch_all(origin: LocalOrigin, folder: Path, files: list[RemoteFile] | None = None) -> dict[str, bytes]:
    """Return the content of each file that the origin fetches."""
    wanted = list(origin.files) if files is None else files
    fetched = origin.fetch(wanted, folder, monitor=NullMonitor(), done_bytes=0, total_bytes=1)
    return {file.source.path: file.path.read_bytes() for file in fetched}


def test_files_are_ordered_by_split_and_name(tmp_path: Path) -> None:
    """Each is read in the format of its name, and where it is."""
    origin = stage_files(tmp_path, "line")
    assert [("a.csv", "train"), ("a.txt", "train"), ("b.txt", "train"), ("test/c.txt", "test")] == [
        (file.path, file.split) for file in origin.files
    ]
    assert ["csv", "text", "text", "text"] == [origin.get_format(file)[0] for file in origin.files]
    assert FILES == fetch_all(origin, tmp_path)


def test_text_files_are_bundled_by_split(tmp_path: Path) -> None:
    """One record per file, by name; invalid UTF-8 is left to the reader; the text files are removed."""
    origin = stage_files(tmp_path, "file")
    bundles = ["the text files of train", "the text files of test"]
    assert ["a.csv", *bundles] == [file.path for file in origin.files]
    assert ["csv", "json", "json"] == [origin.get_format(file)[0] for file in origin.files]
    assert [7, 14, 9] == [file.size for file in origin.files]
    fetched = fetch_all(origin, tmp_path)
    first, second = fetched[bundles[0]].splitlines()
    assert b'{"file": "a.txt", "text": "first \xff\\n"}' == first
    assert {"file": "b.txt", "text": "second"} == json.loads(second)
    assert {"file": "test/c.txt", "text": "dritte ü"} == json.loads(fetched[bundles[1]])
    assert {"1", "train.documents", "test.documents"} == {path.name for path in tmp_path.iterdir()}


def test_a_bundle_is_written_once(tmp_path: Path) -> None:
    """After a kill right after the bundle was written, its text files may be missing; a cancel leaves none."""
    origin = stage_files(tmp_path, "file")
    bundle = [file for file in origin.files if file.path == "the text files of train"]

    class Cancelled(NullMonitor):
        def checkpoint(self) -> None:
            raise JobCancelled("Cancelled.")

    with pytest.raises(JobCancelled):
        list(origin.fetch(bundle, tmp_path, monitor=Cancelled(), done_bytes=0, total_bytes=1))
    assert {"0", "1", "2", "3"} == {path.name for path in tmp_path.iterdir()}
    first = fetch_all(origin, tmp_path, bundle)
    assert first == fetch_all(origin, tmp_path, bundle)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    """Whether it is bundled or not."""
    origin = stage_files(tmp_path, "file")
    for number in ("0", "1"):
        (tmp_path / number).unlink()
    for file, name in zip(origin.files[:2], ("a.csv", "b.txt"), strict=True):
        with pytest.raises(DataMissing, match=rf"^{name} is no longer on disk\."):
            fetch_all(origin, tmp_path, [file])
