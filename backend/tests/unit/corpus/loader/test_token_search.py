"""Positions, contexts and masks: each equals a loop over every position, and leads back to its document."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.corpora import make_dataset
from fakes.tokenizing import BOS, EOS, PAD, make_varied_dataset, tokenize_into
from mistudio import open_dataset
from mistudio.core.errors import UnknownSplit, ValidationFailed
from mistudio.corpus.loader.origins import Context
from mistudio.corpus.loader.token_search import find_positions
from mistudio.corpus.open_dataset import OpenDataset
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.corpus.tokenized.trace import list_kinds

KINDS = {
    "packed": TokenizeSettings(tokenizer="fake", max_length=8, packing="concat"),
    "padded": TokenizeSettings(
        tokenizer="fake", max_length=16, padding="max_length", begin_of_row_token="bos", end_of_document_token=63
    ),
    "ragged": TokenizeSettings(tokenizer="fake", max_length=16, begin_of_row_token="bos"),
    "partial": TokenizeSettings(tokenizer="fake", max_length=9, packing="concat", keep_last_partial=True),
    "longest": TokenizeSettings(tokenizer="fake", truncation=False, padding="longest", heldout_fraction=0.3),
}

TOKENS = [*(ord(letter) % 61 for letter in "0123456789 "), BOS, EOS, 63]


@pytest.fixture(scope="module", params=KINDS)
def data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OpenDataset:
    """Return a dataset with one tokenization, tok_1."""
    place = tmp_path_factory.mktemp("search")
    dataset = make_varied_dataset(place / "ds")
    tokenize_into(dataset, place, KINDS[request.param], part_bytes=1_500)
    (dataset / "tokenized").mkdir(exist_ok=True)
    (place / "tok").rename(dataset / "tokenized" / "tok_1")
    return open_dataset(dataset)


def store_of(data: OpenDataset) -> TokenizedStore:
    """Return the rows of the tokenization."""
    return TokenizedStore.open(data.folder / "tokenized" / "tok_1")


def require_origins(data: OpenDataset, context: Context) -> None:
    """Compare the context with the texts of its documents, character by character, and with the file's name."""
    manifest, covered = store_of(data).manifest, set()
    assert [manifest.split(context.split).source] * len(context.origins) == [each.split for each in context.origins]
    for origin in context.origins:
        (row,) = data.page(origin.split, offset=origin.row, limit=1)
        text = str(row["text"])[origin.token_start : origin.token_start + origin.length]
        assert [ord(letter) % 61 for letter in text] == context.ids[origin.position :][: origin.length].tolist()
        covered |= set(range(origin.position, origin.position + origin.length))
        assert origin.file is None or origin.file in data.manifest.sources
    special = set(range(len(context.ids))) - covered
    assert {BOS, EOS, 63} >= {int(context.ids[position]) for position in special}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([ord(letter) % 61 for letter in "0123456789 "] + [BOS, EOS, 63]), min_size=1, max_size=3)
)
def test_positions_are_those_of_a_loop(data: OpenDataset, wanted: list[int]) -> None:
    """Within rows, without padding, in every split."""
    store, expected = store_of(data), []
    for split in store.manifest.splits:
        for row in store.rows(split.name, offset=0, limit=10**6):
            kinds, ids = list_kinds(row, store.manifest), row.ids.tolist()
            parts = [slice(start, start + len(wanted)) for start in range(len(ids) - len(wanted) + 1)]
            found_here = [part.start for part in parts if ids[part] == wanted and "padding" not in kinds[part]]
            expected += [(split.name, row.row, start) for start in found_here]
    found = data.positions_of("tok_1", wanted)
    places = [
        (found.splits[split], row, position)
        for split, row, position in zip(
            found.split_of.tolist(), found.rows.tolist(), found.positions.tolist(), strict=True
        )
    ]
    assert expected == places
    if len(found):
        context = found.context(len(found) // 2)
        assert wanted == context.ids.tolist()
        require_origins(data, context)


def test_one_token_and_one_split(data: OpenDataset) -> None:
    """A number is a sequence of one; no token is refused."""
    token = ord(" ") % 61
    assert len(data.positions_of("tok_1", token)) == len(data.positions_of("tok_1", [token]))
    assert {0} >= set(data.positions_of("tok_1", token, split="test").split_of.tolist())
    with pytest.raises(ValidationFailed, match="at least one token id"):
        data.positions_of("tok_1", [])
    with pytest.raises(UnknownSplit):
        data.positions_of("tok_1", token, split="dev")


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 18), st.integers(0, 40), st.integers(0, 2**60))
def test_contexts_are_different_windows_of_rows(data: OpenDataset, length: int, count: int, seed: int) -> None:
    """The seed decides which; if there are fewer than wanted, all of them come."""
    contexts = data.contexts("tok_1", length=length, n=count, seed=seed)
    places = [(context.row, context.position) for context in contexts]
    assert len(places) == len(set(places)) <= count
    store = store_of(data)
    kinds = [list_kinds(row, store.manifest) for row in store.rows("train", offset=0, limit=10**6)]
    possible = sum(max(0, len(row) - row.count("padding") - length + 1) for row in kinds)
    assert min(count, possible) == len(places)
    for context in contexts[:3]:
        assert "padding" not in kinds[context.row][context.position : context.position + length]
        require_origins(data, context)
    assert places == [(each.row, each.position) for each in data.contexts("tok_1", length, count, seed)]


def test_invalid_windows_are_refused(data: OpenDataset) -> None:
    """The message names the argument."""
    with pytest.raises(ValidationFailed, match="length must be at least 1"):
        data.contexts("tok_1", length=0, n=1, seed=0)
    with pytest.raises(ValidationFailed, match="seed must be at least 0"):
        data.contexts("tok_1", length=1, n=1, seed=-1)


def test_the_mask_marks_what_is_no_data(data: OpenDataset) -> None:
    """It has the kinds that the panel shows."""
    store = store_of(data)
    for split in store.manifest.splits:
        rows = store.rows(split.name, offset=0, limit=10**6)
        expected = [kind != "data" for row in rows for kind in list_kinds(row, store.manifest)]
        mask = data.special_tokens_mask("tok_1", split.name)
        assert expected == mask.ravel().tolist()
        assert np.bool_ == mask.dtype


def find_in(folder: Path, token_ids: list[int], **fields: Any) -> list[tuple[int, int]]:
    """Return the row and position of every place at which the tokens occur in two short texts."""
    manifest = make_dataset(folder / "ds", {"train": [[{"text": "aab"}, {"text": "aaaa"}]]})
    tokenize_into(folder / "ds", folder, TokenizeSettings(tokenizer="fake", begin_of_row_token="none", **fields))
    found = find_positions(TokenizedStore.open(folder / "tok"), manifest, token_ids, splits=["train"])
    return list(zip(found.rows.tolist(), found.positions.tolist(), strict=True))


def test_places_may_overlap_and_end_with_their_row(tmp_path: Path) -> None:
    """No place begins in one row and ends in the next."""
    a = ord("a") % 61
    assert [(0, 0), (1, 0), (1, 1), (1, 2)] == find_in(tmp_path, [a, a], max_length=8)


def test_padding_is_no_place(tmp_path: Path) -> None:
    """Nor is a sequence of more tokens than there are."""
    assert [] == find_in(tmp_path / "one", [PAD], max_length=8, padding="max_length")
    assert [] == find_in(tmp_path / "two", [ord("a") % 61] * 20, max_length=8)
