"""The manifest names the engine, and the documents that the reference encoded in its place."""

from dataclasses import replace
from pathlib import Path

from fakes.tokenizing import make_fake_engines, make_order, make_varied_dataset
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.manifest import manifest_sha256, read_manifest
from mistudio.corpus.tokenize.manifest_builder import build_manifest, describe_engine
from mistudio.corpus.tokenize.resolved_order import resolve_order
from mistudio.corpus.tokenize.shuffle import SHUFFLE
from mistudio.corpus.tokenized.manifest import EngineRecord

NOTE = "It failed on some documents (a panic); characters 1 encoded those."


def test_a_failure_is_noted_after_the_reason() -> None:
    """Without a failure the record stays as it is."""
    engines = make_fake_engines()
    assert engines.record == describe_engine(engines, None)
    assert EngineRecord("characters 1", f"it is the only one {NOTE}") == describe_engine(engines, "a panic")
    silent = replace(engines, record=EngineRecord("characters 1", None))
    assert EngineRecord("characters 1", NOTE) == describe_engine(silent, "a panic")


def test_the_manifest_describes_the_order(tmp_path: Path) -> None:
    """Its dataset, tokenizer, settings and packages, and how rows were shuffled."""
    dataset = make_varied_dataset(tmp_path / "ds")
    for seed, shuffle in ((None, None), (3, SHUFFLE)):
        settings = TokenizeSettings(tokenizer="named", shuffle_seed=seed)
        order = resolve_order(make_order(dataset, tmp_path, settings), read_manifest(dataset))
        order.staging.folder.mkdir(exist_ok=True)
        order.staging.claim(order.plan)
        manifest = build_manifest(order, [])
        assert ("ds", manifest_sha256(dataset)) == (manifest.dataset.id, manifest.dataset.manifest_sha256)
        assert ("named", order.settings_hash, shuffle) == (
            manifest.tokenizer.name,
            manifest.settings_hash,
            manifest.shuffle,
        )
        assert {"python", "mistudio", "pyarrow", "numpy", "tokenizers"} == set(manifest.versions)
