"""An audit examines all rows, or rows at places that are spread evenly."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.tokenizing import BOS, EOS, FakeTemplate, FakeTokenizer, make_varied_dataset, tokenize_into
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.audit_sample import choose_places, count_unpadded, read_audit_batches
from mistudio.corpus.tokenized.store import TokenizedStore

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16, padding="max_length", verify="full")
FRAMED = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))


@given(rows=st.integers(0, 10_000), mean_bytes=st.integers(0, 10**7), is_full=st.booleans())
def test_places_cover_everything_or_are_spread_evenly(rows: int, mean_bytes: int, is_full: bool) -> None:
    """In order, none twice; a thousand rows or all, and fewer only if documents are long."""
    places = choose_places(rows, mean_bytes, is_full=is_full)
    numbers = [row for place in places for row in place]
    assert sorted(set(numbers)) == numbers
    assert set(numbers) <= set(range(rows))
    if is_full or rows <= 8:
        assert list(range(rows)) == numbers
    assert len(numbers) >= min(rows, 8)
    if mean_bytes <= 8_000:
        assert len(numbers) >= min(rows, 1_000)
    elif not is_full:
        assert len(numbers) * mean_bytes <= max(8 * mean_bytes, 8 << 20)
    assert {0, rows - 1} <= set(numbers) or not rows


@pytest.mark.parametrize("packing", ["off", "concat"])
def test_batches_have_every_row_with_its_texts(tmp_path: Path, packing: str) -> None:
    """Every span of data names a source row whose text is there, and no special token is in a span."""
    settings = SETTINGS if packing == "off" else replace(SETTINGS, packing="concat", padding="do_not_pad")
    dataset = make_varied_dataset(tmp_path / "ds")
    manifest = tokenize_into(dataset, tmp_path, settings, tokenizer=FRAMED)
    store, reader = TokenizedStore.open(tmp_path / "tok"), TextReader(DatasetStore(dataset), "text")
    for split in manifest.splits:
        batches = list(read_audit_batches(store, split, manifest, reader))
        assert list(range(split.rows)) == [row.row for batch in batches for row in batch.rows]
        for batch in batches:
            for row, span in batch.spans:
                data = row.ids[span.position : span.position + span.length]
                assert len(batch.texts[span.row]) >= span.token_start + span.length
                assert not {BOS, EOS} & set(data.tolist())
                assert span.position + span.length <= count_unpadded(row, manifest)
