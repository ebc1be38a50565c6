"""A manifest is read as it was written, and every file that differs from it is found."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.tokenizing import FakeTokenizer, make_varied_dataset, tokenize_into
from mistudio.core.errors import DataMissing, InvalidData, UnsupportedVersion
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized.manifest import (
    TOKENIZED_MANIFEST,
    TokenizedManifest,
    TokenizerRecord,
    collect_versions,
    find_differences,
    read_tokenized_manifest,
    write_tokenized_manifest,
)

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16, heldout_fraction=0.2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a tokenization."""
    tokenize_into(make_varied_dataset(tmp_path / "ds"), tmp_path, SETTINGS)
    return tmp_path / "tok"


def test_a_manifest_is_read_as_it_was_written(folder: Path) -> None:
    """With its splits by name."""
    manifest = read_tokenized_manifest(folder)
    write_tokenized_manifest(folder, manifest)
    assert manifest == read_tokenized_manifest(folder) == TokenizedManifest.from_bytes(manifest.to_bytes())
    assert [False, True] * 2 == [split.is_held_out for split in manifest.splits]
    assert manifest.rows == sum(manifest.split(split.name).rows for split in manifest.splits)
    with pytest.raises(KeyError):
        manifest.split("dev")


def test_an_unreadable_manifest_says_what_to_do(folder: Path) -> None:
    """It may be of a newer program, damaged, or missing."""
    path = folder / TOKENIZED_MANIFEST
    newer = {**json.loads(path.read_bytes()), "format_version": 2}
    for content, error in ((json.dumps(newer), UnsupportedVersion), ("[]", InvalidData), ("{", InvalidData)):
        path.write_text(content)
        with pytest.raises(error):
            read_tokenized_manifest(folder)
    path.unlink()
    with pytest.raises(DataMissing, match="tokenize again"):
        read_tokenized_manifest(folder)


def test_changed_and_missing_files_are_found(folder: Path) -> None:
    """Data files and the files beside them."""
    assert [] == find_differences(folder)
    (folder / "dataset_dict.json").unlink()
    (folder / "train" / "state.json").write_bytes(b"{}")
    assert [
        "dataset_dict.json is missing.",
        "train/state.json has other content than when it was written (its SHA-256 differs).",
    ] == find_differences(folder)


def test_records_have_the_facts_and_the_installed_versions() -> None:
    """A package that is not installed has no version."""
    record = TokenizerRecord.from_facts(replace(FakeTokenizer(), commit=None), "./mine")
    assert ("./mine", None, 65) == (record.name, record.commit, record.vocab_size)
    assert {"python", "mistudio", "numpy"} == set(collect_versions(["numpy", "no-such-package"]))
