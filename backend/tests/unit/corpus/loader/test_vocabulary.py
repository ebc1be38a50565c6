"""Counts and places of tokens: each equals a loop over every position of every row."""

from collections import Counter
from pathlib import Path

import pytest

from fakes.tokenizing import make_varied_dataset, tokenize_into
from mistudio.core.errors import DataMissing, InvalidData
from mistudio.corpus.loader.occurrences import Occurrence, find_occurrences, read_keyword
from mistudio.corpus.loader.vocabulary import count_vocabulary, order_tokens, sum_vocabulary
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.manifest import Manifest, read_manifest
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.corpus.tokenized.trace import list_kinds

KINDS = {
    "packed": TokenizeSettings(tokenizer="fake", max_length=8, packing="concat"),
    "padded": TokenizeSettings(
        tokenizer="fake", max_length=16, padding="max_length", begin_of_row_token="bos", end_of_document_token=63
    ),
    "ragged": TokenizeSettings(tokenizer="fake", max_length=16, begin_of_row_token="bos"),
    "windows": TokenizeSettings(tokenizer="fake", max_length=12, packing="windows", stride=5),
    "longest": TokenizeSettings(tokenizer="fake", truncation=False, padding="longest", heldout_fraction=0.3),
}


@pytest.fixture(scope="module", params=KINDS)
def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[TokenizedStore, Manifest]:
    """Return a tokenization in several files, and the manifest of its dataset."""
    place = tmp_path_factory.mktemp("vocabulary")
    dataset = make_varied_dataset(place / "ds")
    tokenize_into(dataset, place, KINDS[request.param], part_bytes=1_500)
    return TokenizedStore.open(place / "tok"), read_manifest(dataset)


def loop(store: TokenizedStore, split: str) -> list[tuple[Occurrence, int, str]]:
    """Return every position before the padding, with its token and its kind."""
    found: list[tuple[Occurrence, int, str]] = []
    for row in store.rows(split, offset=0, limit=100_000):
        kinds = list_kinds(row, store.manifest)
        unpadded = len(kinds) - kinds.count("padding")
        found += [
            (Occurrence(split, row.row, position, unpadded), int(row.ids[position]), kinds[position])
            for position in range(unpadded)
        ]
    return found


def test_counts_are_those_of_a_loop_and_of_the_manifest(rows: tuple[TokenizedStore, Manifest]) -> None:
    """Each split's counts, of documents and of inserted tokens; the sum has the manifest's most frequent ones."""
    store, _dataset = rows
    counts = count_vocabulary(store)
    for split in counts:
        expected = Counter((token, kind) for _place, token, kind in loop(store, split.split))
        found = {(token, "data"): int(count) for token, count in enumerate(split.data) if count}
        found |= {(token, "special"): int(count) for token, count in enumerate(split.inserted) if count}
        assert found == expected
        statistics = store.manifest.split(split.split).statistics
        assert statistics.unique_tokens == int((split.data > 0).sum())
    main = [each for each in counts if not store.manifest.split(each.split).is_held_out]
    most = store.manifest.statistics.most_frequent
    data, _inserted = sum_vocabulary(main)
    assert [(token, int(data[token])) for token in order_tokens(main, "most")[: len(most)].tolist()] == [
        (each.id, each.count) for each in most
    ]


def test_each_order_has_its_tokens(rows: tuple[TokenizedStore, Manifest]) -> None:
    """All ids from the most frequent on; those of documents from the least on; those that were never written."""
    counts = count_vocabulary(rows[0])
    data, inserted = sum_vocabulary(counts)
    most, least, never = (order_tokens(counts, order).tolist() for order in ("most", "least", "never"))
    assert most == sorted(range(len(data)), key=lambda token: (-data[token], token))
    assert least == sorted(data.nonzero()[0].tolist(), key=lambda token: (data[token], token))
    assert never == [token for token in range(len(data)) if data[token] == inserted[token] == 0]


def test_pages_of_occurrences_are_slices_of_all(rows: tuple[TokenizedStore, Manifest]) -> None:
    """Any page, also across splits and files, and beyond the end."""
    store, _dataset = rows
    splits = [split.name for split in store.manifest.splits]
    everything = [each for split in splits for each in loop(store, split)]
    counts = Counter(token for _place, token, _kind in everything)
    for token in (counts.most_common()[0][0], counts.most_common()[-1][0]):
        expected = [place for place, found, _kind in everything if found == token]
        for offset in {0, 1, 7, len(expected) // 2, len(expected) - 1, len(expected), len(expected) + 5}:
            for limit in (1, 3, 50):
                found = find_occurrences(store, token, splits=splits, offset=offset, limit=limit)
                assert found == expected[offset : offset + limit]


def test_a_keyword_is_shown_with_its_neighbours(rows: tuple[TokenizedStore, Manifest]) -> None:
    """The window stays within the row and before its padding."""
    store, dataset = rows
    split = store.manifest.splits[0].name
    for place, token, _kind in loop(store, split)[:: max(1, store.num_rows(split) // 7)]:
        (row,) = store.rows(split, offset=place.row, limit=1)
        found = read_keyword(store, dataset, place, window=3)
        ids = row.ids[: place.unpadded].tolist()
        assert found.context.ids.tolist() == ids[max(0, place.position - 3) : place.position + 4]
        assert found.context.ids[found.at] == token


def test_a_damaged_file_is_reported(tmp_path: Path) -> None:
    """A file that was cut meanwhile ends in an error of ours, not in a signal."""
    dataset = make_varied_dataset(tmp_path / "ds")
    tokenize_into(dataset, tmp_path, KINDS["packed"])
    store = TokenizedStore.open(tmp_path / "tok")
    count_vocabulary(store)
    path = store.folder / store.manifest.splits[0].files[0].path
    path.write_bytes(path.read_bytes()[:100])
    for read in (
        lambda: count_vocabulary(store),
        lambda: find_occurrences(store, 5, splits=["train"], offset=0, limit=5),
    ):
        with pytest.raises((DataMissing, InvalidData)):
            read()
