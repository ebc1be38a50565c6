"""Runs the queries of the search benchmark with DuckDB, SQLite's FTS5 and `datasets`."""

import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from common import DATA
from common.measure import print_table
from common.search_queries import QueryKind
from mistudio.corpus.store.dataset_store import DatasetStore

PART_ROWS = 100_000
# Kinds of queries, and the function of DuckDB that answers them.
DUCKDB_FUNCTIONS = {
    "exact, a word": "contains",
    "exact, 25 characters": "contains",
    "regex": "regexp_matches",
    "regex, rare": "regexp_matches",
}


def compare_contenders(folder: Path, kinds: list[QueryKind], first_pages: dict[str, float]) -> None:
    """Run the same searches with DuckDB on all rows, and with SQLite and `datasets` on a part."""
    words = {kind.name: kind.queries for kind in kinds}
    compare_duckdb(str(folder / "raw" / "*.parquet"), words, first_pages)
    compare_on_part(folder, words)


def compare_duckdb(files: str, words: dict[str, tuple[str, ...]], first_pages: dict[str, float]) -> None:
    """Print the seconds of DuckDB for 50 rows and for a count."""
    database = duckdb.connect()
    database.execute("SET threads = 2")
    rows = []
    for name, function in DUCKDB_FUNCTIONS.items():
        condition = f"FROM read_parquet(?) WHERE {function}(text, ?)"
        parameters = [files, words[name][0]]
        page_seconds, _rows = _time_query(database, f"SELECT text {condition} LIMIT 50", parameters)
        count_seconds, [(count,)] = _time_query(database, f"SELECT count(*) {condition}", parameters)
        seconds = [first_pages[name] / 1000, page_seconds, count_seconds]
        rows.append([name, function, *(f"{second:.2f}" for second in seconds), f"{count:,}"])
    header = ["", "by", "50 rows by us (p50)", "50 rows by DuckDB", "count by DuckDB", "rows"]
    print_table("Compared with DuckDB: seconds", header, rows)


def _time_query(database: duckdb.DuckDBPyConnection, query: str, parameters: list[str]) -> tuple[float, list[Any]]:
    """Return the seconds that the query takes, and its rows."""
    start = time.perf_counter()
    rows = database.execute(query, parameters).fetchall()
    return time.perf_counter() - start, rows


def compare_on_part(folder: Path, words: dict[str, tuple[str, ...]]) -> None:
    """Print the seconds of SQLite and `datasets` on some rows."""
    store = DatasetStore(folder)
    texts: list[str] = []
    for group in store.groups():
        texts += store.texts(group).to_pylist()
        if len(texts) >= PART_ROWS:
            break
    factor = store.num_rows() / len(texts)
    size = sum(len(text.encode()) for text in texts)
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        rows = [*measure_sqlite(Path(scratch) / "fts.db", texts, size, words), *measure_filter(texts, words)]
    print_table(
        f"A part: {len(texts):,} rows, {size / 1e6:.0f} MB of text; all rows are {factor:.0f} times this",
        ["", "seconds", "all rows, extrapolated: seconds", ""],
        [[name, f"{seconds:.3f}", f"{seconds * factor:,.1f}", note] for name, seconds, note in rows],
    )


def measure_sqlite(
    path: Path, texts: list[str], size: int, words: dict[str, tuple[str, ...]]
) -> list[tuple[str, float, str]]:
    """Build an FTS5 index and count hits; return names, seconds and notes."""
    database = sqlite3.connect(path)
    start = time.perf_counter()
    database.execute("CREATE VIRTUAL TABLE rows USING fts5(text, content='', tokenize='unicode61')")
    database.executemany("INSERT INTO rows(rowid, text) VALUES (?, ?)", enumerate(texts, 1))
    database.commit()
    seconds = time.perf_counter() - start
    note = f"{size / 1e6 / seconds:.0f} MB/s, index {100 * path.stat().st_size / size:.0f} % of the text"
    rows = [("SQLite FTS5, build", seconds, note)]
    for name in ("rare word", "common word", "two words", "phrase of two common words", "prefix"):
        start = time.perf_counter()
        database.execute("SELECT count(*) FROM rows WHERE rows MATCH ?", (words[name][0],)).fetchone()
        rows.append((f"SQLite FTS5, count, {name}", time.perf_counter() - start, ""))
    database.close()
    return rows


def measure_filter(texts: list[str], words: dict[str, tuple[str, ...]]) -> list[tuple[str, float, str]]:
    """Filter with `datasets`; return a name, seconds and a note."""
    import datasets

    datasets.disable_progress_bars()
    data = datasets.Dataset.from_dict({"text": texts})
    word = words["exact, a word"][0]
    start = time.perf_counter()
    data.filter(lambda batch: [word in text for text in batch["text"]], batched=True, load_from_cache_file=False)
    return [("datasets.filter, batched, exact, a word", time.perf_counter() - start, "")]
