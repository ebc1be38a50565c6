"""The audit reads the files back: it finds what changed in them, and a damaged audit is not read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fakes.tokenizing import (
    CharacterEncoder,
    FakeSpecial,
    FakeTokenizer,
    make_fake_engines,
    make_varied_dataset,
    token_of,
    tokenize_into,
)
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.spec.settings import Verify
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.audit import audit_files
from mistudio.corpus.tokenized.audit_record import Audit, read_audit
from mistudio.corpus.tokenized.manifest import TokenizedManifest

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two splits with documents of many lengths."""
    return make_varied_dataset(tmp_path_factory.mktemp("audit") / "ds")


def audit_again(dataset: Path, folder: Path, manifest: TokenizedManifest, *, is_lossless: bool = False) -> Audit:
    """Audit the files in ``folder``."""
    return audit_files(
        folder,
        manifest,
        TextReader(DatasetStore(dataset), "text"),
        reference=CharacterEncoder(),
        decode=make_fake_engines().decode,
        is_lossless=is_lossless,
        monitor=NullMonitor(),
    )


@pytest.mark.parametrize(("verify", "found"), [("sample", {"files"}), ("full", {"files", "reference"})])
def test_the_audit_finds_files_that_changed(dataset: Path, tmp_path: Path, verify: Verify, found: set[str]) -> None:
    """A sample compares sizes; a full audit compares hashes, too."""
    manifest = tokenize_into(dataset, tmp_path, replace(SETTINGS, verify=verify))
    assert "failed" != read_audit(tmp_path / "tok").verdict
    path = tmp_path / "tok" / manifest.splits[0].files[0].path
    data = path.read_bytes()
    (text,) = TextReader(DatasetStore(dataset), "text").rows("train", [120])
    ids = np.array([token_of(character) for character in text[:8]], np.int32)
    other = data.replace(ids.tobytes(), ids[::-1].tobytes(), 1)
    assert data != other
    path.write_bytes(data + b"more" if verify == "sample" else other)
    audit = audit_again(dataset, tmp_path / "tok", manifest)
    failed = {check.name for check in audit.checks if check.passed is False}
    assert ("failed", found) == (audit.verdict, failed - {"empty_rows", "losses"})


def test_a_check_that_is_not_fatal_only_warns(dataset: Path, tmp_path: Path) -> None:
    """Empty rows and cut tokens do not make a tokenization wrong."""
    manifest = tokenize_into(dataset, tmp_path, SETTINGS)
    audit = audit_again(dataset, tmp_path / "tok", manifest, is_lossless=True)
    failed = {check.name for check in audit.checks if check.passed is False}
    assert ("warning", {"empty_rows", "losses"}) == (audit.verdict, failed)
    assert audit.documents_compared == manifest.ledger.documents


def test_unknown_words_do_not_warn_of_special_tokens(dataset: Path, tmp_path: Path) -> None:
    """The record of the tokenizer names the token for unknown words, so the audit counts it separately."""
    unknown = token_of("7")
    special = FakeSpecial(unk=unknown)
    manifest = tokenize_into(dataset, tmp_path, SETTINGS, tokenizer=FakeTokenizer(special=special))
    check = next(check for check in read_audit(tmp_path / "tok").checks if check.name == "special_in_text")
    assert unknown == manifest.tokenizer.special["unk"]
    assert (True, 0) == (check.passed, check.figures["in_text"])
    assert int(check.figures["unknown"]) > 0
