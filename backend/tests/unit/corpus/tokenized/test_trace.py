"""A trace leads from any position of any row back to the characters that the token was made of."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.tokenizing import BOS, EOS, FakeTemplate, FakeTokenizer, make_varied_dataset, token_of, tokenize_into
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.corpus.tokenized.trace import trace_position

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16)
FRAMED = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two splits with documents of many lengths."""
    return make_varied_dataset(tmp_path_factory.mktemp("trace") / "ds")


@pytest.mark.parametrize("packing", ["off", "concat"])
def test_every_position_leads_back_to_its_character(dataset: Path, tmp_path: Path, packing: str) -> None:
    """In packed and in unpacked rows; every other position is a special token."""
    settings = replace(SETTINGS, packing="concat" if packing == "concat" else "off")
    manifest = tokenize_into(dataset, tmp_path, settings, tokenizer=FRAMED, batch_bytes=None, part_bytes=2_000)
    store, reader = TokenizedStore.open(tmp_path / "tok"), TextReader(DatasetStore(dataset), "text")
    data = 0
    for row in store.rows("train", offset=5, limit=12):
        for position, token in enumerate(row.ids):
            found = trace_position(
                row,
                position,
                split="train",
                manifest=manifest,
                dataset=read_manifest(dataset),
                reader=reader,
                find_characters=lambda text: [(index, index + 1) for index in range(len(text))],
            )
            if found.source is None:
                assert ("special", True) == (found.kind, int(token) in (BOS, EOS))
                continue
            data += 1
            source = found.source
            text = source.text[source.char_start - source.text_start : source.char_end - source.text_start]
            (whole,) = reader.rows("train", [source.row])
            assert whole[source.char_start : source.char_end] == text
            assert token_of(text) == token
            assert source.source is not None
    assert data > 50
