"""The manifest: its content, its file, and the changes that it detects."""

import json
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from mistudio.core.errors import DataMissing, InvalidData, NoData, UnknownColumn, UnsupportedVersion
from mistudio.corpus.store.manifest import manifest_sha256, read_manifest, verify, write_manifest

ROWS: list[dict[str, object]] = [{"text": "héllo", "n": 1}, {"text": "", "n": None}]


def test_a_manifest_describes_the_dataset(tmp_path: Path) -> None:
    """It has the splits in order, the files with figures, the sources, the text column and the versions."""
    manifest = make_dataset(tmp_path / "ds", {"train": [ROWS, ROWS], "test": [ROWS]})
    content = json.loads((tmp_path / "ds" / "manifest.json").read_text(encoding="utf-8"))
    assert (1, ["train", "test"]) == (content["format_version"], [split["name"] for split in content["splits"]])
    assert {"rows": 6, "bytes": manifest.size_bytes, "characters": 15} == content["counts"]
    assert "text" == content["text_column"]["name"]
    assert {"mistudio", "pyarrow", "python"} == set(content["versions"])
    assert (4, 3) == (manifest.splits[0].rows, len(manifest.sources))
    assert manifest.size_bytes == sum(path.stat().st_size for path in (tmp_path / "ds" / "raw").iterdir())


def test_a_manifest_is_read_back_and_deterministic(tmp_path: Path) -> None:
    """Read back it is equal; written again the file has the same bytes, so its hash identifies it."""
    folder = tmp_path / "ds"
    manifest = make_dataset(folder, {"train": [ROWS]})
    assert manifest == read_manifest(folder)
    before = manifest_sha256(folder)
    write_manifest(folder, read_manifest(folder))
    assert before == manifest_sha256(folder)


def test_a_newer_or_damaged_manifest_is_refused(tmp_path: Path) -> None:
    """Each, and a missing one, has its own error."""
    folder = tmp_path / "ds"
    make_dataset(folder, {"train": [ROWS]})
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"format_version": 1', '"format_version": 2'))
    with pytest.raises(UnsupportedVersion):
        read_manifest(folder)
    for content in ("{", "[]", "{}", '{"format_version": 1, "counts": {}}', '{"format_version": "x"}'):
        path.write_text(content)
        with pytest.raises(InvalidData):
            read_manifest(folder)
    path.unlink()
    with pytest.raises(DataMissing):
        read_manifest(folder)


def test_verify_finds_every_difference(tmp_path: Path) -> None:
    """It reports changed, cut, missing and unknown files, and nothing for an intact dataset."""
    folder = tmp_path / "ds"
    make_dataset(folder, {"train": [ROWS, ROWS, ROWS]})
    assert [] == verify(folder)
    first, second, third = sorted((folder / "raw").iterdir())
    data = bytearray(first.read_bytes())
    data[10] ^= 1
    first.write_bytes(data)
    second.write_bytes(second.read_bytes()[:-1])
    third.rename(folder / "raw" / "stray.parquet")
    first_line, second_line, third_line, stray_line = verify(folder)
    assert "SHA-256" in first_line
    assert "bytes instead of" in second_line
    assert "raw/train-00002-of-00003.parquet is missing." == third_line
    assert "raw/stray.parquet is not in the manifest." == stray_line


def test_a_dataset_needs_rows_and_text(tmp_path: Path) -> None:
    """No rows, no text, and a text column that does not exist each have an error."""
    with pytest.raises(NoData, match="no rows"):
        make_dataset(tmp_path / "a", {"train": [[]]})
    with pytest.raises(NoData, match="No column holds text"):
        make_dataset(tmp_path / "b", {"train": [[{"n": 1}]]})
    with pytest.raises(UnknownColumn):
        make_dataset(tmp_path / "c", {"train": [ROWS]}, text_column="body")
