"""Queries of the index: hits by window, candidates for patterns, and the best hits."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tantivy import Query

from fakes.corpora import make_dataset
from mistudio.corpus.arrays import Ids
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.index_builder import build_index
from mistudio.corpus.search.index_reader import FilteredSource, IndexReader
from mistudio.corpus.search.query import parse_words

NUM_ROWS = 20_000


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> IndexReader:
    """Index 20,000 rows; row n has the word ``w{n}``, and every tenth has ``tenth lantern``."""
    folder: Path = tmp_path_factory.mktemp("index") / "ds"
    rows = [{"text": f"w{number}{' tenth lantern' if number % 10 == 0 else ' other'}"} for number in range(NUM_ROWS)]
    make_dataset(folder, {"train": [rows]})
    return IndexReader(folder, build_index(folder, monitor=NullMonitor(), heap_bytes=15_000_000))


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """Start the threads that filter."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


def query_words(index: IndexReader, text: str) -> Query:
    """Return the query for words."""
    query = index.make_words_query(parse_words(text))
    assert query is not None
    return query


def find_all(index: IndexReader, query: Query, start: int = 0, stop: int = NUM_ROWS) -> list[int]:
    """Return the ids of all hits."""
    source = index.find_hits(query, start, stop)
    hits = source.find(range(source.windows), Deadline())
    assert source.counts() == [len(ids) for ids in hits]
    return [row for ids in hits for row in ids.tolist()]


@pytest.mark.parametrize(("start", "stop"), [(0, NUM_ROWS), (5, 25), (8_191, 8_193), (30, 30), (19_990, NUM_ROWS)])
def test_hits_come_in_order_and_within_the_rows(index: IndexReader, start: int, stop: int) -> None:
    """The counts of the windows are those of the hits."""
    expected = [row for row in range(start, stop) if row % 10 == 0]
    assert expected == find_all(index, query_words(index, "tenth"), start, stop)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w17", [17]),
        ("w20 -tenth", []),
        ('"tenth lantern" w30', [30]),
        ("w1999*", [1_999, *range(19_990, 20_000)]),
        ('"w40 ten*"', [40]),
        ("nowhere", []),
    ],
)
def test_words_phrases_prefixes_and_exclusions(index: IndexReader, text: str, expected: list[int]) -> None:
    """Each finds the rows that it says."""
    assert expected == find_all(index, query_words(index, text))


def test_a_phrase_with_too_frequent_a_prefix_is_left_to_a_scan(index: IndexReader) -> None:
    """Its last word stands for 20,000 words; a single prefix is still a query."""
    assert index.make_words_query(parse_words('"tenth w*"')) is None
    assert index.make_words_query(parse_words("w*")) is not None


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ((("lantern",),), range(0, NUM_ROWS, 10)),
        ((("nth lant",),), range(0, NUM_ROWS, 10)),
        ((("w123 ", "w124 "),), [123, 124]),
        ((("antern",), ("w50 ",)), [50]),
    ],
)
def test_candidates_include_every_row_with_the_literals(
    index: IndexReader, needs: tuple[tuple[str, ...], ...], expected: range | list[int]
) -> None:
    """Literals may begin and end inside words; of the alternatives of a need, one is enough."""
    query = index.make_candidate_query(needs)
    assert query is not None
    assert set(expected) <= set(find_all(index, query))


@pytest.mark.parametrize("needs", [(), (("w1",),), (("…",),), (("lantern", "x"),)])
def test_literals_that_tell_too_little_give_no_query(index: IndexReader, needs: tuple[tuple[str, ...], ...]) -> None:
    """None at all, a short part of a word, no word, or an alternative that is such."""
    assert index.make_candidate_query(needs) is None


def test_the_best_hits_come_page_by_page(index: IndexReader) -> None:
    """Equal scores come in the order of the rows."""
    query = query_words(index, "tenth")
    pages = [index.find_best(query, 100, NUM_ROWS, offset=offset, size=3).tolist() for offset in (0, 3)]
    assert [[100, 110, 120], [130, 140, 150]] == pages


def test_a_filter_gets_small_batches_first(index: IndexReader, executor: Executor) -> None:
    """All hits pass through it once, in order, and only the selected ones are found."""
    hits = index.find_hits(query_words(index, "tenth"), 0, NUM_ROWS)
    sizes: list[int] = []

    def select(ids: Ids) -> Ids:
        sizes.append(len(ids))
        selected: Ids = ids[ids % 20 == 0]
        return selected

    source = FilteredSource(hits, select, batch_size=1_000, executor=executor)
    found = [source.find([window], Deadline())[0] for window in range(source.windows)]
    assert list(range(0, NUM_ROWS, 20)) == np.concatenate(found).tolist()
    assert sum(hits.counts()) == sum(sizes)
    assert sizes[0] == hits.counts()[0]
