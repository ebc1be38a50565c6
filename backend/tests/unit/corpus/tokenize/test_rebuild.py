"""A manifest rebuilds the same bytes, or the rebuild says what differs."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.tokenizing import FakeTokenizer, make_fake_engines, make_varied_dataset, tokenize_into
from mistudio.core.errors import SourceChanged
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenize.rebuild import rebuild_from_manifest
from mistudio.corpus.tokenized.manifest import TokenizedManifest

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16, packing="concat", shuffle_seed=4, heldout_fraction=0.2)
TOKENIZER = FakeTokenizer()


def test_a_manifest_rebuilds_the_same_bytes(tmp_path: Path) -> None:
    """It refuses a dataset or a tokenizer that has changed, and a file that comes out differently."""
    dataset = make_varied_dataset(tmp_path / "ds")
    manifest = tokenize_into(dataset, tmp_path / "one", SETTINGS, tokenizer=TOKENIZER)

    def rebuild(folder: str, *, manifest: TokenizedManifest, tokenizer: FakeTokenizer = TOKENIZER) -> TokenizedManifest:
        staging, target = tmp_path / folder / "staging", tmp_path / folder / "tok"
        return rebuild_from_manifest(
            dataset,
            manifest,
            staging,
            target,
            tokenizer=tokenizer,
            engines=make_fake_engines(),
            monitor=NullMonitor(),
        )

    with pytest.raises(SourceChanged, match="its fingerprint differs"):
        rebuild("two", manifest=manifest, tokenizer=replace(TOKENIZER, fingerprint="other"))
    other_dataset = replace(manifest, dataset=replace(manifest.dataset, manifest_sha256="0" * 64))
    with pytest.raises(SourceChanged, match="The dataset is not the one"):
        rebuild("two", manifest=other_dataset)
    with pytest.raises(SourceChanged, match=r"length_counts\.npy and 0 other files differ"):
        rebuild("three", manifest=replace(manifest, others={**manifest.others, "train/length_counts.npy": "0" * 64}))
    assert manifest.splits == rebuild("two", manifest=manifest).splits
