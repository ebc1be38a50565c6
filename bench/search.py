"""Search on 2.1 million rows, beside DuckDB, SQLite's FTS5 and `datasets`; `make bench-search`.

The index is built in a process of its own. Then a server in a process of its own is asked over HTTP: words, exact
texts and patterns, with and without filters, the first page and page 1,000, and what memory a thousand mixed searches
leave it with. The others answer the same on the same files, or on a part of them where all would take too long.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import duckdb

from common import DATA
from common.measure import held, machine, percentile, run, script, table
from common.search_data import ROWS, dataset
from common.search_home import DATASET_ID, home
from common.search_queries import Kind, kinds
from common.server import asked, serving
from mistudio.corpus.search.index_builder import drop_index
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import read_manifest

FILTERS = {"split": "train", "min_tokens": 50, "max_tokens": 400}
PART_ROWS = 100_000
MIXED = 1_000


def build(folder: Path) -> None:
    """How long an index takes, and how large it is."""
    drop_index(folder)
    said = json.loads(run(script("index_dataset", str(folder))).output)
    text = read_manifest(folder).text.utf8_bytes or 0
    figures = [text / 1e6, said["seconds"], text / 1e6 / said["seconds"], text / 1e6 / said["cpu"]]
    rest = [said["bytes"] / 1e6, 100 * said["bytes"] / text, said["own"] / 1e6]
    table(
        "The index",
        ["text MB", "seconds", "MB/s", "MB per CPU s", "index MB", "% of the text", "memory of its own at the end MB"],
        [[f"{figure:,.0f}" for figure in [*figures, *rest]]],
    )


class Asker:
    """Asks the server for samples, and keeps the milliseconds within it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        # Of each kind the milliseconds that half of the first pages take, without filters.
        self.first_pages: dict[str, float] = {}
        self._address = f"{url}/api/datasets/{DATASET_ID}/samples"

    async def page(self, **fields: object) -> Any:  # JSON
        """One answer."""
        params = {name: str(value) for name, value in fields.items()}
        return await asked(self._session, self._address, params=params)

    async def row(self, kind: Kind, name: str, **fields: object) -> list[str]:
        """p50 and p95 of the searches of a kind, and how many of them the index had a part in."""
        answers = [await self.page(search=query, mode=kind.mode, **fields) for query in kind.queries]
        times = [answer["search"]["took_ms"] for answer in answers]
        hits = sorted(answer["pagination"]["total"] for answer in answers)
        self.first_pages.setdefault(kind.name, percentile(times, 0.5))
        told = [[answer["search"][field] for answer in answers] for field in ("index", "exact_total")]
        return [
            kind.name,
            name,
            *(f"{percentile(times, share):.0f}" for share in (0.5, 0.95)),
            f"{hits[len(hits) // 2]:,}",
            *(f"{100 * sum(said) / len(said):.0f} %" for said in told),
        ]

    async def total_seconds(self, kind: Kind, query: str) -> float:
        """Seconds from the question to the exact total."""
        began = time.perf_counter()
        while True:
            answer = await self.page(search=query, mode=kind.mode, case=True, limit=1)
            if answer["search"]["exact_total"]:
                return time.perf_counter() - began
            await asyncio.sleep(0.1)


async def pages(ask: Asker) -> None:
    """Pages without a search."""
    chance = random.Random(2)
    last = (await ask.page())["pagination"]["total"] // 50
    times = [(await ask.page(page=chance.randint(1, last)))["search"]["took_ms"] for _page in range(300)]
    table(
        "Pages without a search, at random places",
        ["p50 ms", "p95 ms"],
        [[f"{percentile(times, share):.1f}" for share in (0.5, 0.95)]],
    )


async def searches(ask: Asker, asked_for: list[Kind]) -> None:
    """Every kind, with and without filters, first page and page 1,000."""
    rows = []
    for kind in asked_for:
        rows.append(await ask.row(kind, "first page"))
        rows.append(await ask.row(kind, "first page, filtered", **FILTERS))
        if kind.is_common:
            rows.append(await ask.row(kind, "page 1,000", page=1_000))
    table(
        f"Milliseconds within the server, 50 rows with marks, {len(asked_for[0].queries)} searches each",
        ["", "", "p50", "p95", "hits (median)", "by the index", "total at once"],
        rows,
    )


async def totals(ask: Asker, text_bytes: int) -> None:
    """How fast everything is read, where the index cannot help."""
    kind = Kind("scan", "regex", ())
    rows = []
    # None of them has letters enough to ask the index for.
    for query in (r"[aeiou]{4}\w", r"[0-9]{4}-[0-9]{2}", "zq.x"):
        seconds = await ask.total_seconds(kind, query)
        rows.append([f"`{query}`", f"{seconds:.2f}", f"{text_bytes / 1e9 / seconds:.2f}"])
    table("From the question to the exact total, everything read", ["pattern", "seconds", "GB/s of text"], rows)


async def mixed(ask: Asker, asked_for: list[Kind], process_id: int) -> None:
    """What memory a thousand searches of all kinds leave the server with."""
    chance = random.Random(4)
    for _number in range(MIXED):
        kind = chance.choice(asked_for)
        word = chance.choice(kind.queries)
        await ask.page(search=word, mode=kind.mode, page=chance.randint(1, 3), **chance.choice([{}, FILTERS]))
    memory = [f"{held(process_id, name) / 1e6:,.0f}" for name in ("RssAnon", "RssFile", "VmHWM")]
    title = f"The server after {MIXED:,} mixed searches"
    table(title, ["memory of its own MB", "files mapped MB", "peak of both MB"], [memory])


def others(folder: Path, asked_for: list[Kind], first_pages: dict[str, float]) -> None:
    """The same by DuckDB on all rows, by SQLite and `datasets` on a part."""
    words = {kind.name: kind.queries for kind in asked_for}
    files = str(folder / "raw" / "*.parquet")
    rows = []
    database = duckdb.connect()
    database.execute("SET threads = 2")
    for name, function in (
        ("exact, a word", "contains"),
        ("exact, 25 characters", "contains"),
        ("regex", "regexp_matches"),
        ("regex, rare", "regexp_matches"),
    ):
        query, began = words[name][0], time.perf_counter()
        page = f"SELECT text FROM read_parquet(?) WHERE {function}(text, ?) LIMIT 50"  # noqa: S608 (names of ours)
        database.execute(page, [files, query]).fetchall()
        seconds = [first_pages[name] / 1000, time.perf_counter() - began]
        began = time.perf_counter()
        counted = f"SELECT count(*) FROM read_parquet(?) WHERE {function}(text, ?)"  # noqa: S608 (names of ours)
        (count,) = database.execute(counted, [files, query]).fetchone() or (0,)
        seconds.append(time.perf_counter() - began)
        rows.append([name, function, *(f"{second:.2f}" for second in seconds), f"{count:,}"])
    table(
        "Beside DuckDB: seconds",
        ["", "by", "50 rows by us (p50)", "50 rows by DuckDB", "count by DuckDB", "rows"],
        rows,
    )
    _in_part(folder, words)


def _in_part(folder: Path, words: dict[str, tuple[str, ...]]) -> None:
    store = DatasetStore(folder)
    texts: list[str] = []
    for group in store.groups():
        texts += store.texts(group).to_pylist()
        if len(texts) >= PART_ROWS:
            break
    factor = store.num_rows() / len(texts)
    size = sum(len(text.encode()) for text in texts)
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        rows = [*_sqlite(Path(scratch) / "fts.db", texts, size, words), *_datasets(texts, words)]
    table(
        f"A part: {len(texts):,} rows, {size / 1e6:.0f} MB of text; all rows by multiplication with {factor:.0f}",
        ["", "seconds", "all rows, extrapolated: seconds", ""],
        [[name, f"{seconds:.3f}", f"{seconds * factor:,.1f}", note] for name, seconds, note in rows],
    )


def _sqlite(path: Path, texts: list[str], size: int, words: dict[str, tuple[str, ...]]) -> list[tuple[str, float, str]]:
    database = sqlite3.connect(path)
    began = time.perf_counter()
    database.execute("CREATE VIRTUAL TABLE rows USING fts5(text, content='', tokenize='unicode61')")
    database.executemany("INSERT INTO rows(rowid, text) VALUES (?, ?)", enumerate(texts, 1))
    database.commit()
    seconds = time.perf_counter() - began
    note = f"{size / 1e6 / seconds:.0f} MB/s, index {100 * path.stat().st_size / size:.0f} % of the text"
    rows = [("SQLite FTS5, build", seconds, note)]
    for name in ("rare word", "common word", "two words", "phrase of two common words", "prefix"):
        began = time.perf_counter()
        database.execute("SELECT count(*) FROM rows WHERE rows MATCH ?", (words[name][0],)).fetchone()
        rows.append((f"SQLite FTS5, count, {name}", time.perf_counter() - began, ""))
    database.close()
    return rows


def _datasets(texts: list[str], words: dict[str, tuple[str, ...]]) -> list[tuple[str, float, str]]:
    import datasets

    datasets.disable_progress_bars()
    data = datasets.Dataset.from_dict({"text": texts})
    word = words["exact, a word"][0]
    began = time.perf_counter()
    data.filter(lambda batch: [word in text for text in batch["text"]], batched=True, load_from_cache_file=False)
    return [("datasets.filter, batched, exact, a word", time.perf_counter() - began, "")]


async def serve(place: Path, folder: Path, asked_for: list[Kind]) -> dict[str, float]:
    """Everything that is asked of the server; gives the milliseconds of first pages by kind."""
    with serving(place) as served:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(120)) as session:
            ask = Asker(session, served.url)
            await pages(ask)
            await searches(ask, asked_for)
            await totals(ask, read_manifest(folder).text.utf8_bytes or 0)
            await mixed(ask, asked_for, served.process_id)
            return ask.first_pages


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--keep-index", action="store_true", help="do not build it anew")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    folder = dataset(options.rows)
    if not options.keep_index:
        build(folder)
    asked_for = kinds(folder)
    first_pages = asyncio.run(serve(home(folder), folder, asked_for))
    others(folder, asked_for, first_pages)


if __name__ == "__main__":
    main()
