"""What-if has the figures of a real run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fakes.tokenizing import BOS, EOS, FakeTemplate, FakeTokenizer, make_varied_dataset, tokenize_into
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.tokenize.what_if import WhatIfLayout, calculate_what_if, read_lengths, wrap_sample
from mistudio.corpus.tokenized.manifest import TokenizedManifest

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16)
TOKENIZERS = [FakeTokenizer(), FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two splits with documents of many lengths."""
    return make_varied_dataset(tmp_path_factory.mktemp("what-if") / "ds")


def run(dataset: Path, folder: Path, settings: TokenizeSettings, tokenizer: FakeTokenizer) -> TokenizedManifest:
    """Tokenize for real, and return the manifest."""
    return tokenize_into(dataset, folder, settings, tokenizer=tokenizer, batch_bytes=None, part_bytes=2_000)


def list_figures(manifest: TokenizedManifest) -> dict[str, int]:
    """Return the figures of a run by the names of what-if."""
    ledger = manifest.ledger
    names = ("positions", "data_tokens", "special_tokens", "padding", "truncated", "dropped")
    rows = sum(split.rows for split in manifest.splits if not split.is_held_out)
    return {"rows": rows, **{name: getattr(ledger, name) for name in names}}


def drop_size(layout: WhatIfLayout) -> dict[str, int]:
    """Return the figures that are exact."""
    return {name: value for name, value in vars(layout).items() if name != "size_bytes"}


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=["bare", "framed"])
@pytest.mark.parametrize(
    "settings",
    [replace(SETTINGS, max_length=4), replace(SETTINGS, heldout_fraction=0.4, keep_last_partial=True)],
    ids=str,
)
def test_what_if_equals_the_real_run(
    dataset: Path, tmp_path: Path, settings: TokenizeSettings, tokenizer: FakeTokenizer
) -> None:
    """For ragged, padded and packed rows of several lengths, counted from a run with other settings."""
    first = run(dataset, tmp_path / "first", settings, tokenizer)
    lengths = read_lengths(tmp_path / "first" / "tok", first)
    max_lengths = [3, 7, 16, 100]
    found = calculate_what_if(
        lengths, max_lengths, settings=settings, tokenizer=tokenizer, dataset=read_manifest(dataset)
    )
    layouts = {"ragged": {}, "padded": {"padding": "max_length"}, "packed": {"packing": "concat"}}
    for option in found.options:
        for name, changes in layouts.items():
            wanted = replace(settings, max_length=option.max_length, **changes)  # type: ignore[arg-type]
            real = run(dataset, tmp_path / f"{name}{option.max_length}", wanted, tokenizer)
            assert list_figures(real) == drop_size(getattr(option, name))


def test_a_sample_is_scaled_to_all(dataset: Path) -> None:
    """Two documents of five tokens stand for ten."""
    found = calculate_what_if(
        wrap_sample(np.array([5, 5], np.int64)),
        [4],
        settings=SETTINGS,
        tokenizer=FakeTokenizer(),
        dataset=read_manifest(dataset),
        documents=10,
    )
    ragged = found.options[0].ragged
    assert (10, 2, 50) == (found.documents, found.documents_counted, found.source_tokens)
    assert (10, 40, 10) == (ragged.rows, ragged.positions, ragged.truncated)
