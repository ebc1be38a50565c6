"""Scans: the matchers, the row groups and the sources of hits."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fakes.corpora import make_dataset
from fakes.searching import write_lengths
from mistudio.corpus.search.hit_counter import Deadline, SearchEnded
from mistudio.corpus.search.query import make_exact_pattern, make_regex_pattern, parse_words
from mistudio.corpus.search.row_filters import LengthRange
from mistudio.corpus.search.row_groups import RowGroups
from mistudio.corpus.search.scan import PatternMatcher, RangeSource, ScanSource, WordsMatcher, select_matches
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.lengths import TokenLengths

TEXTS = pa.array(["a red fox", "Red", None, "fox, not red", ""])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DatasetStore:
    """Write two splits of 2,500 and 1,200 rows; every hundredth text has the word ``rare``."""
    folder: Path = tmp_path_factory.mktemp("scan") / "ds"
    rows = [{"text": f"row {number}{' rare' if number % 100 == 7 else ''}"} for number in range(2_500)]
    make_dataset(folder, {"train": [rows], "test": [rows[:1_200]]})
    write_lengths(folder / "tokenized" / "tok_1", {"train": list(range(2_500))})
    return DatasetStore(folder)


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """Start the threads that read."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("red", [0, 1, 3]), ("red fox", [0, 3]), ('"red fox"', [0]), ("red -fox", [1]), ("-red", [2, 4]), ("fo*", [0, 3])],
)
def test_words_match_in_any_order_and_case(typed: str, expected: list[int]) -> None:
    """A null text has no words."""
    assert expected == np.flatnonzero(WordsMatcher(parse_words(typed)).match(TEXTS)).tolist()


def test_patterns_match_with_and_without_required_literals() -> None:
    """Null counts as the empty text; case matters only on request."""
    cases = [("red", False, [0, 1, 3]), ("red", True, [0, 3]), ("^$", True, [2, 4]), ("x$", True, [0])]
    for regex, case, expected in cases:
        matcher = PatternMatcher(make_regex_pattern(regex, case=case))
        assert expected == np.flatnonzero(matcher.match(TEXTS)).tolist(), regex
    exact = PatternMatcher(make_exact_pattern("X, N", case=False))
    assert [3] == np.flatnonzero(exact.match(TEXTS)).tolist()


def test_row_groups_are_found_by_row_ids(store: DatasetStore) -> None:
    """Ids count over all splits; a selection keeps the ids whose texts match."""
    groups = RowGroups(store)
    assert [0, 1_000, 2_000, 2_500, 3_500] == groups.starts
    spans = [(0, 1), (0, 1_000), (999, 1_001), (2_499, 2_501), (3_600, 3_700)]
    expected = [range(1), range(1), range(2), range(2, 4), range(4, 5)]
    assert expected == [groups.numbers_between(start, stop) for start, stop in spans]
    ids = np.array([6, 7, 107, 1_108, 2_507, 3_607])
    matcher = WordsMatcher(parse_words("rare"))
    assert [7, 107, 2_507, 3_607] == select_matches(groups, ids, matcher).tolist()
    assert [] == select_matches(groups, ids[:0], matcher).tolist()


def test_a_scan_finds_the_hits_of_each_row_group(store: DatasetStore, executor: Executor) -> None:
    """In one split or all; bounds of tokens leave out rows, and splits that are not tokenized."""
    matcher, groups = WordsMatcher(parse_words("rare")), RowGroups(store)
    for start, stop in [(0, 3_700), (2_500, 3_700), (0, 0)]:
        scan = ScanSource(groups, matcher, start=start, stop=stop, row_filter=None, executor=executor)
        hits = scan.find(range(scan.windows), Deadline())
        expected = [row for row in range(start, stop) if (row if row < 2_500 else row - 2_500) % 100 == 7]
        assert expected == [row for ids in hits for row in ids.tolist()]
    bounds = LengthRange(TokenLengths(store.folder / "tokenized" / "tok_1", store), 100, 307)
    scan = ScanSource(groups, matcher, start=0, stop=3_700, row_filter=bounds, executor=executor)
    assert [107, 207, 307] == [row for ids in scan.find(range(scan.windows), Deadline()) for row in ids.tolist()]


def test_bounds_of_tokens_alone_select_rows(store: DatasetStore) -> None:
    """Both ends belong to the range; a row that is not tokenized is outside of every range."""
    lengths = TokenLengths(store.folder / "tokenized" / "tok_1", store)
    for least, most, expected in [(5, 7, [5, 6, 7]), (None, 1, [0, 1]), (2_498, None, [2_498, 2_499])]:
        source = RangeSource(LengthRange(lengths, least, most), 0, 3_700)
        hits = source.find(range(source.windows), Deadline())
        assert expected == [row for ids in hits for row in ids.tolist()]
    assert [3, 5] == LengthRange(lengths, 2, 5).select(np.array([3, 1, 5, 2_600])).tolist()


def test_a_scan_ends_at_its_deadline(store: DatasetStore, executor: Executor) -> None:
    """It raises before the next row group."""
    deadline = Deadline()
    deadline.end()
    matcher = WordsMatcher(parse_words("rare"))
    scan = ScanSource(RowGroups(store), matcher, start=0, stop=3_700, row_filter=None, executor=executor)
    with pytest.raises(SearchEnded):
        scan.find(range(scan.windows), deadline)
