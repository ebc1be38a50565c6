"""Whether search finds exactly what a look at every row finds, on real text: `make check-search ARGS="--text FILE"`.

FILE is a Parquet file with a column `text`. It is taken in as a dataset of two splits, indexed, and given made-up token
counts. Searches are made from the text itself: words, phrases, beginnings and exclusions in every script that it has,
exact pieces and regular expressions, each with and without split, token range and case. All ids that are found, with
the index, without it, and with the index asked at once, are compared with those of a plain loop in Python. Ends with 1
if one differs.
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

from measure import DATA, TESTS, machine, table
from texts import made_once

sys.path.insert(0, str(TESTS))

from fakes.searching import PlainRows, words_of, write_lengths
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.index_builder import build_index
from mistudio.corpus.search.query import SearchMode
from mistudio.corpus.search.search import EARLY_BYTES, SearchableDataset, SearchRequest
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord, make_manifest, write_manifest
from mistudio.corpus.tokenized.lengths import TokenLengths
from mistudio.utils.file_utils import sha256_file

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
# Split, least and most tokens.
FILTERS: Sequence[tuple[str | None, int | None, int | None]] = (
    (None, None, None),
    ("even", None, None),
    (None, 100, 400),
    ("odd", 50, None),
    (None, None, 60),
)
Rows = Sequence[tuple[str, str | None, int | None]]


def dataset(text: Path, megabytes: int) -> Path:
    """The dataset of the first so many MB of the file, indexed; made if it is not there from an earlier run."""

    def make(folder: Path) -> None:
        (folder / "raw").mkdir(parents=True)
        taken: list[IngestedFile] = []
        for split, source in _sources(text, megabytes, folder):
            path = f"raw/{split}-00000-of-00001.parquet"
            record = SourceRecord(path=source.name, size=source.stat().st_size, sha256=sha256_file(source))
            report = ingest_file(source, folder / path, format="parquet", label=source.name, monitor=NullMonitor())
            source.unlink(missing_ok=True)
            taken.append(IngestedFile(split=split, path=path, report=report, source=record))
        write_manifest(folder, make_manifest(taken, source="local", splits=["even", "odd"]))
        chance, store = np.random.default_rng(3), DatasetStore(folder)
        counts = {split: chance.integers(1, 800, store.num_rows(split)).tolist() for split in store.splits}
        write_lengths(folder / "tokenized", counts)

    folder = made_once(DATA / "search" / f"check-{text.stem}-{megabytes}", make)
    build_index(folder, monitor=NullMonitor())
    return folder


def _sources(text: Path, megabytes: int, folder: Path) -> Iterator[tuple[str, Path]]:
    """The rows of even and of odd number, each in a file."""
    table = pq.read_table(text, columns=["text"])
    share = min(1.0, megabytes * 1_000_000 / table.nbytes)
    numbers = np.arange(int(len(table) * share))
    for split, remainder in (("even", 0), ("odd", 1)):
        path = folder / f"{split}.parquet"
        pq.write_table(table.take(numbers[numbers % 2 == remainder]), path)
        yield split, path


def plain(folder: Path) -> PlainRows:
    """The same rows in plain Python."""
    store = DatasetStore(folder)
    rows: list[tuple[str, str | None, int | None]] = []
    for split in store.splits:
        counts = np.load(folder / "tokenized" / split / "lengths.npy").tolist()
        texts = [text for group in store.groups(split) for text in store.texts(group).to_pylist()]
        rows += zip([split] * len(texts), texts, counts, strict=True)
    return PlainRows(rows)


def requests(rows: Rows, chance: random.Random) -> Iterator[tuple[str, SearchRequest]]:
    """(what it is, search): the filters in turns."""
    asked: list[tuple[str, SearchMode, str]] = []
    texts = [text for _split, text, _tokens in rows if text]
    for script, (first, last) in SCRIPTS.items():
        having = [
            text for text in chance.sample(texts, min(20_000, len(texts))) if any(first <= c <= last for c in text)
        ]
        if having:
            asked += _of_script(script, first, last, having, chance)
    asked += [("regex", "regex", pattern) for pattern in PATTERNS]
    for number, (what, mode, text) in enumerate(asked):
        split, least, most = FILTERS[number % len(FILTERS)]
        is_case = number % 2 == 0
        yield (
            what,
            SearchRequest(mode=mode, text=text, case=is_case, split=split, least=least, most=most, sort="row"),
        )


def _of_script(
    script: str, first: str, last: str, texts: Sequence[str], chance: random.Random
) -> Iterator[tuple[str, SearchMode, str]]:
    text = chance.choice(texts)
    start = next(place for place, character in enumerate(text) if first <= character <= last)
    words = [word for word in text.split() if first <= word[:1] <= last and '"' not in word] or [text[start]]
    yield f"{script}: a word", "words", chance.choice(words)
    yield f"{script}: two words", "words", " ".join(chance.choices(words, k=2))
    yield f"{script}: a phrase", "words", f'"{" ".join(words_of(text[start : start + 40])[:2])}"'
    yield f"{script}: beginnings", "words", f"{chance.choice(words)[:3]}* -{chance.choice(texts).split()[0]}"
    yield f"{script}: exact", "exact", text[start : start + 5]
    yield f"{script}: exact, long", "exact", text[start : start + 25]


def differing(
    corpora: Sequence[SearchableDataset], truth: PlainRows, request: SearchRequest, lengths: TokenLengths
) -> tuple[int, int]:
    """Hits in truth, and how many of the ways to search differ from that in ids or total."""
    expected = truth.find_hits(request)
    wrong = 0
    for corpus in corpora:
        search = corpus.search(request, lengths)
        search.complete(Deadline())
        page = search.page(0, len(truth.rows), deadline=Deadline(), patience=0.0)
        wrong += (expected, len(expected), True) != (page.ids, page.total, page.is_exact)
    return len(expected), wrong


def main() -> None:
    """Compare, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True, help="a Parquet file with a column `text`")
    parser.add_argument("--megabytes", type=int, default=60, help="of text")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    folder, began = dataset(options.text, options.megabytes), time.perf_counter()
    truth, store, lines, wrong = plain(folder), DatasetStore(folder), [], 0
    with ThreadPoolExecutor(2) as executor:
        corpora = [SearchableDataset(store, executor, early_bytes=early) for early in (EARLY_BYTES, 0)]
        corpora.append(SearchableDataset(store, executor, is_indexed=False))
        lengths = TokenLengths(folder / "tokenized", store)
        for what, request in requests(truth.rows, random.Random(5)):
            hits, differ = differing(corpora, truth, request, lengths)
            lines.append([what, f"{hits:,}", str(differ)])
            wrong += differ
    table("Hits, and ways to search that differ", ["", "hits", "differ"], lines)
    size = store.manifest.text.utf8_bytes or 0
    sys.stdout.write(
        f"\n{len(lines)} searches over {store.num_rows():,} rows, {size / 1e6:.0f} MB, three ways: {wrong} differ "
        f"({time.perf_counter() - began:.0f} s)\n"
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
