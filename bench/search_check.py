"""Compare search with a loop over every row, on real text: `make check-search ARGS="--text FILE"`.

FILE is a Parquet file with a column `text`. It becomes a dataset of two splits with an index and random token counts.
The searches come from the text itself: words, phrases, prefixes and exclusions in every script of the text, exact
substrings and regular expressions, each with and without split, token range and case. Each search runs with the index,
without it, and with the index asked first. The exit code is 1 if ids or totals differ from those of the loop.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from common import DATA
from common.measure import describe_machine, print_table
from common.search_data import ingest_sources
from common.texts import make_once
from fakes.searching import PlainRows, words_of, write_lengths
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.index_builder import build_index
from mistudio.corpus.search.query import SearchMode
from mistudio.corpus.search.search import EARLY_BYTES, SearchableDataset, SearchRequest
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.lengths import TokenLengths

SCRIPTS = {
    "Latin": ("a", "\u024f"),
    "Greek": ("\u0370", "\u03ff"),
    "Cyrillic": ("\u0400", "\u04ff"),
    "Arabic": ("\u0600", "\u06ff"),
    "Devanagari": ("\u0900", "\u097f"),
    "Thai": ("\u0e00", "\u0e7f"),
    "kana": ("\u3040", "\u30ff"),
    "Han": ("\u4e00", "\u9fff"),
    "Hangul": ("\uac00", "\ud7a3"),
    "digits": ("0", "9"),
}
PATTERNS = (
    *(
        r"\b[A-Z]\w+ology\b",
        r"https?://[^\s/]+\.org",
        r"\d{4}-\d{2}-\d{2}",
        r"(?i)cats?|dogs?",
        r"^The ",
        "[一-龥]{30}",
    ),
    *(r"\$\d+\.\d\d", r"colou?r\w*", r"(foo|bar)[_-]?\d", r"[а-я]+ость", r"\w+@\w+\.com", r"\bdef \w+\(self", "zzqx"),
)
# Split, minimum and maximum number of tokens.
FILTERS: Sequence[tuple[str | None, int | None, int | None]] = (
    (None, None, None),
    ("even", None, None),
    (None, 100, 400),
    ("odd", 50, None),
    (None, None, 60),
)
Rows = Sequence[tuple[str, str | None, int | None]]


def prepare_dataset(text: Path, megabytes: int) -> Path:
    """Return the indexed dataset of the first ``megabytes`` of the file, made unless an earlier run made it."""

    def make(folder: Path) -> None:
        folder.mkdir()
        ingest_sources(folder, _write_sources(text, megabytes, folder))
        chance, store = np.random.default_rng(3), DatasetStore(folder)
        counts = {split: chance.integers(1, 800, store.num_rows(split)).tolist() for split in store.splits}
        write_lengths(folder / "tokenized", counts)

    folder = make_once(DATA / "search" / f"check-{text.stem}-{megabytes}", make)
    build_index(folder, monitor=NullMonitor())
    return folder


def _write_sources(text: Path, megabytes: int, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the split and the file of the rows with even numbers, then of those with odd numbers."""
    table = pq.read_table(text, columns=["text"])
    share = min(1.0, megabytes * 1_000_000 / table.nbytes)
    numbers = np.arange(int(len(table) * share))
    for split, remainder in (("even", 0), ("odd", 1)):
        path = folder / f"{split}.parquet"
        pq.write_table(table.take(numbers[numbers % 2 == remainder]), path)
        yield split, path


def load_rows(folder: Path) -> PlainRows:
    """Return the same rows for the loop in Python."""
    store = DatasetStore(folder)
    rows: list[tuple[str, str | None, int | None]] = []
    for split in store.splits:
        counts = np.load(folder / "tokenized" / split / "lengths.npy").tolist()
        texts = [text for group in store.groups(split) for text in store.texts(group).to_pylist()]
        rows += zip([split] * len(texts), texts, counts, strict=True)
    return PlainRows(rows)


def make_requests(rows: Rows, chance: random.Random) -> Iterator[tuple[str, SearchRequest]]:
    """Yield the name of a search and its request, with each filter in turn."""
    queries: list[tuple[str, SearchMode, str]] = []
    texts = [text for _split, text, _tokens in rows if text]
    for script, (first, last) in SCRIPTS.items():
        sample = chance.sample(texts, min(20_000, len(texts)))
        if matching := [text for text in sample if any(first <= character <= last for character in text)]:
            queries += _script_queries(script, first, last, matching, chance)
    queries += [("regex", "regex", pattern) for pattern in PATTERNS]
    for number, (name, mode, text) in enumerate(queries):
        split, least, most = FILTERS[number % len(FILTERS)]
        yield (
            name,
            SearchRequest(mode=mode, text=text, case=number % 2 == 0, split=split, least=least, most=most, sort="row"),
        )


def _script_queries(
    script: str, first: str, last: str, texts: Sequence[str], chance: random.Random
) -> Iterator[tuple[str, SearchMode, str]]:
    text = chance.choice(texts)
    start = next(place for place, character in enumerate(text) if first <= character <= last)
    words = [word for word in text.split() if first <= word[:1] <= last and '"' not in word] or [text[start]]
    yield f"{script}: a word", "words", chance.choice(words)
    yield f"{script}: two words", "words", " ".join(chance.choices(words, k=2))
    yield f"{script}: a phrase", "words", f'"{" ".join(words_of(text[start : start + 40])[:2])}"'
    yield f"{script}: prefix", "words", f"{chance.choice(words)[:3]}* -{chance.choice(texts).split()[0]}"
    yield f"{script}: exact", "exact", text[start : start + 5]
    yield f"{script}: exact, long", "exact", text[start : start + 25]


def count_differences(
    corpora: Sequence[SearchableDataset], truth: PlainRows, request: SearchRequest, lengths: TokenLengths
) -> tuple[int, int]:
    """Return the number of true hits, and how many corpora find other ids or another total."""
    expected = truth.find_hits(request)
    wrong = 0
    for corpus in corpora:
        search = corpus.search(request, lengths)
        search.complete(Deadline())
        page = search.page(0, len(truth.rows), deadline=Deadline(), patience=0.0)
        wrong += (expected, len(expected), True) != (page.ids, page.total, page.is_exact)
    return len(expected), wrong


def compare_searches(folder: Path, store: DatasetStore) -> tuple[list[list[str]], int]:
    """Return a row for every search, and the number of searches that differ."""
    truth, lengths, rows, wrong = load_rows(folder), TokenLengths(folder / "tokenized", store), [], 0
    with ThreadPoolExecutor(2) as executor:
        corpora = [SearchableDataset(store, executor, early_bytes=early) for early in (EARLY_BYTES, 0)]
        corpora.append(SearchableDataset(store, executor, is_indexed=False))
        for name, request in make_requests(truth.rows, random.Random(5)):
            hits, differences = count_differences(corpora, truth, request, lengths)
            rows.append([name, f"{hits:,}", str(differences)])
            wrong += differences
    return rows, wrong


def main() -> None:
    """Compare every search, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True, help="a Parquet file with a column `text`")
    parser.add_argument("--megabytes", type=int, default=60, help="of text")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    folder, start = prepare_dataset(options.text, options.megabytes), time.perf_counter()
    store = DatasetStore(folder)
    rows, wrong = compare_searches(folder, store)
    print_table("Hits, and corpora that differ", ["", "hits", "differ"], rows)
    seconds, size = time.perf_counter() - start, (store.manifest.text.utf8_bytes or 0) / 1e6
    sys.stdout.write(
        f"\n{len(rows)} searches over {store.num_rows():,} rows, {size:.0f} MB, three corpora: {wrong} differ "
        f"({seconds:.0f} s)\n"
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
