"""Searches with conditions on columns and in the order of a column find what a loop over the rows finds."""

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.corpora import make_dataset
from fakes.searching import PlainRows, write_lengths
from mistudio.corpus.columns.conditions import parse_conditions
from mistudio.corpus.columns.order import OrderBy
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.hit_counter import Deadline, SearchEnded
from mistudio.corpus.search.index_builder import build_index
from mistudio.corpus.search.search import SearchableDataset, SearchRequest
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.lengths import TokenLengths

WORDS = ["red", "fox", "the", "lantern", "日本", "naïve"]
WHERE: dict[str, Callable[[Any], bool]] = {
    '["stars",">=",3]': lambda row: row["stars"] is not None and row["stars"] >= 3,
    '["stars","is_null"]': lambda row: row["stars"] is None,
    '["lang","in",["en","zh"]]': lambda row: row["lang"] in ("en", "zh"),
    '["meta.score","<",0.5]': lambda row: row["meta"]["score"] < 0.5,
    '["lang","=","xx"]': lambda row: row["lang"] == "xx",
    '["text","contains","fox"]': lambda row: "fox" in row["text"],
}
Row = dict[str, object]


class FilterCase:
    """Rows in two splits, one of which is not tokenized, on disk with and without an index."""

    def __init__(self, rows: list[tuple[str, Row, int | None]], datasets: list[SearchableDataset]) -> None:
        self.rows = rows
        self.datasets = datasets
        self.plain = PlainRows([(split, str(row["text"]), tokens) for split, row, tokens in rows])


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilterCase]:
    """Write 2,600 rows: several row groups."""
    chance = random.Random(5)

    def make_row() -> Row:
        return {
            "text": " ".join(chance.choices(WORDS, k=6)),
            "stars": chance.choice([None, 1, 2, 3, 4, 5]),
            "lang": chance.choice(["en", "de", "zh"]),
            "meta": {"score": chance.random()},
        }

    folder = tmp_path_factory.mktemp("filtered") / "ds"
    files = {"train": [[make_row() for _ in range(1_300)], [make_row() for _ in range(1_100)]]}
    files["test"] = [[make_row() for _ in range(200)]]
    make_dataset(folder, files)
    lengths = {"train": [chance.randint(1, 50) for _ in range(2_400)]}
    write_lengths(folder / "tokenized" / "tok_1", lengths)
    store = DatasetStore(folder)
    build_index(folder, monitor=NullMonitor())
    train = [row for file in files["train"] for row in file]
    rows: list[tuple[str, Row, int | None]] = [
        ("train", row, count) for row, count in zip(train, lengths["train"], strict=True)
    ]
    rows += [("test", row, None) for row in files["test"][0]]
    with ThreadPoolExecutor(2) as threads:
        datasets = [SearchableDataset(store, threads, is_indexed=each, early_bytes=1_000) for each in (True, False)]
        yield FilterCase(rows, datasets)


REQUESTS: st.SearchStrategy[dict[str, object]] = st.builds(
    dict,
    search=st.sampled_from([(None, ""), ("words", "fox"), ("words", "red -fox"), ("exact", "x la"), ("regex", "^the")]),
    split=st.sampled_from([None, "train", "test"]),
    bounds=st.sampled_from([(None, None), (10, None), (5, 30)]),
    where=st.lists(st.sampled_from(list(WHERE)), max_size=2),
    order=st.sampled_from([None, "stars", "-stars", "lang", "-meta.score"]),
)


def sort_rows(rows: list[tuple[str, Row, int | None]], ids: list[int], order: str | None) -> list[int]:
    """Sort ids in Python."""
    if order is None:
        return ids
    name = order.removeprefix("-")

    def read(number: int) -> object:
        row = rows[number][1]
        return row["meta"]["score"] if name == "meta.score" else row[name]  # type: ignore[index]

    filled = [number for number in ids if read(number) is not None]
    filled.sort(key=read, reverse=order.startswith("-"))  # type: ignore[arg-type]
    return filled + [number for number in ids if read(number) is None]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(REQUESTS, st.integers(0, 300))
def test_finds_what_a_loop_finds(case: FilterCase, asked: dict[str, object], offset: int) -> None:
    """Conditions combine with every search, split, range of tokens and order; counts are exact."""
    (mode, text), (least, most) = asked["search"], asked["bounds"]  # type: ignore[misc]
    where, order = asked["where"], asked["order"]
    request = SearchRequest(
        mode=mode,  # type: ignore[has-type]
        text=text,  # type: ignore[has-type]
        case=False,
        split=asked["split"],  # type: ignore[arg-type]
        least=least,  # type: ignore[has-type]
        most=most,  # type: ignore[has-type]
        sort="row",
        where=parse_conditions(where),  # type: ignore[arg-type]
        order_by=OrderBy.parse(order) if order else None,  # type: ignore[arg-type]
    )
    expected = [
        number
        for number in case.plain.find_hits(request)
        if all(WHERE[each](case.rows[number][1]) for each in where)  # type: ignore[attr-defined]
    ]
    expected = sort_rows(case.rows, expected, order)  # type: ignore[arg-type]
    for dataset in case.datasets:
        lengths = TokenLengths(dataset.store.folder / "tokenized" / "tok_1", dataset.store)
        search = dataset.search(request, lengths)
        page = search.page(offset, 50, deadline=Deadline(), patience=60.0)
        assert page.ids == expected[offset : offset + 50]
        search.complete(Deadline())
        assert search.page(0, 1, deadline=Deadline(), patience=60.0).total == len(expected)


def test_the_best_hits_meet_the_conditions(case: FilterCase) -> None:
    """Relevance and conditions go together."""
    request = SearchRequest(
        mode="words",
        text="lantern",
        case=False,
        split=None,
        least=None,
        most=None,
        sort="relevance",
        where=parse_conditions(['["stars","=",5]']),
    )
    page = case.datasets[0].search(request).page(0, 10, deadline=Deadline(), patience=60.0)
    assert len(page.ids) == 10
    assert all(case.rows[number][1]["stars"] == 5 for number in page.ids)


def test_sorting_ends_with_its_client(case: FilterCase) -> None:
    """A sort is cancelled as a search is."""
    request = SearchRequest(
        mode=None, text="", case=False, split=None, least=None, most=None, sort="row", order_by=OrderBy("stars")
    )
    deadline = Deadline()
    deadline.end()
    with pytest.raises(SearchEnded):
        case.datasets[0].search(request).page(0, 10, deadline=deadline, patience=0)


def test_the_newest_orders_are_kept(case: FilterCase) -> None:
    """The second page of a sorted list reads no column again."""
    request = SearchRequest(
        mode=None, text="", case=False, split=None, least=None, most=None, sort="row", order_by=OrderBy("stars")
    )
    search = case.datasets[0].search(request)
    first = search.page(0, 50, deadline=Deadline(), patience=0)
    ended = Deadline()
    ended.end()
    second = search.page(50, 50, deadline=ended, patience=0)
    assert (first.total, len(second.ids), set(first.ids) & set(second.ids)) == (2_600, 50, set())
    assert json.dumps(second.ids)
