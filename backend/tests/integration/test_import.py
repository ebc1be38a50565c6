"""Making a dataset of local files, cut off at every step: it goes on, and the result is always the same."""

import gzip
import hashlib
from pathlib import Path

import pyarrow as pa
import pytest

from fakes.corpora import csv_bytes, json_lines, parquet_bytes
from integration.test_build import Interrupted, Interrupting
from mistudio.core.errors import DataMissing, InvalidData
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.file_names import split_of
from mistudio.corpus.ingest.local_files import MAX_DOCUMENT_BYTES, LocalFile, LocalOrigin, LocalPlan
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.manifest import Manifest, verify

ROWS = [{"text": f"story {number}", "number": number} for number in range(30)]
FILES = {
    "train.csv": csv_bytes(ROWS),
    "more.jsonl": json_lines(ROWS),
    "kept.parquet": parquet_bytes(pa.Table.from_pylist(ROWS), group_rows=10),
    "test/a.txt": b"one\ntwo\n",
    "test/b.txt": b"three",
}


def prepared(folder: Path, files: dict[str, bytes] = FILES) -> LocalOrigin:
    """The files as an upload leaves them."""
    source = folder / "staging" / "source"
    source.mkdir(parents=True)
    found = []
    for number, (name, data) in enumerate(files.items()):
        (source / f"{number:05d}").write_bytes(data)
        found.append(LocalFile(name, f"{number:05d}", split_of(name), len(data), hashlib.sha256(data).hexdigest()))
    return LocalOrigin(LocalPlan(tuple(found), "file"))


def build(origin: LocalOrigin, folder: Path, monitor: NullMonitor) -> Manifest:
    """One call of the job."""
    return build_dataset(origin, folder / "staging", folder / "dataset", text_column=None, monitor=monitor)


def hashes(manifest: Manifest) -> list[str]:
    """The checksums of the store's files, in order."""
    return [file.sha256 for split in manifest.splits for file in split.files]


def test_interrupted_at_every_step_it_ends_the_same(tmp_path: Path) -> None:
    """Each time a little further, with what was done before; nothing of the files stays beside the result."""
    whole = build(prepared(tmp_path / "whole"), tmp_path / "whole", NullMonitor())
    cut, steps, origin = tmp_path / "cut", 0, prepared(tmp_path / "cut")
    while True:
        steps += 1
        try:
            manifest = build(origin, cut, Interrupting(steps))
            break
        except Interrupted:
            continue
    assert steps > 10
    assert hashes(whole) == hashes(manifest)
    assert set(FILES) == {source.path for source in manifest.sources}
    assert [] == verify(cut / "dataset")
    assert not (cut / "staging").exists()


def test_files_that_are_gone_are_named(tmp_path: Path) -> None:
    """With what to do about it."""
    for name, kept in (("train.csv", FILES["train.csv"]), ("a.txt", b"one")):
        origin = prepared(tmp_path / name, {name: kept})
        (tmp_path / name / "staging" / "source" / "00000").unlink()
        with pytest.raises(DataMissing, match=f"{name} is no longer here"):
            build(origin, tmp_path / name, NullMonitor())


def test_a_text_too_long_for_one_sample_is_refused(tmp_path: Path) -> None:
    """By its name, with the way out, however small it is packed."""
    origin = prepared(tmp_path, {"long.txt.gz": gzip.compress(bytes(MAX_DOCUMENT_BYTES + 1), 1)})
    with pytest.raises(InvalidData, match=r"long\.txt\.gz is over .* import it line by line"):
        build(origin, tmp_path, NullMonitor())
