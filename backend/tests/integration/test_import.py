"""Building a dataset from imported files: interrupted at every step, it resumes and ends with the same bytes."""

import gzip
import hashlib
from pathlib import Path

import pyarrow as pa
import pytest

from fakes.corpora import csv_bytes, json_lines, parquet_bytes
from integration.test_build import Interrupted, Interrupting
from mistudio.core.errors import DataMissing, InvalidData
from mistudio.corpus.ingest.build import build_dataset
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


def stage_files(folder: Path, files: dict[str, bytes] = FILES) -> LocalOrigin:
    """Write the files as an upload leaves them, and return their origin."""
    source = folder / "staging" / "source"
    source.mkdir(parents=True)
    staged = []
    for number, (name, data) in enumerate(files.items()):
        (source / f"{number:05d}").write_bytes(data)
        staged.append(
            LocalFile(
                name,
                f"{number:05d}",
                "test" if "test" in name else "train",
                len(data),
                hashlib.sha256(data).hexdigest(),
            )
        )
    return LocalOrigin(LocalPlan(tuple(staged), "file"))


def build(origin: LocalOrigin, folder: Path, monitor: NullMonitor) -> Manifest:
    """Build in one call, as one attempt of a job does."""
    return build_dataset(origin, folder / "staging", folder / "dataset", text_column=None, monitor=monitor)


def hashes(manifest: Manifest) -> list[str]:
    """Return the checksums of the raw files, in order."""
    return [file.sha256 for split in manifest.splits for file in split.files]


def test_interruptions_at_every_step_change_no_byte(tmp_path: Path) -> None:
    """Each call gets further with what the earlier ones did; no imported file is left over."""
    whole = build(stage_files(tmp_path / "whole"), tmp_path / "whole", NullMonitor())
    resumed, steps, origin = tmp_path / "resumed", 0, stage_files(tmp_path / "resumed")
    while True:
        steps += 1
        try:
            manifest = build(origin, resumed, Interrupting(steps))
            break
        except Interrupted:
            continue
    assert steps > 10
    assert hashes(whole) == hashes(manifest)
    assert set(FILES) == {source.path for source in manifest.sources}
    assert [] == verify(resumed / "dataset")
    assert not (resumed / "staging").exists()


def test_missing_files_are_named(tmp_path: Path) -> None:
    """The message tells what to do."""
    for name, content in (("train.csv", FILES["train.csv"]), ("a.txt", b"one")):
        origin = stage_files(tmp_path / name, {name: content})
        (tmp_path / name / "staging" / "source" / "00000").unlink()
        with pytest.raises(DataMissing, match=f"{name} is no longer on disk"):
            build(origin, tmp_path / name, NullMonitor())


def test_a_text_too_long_for_one_sample_is_refused(tmp_path: Path) -> None:
    """The message names it and tells what to do; its compressed size does not matter."""
    origin = stage_files(tmp_path, {"long.txt.gz": gzip.compress(bytes(MAX_DOCUMENT_BYTES + 1), 1)})
    with pytest.raises(InvalidData, match=r"long\.txt\.gz is larger than .*one sample per line"):
        build(origin, tmp_path, NullMonitor())
