"""Measure search on 2.1 million rows, and compare DuckDB, SQLite's FTS5 and `datasets`; `make bench-search`.

A process of its own builds the index. Then a server in a process of its own is asked over HTTP: words, exact texts and
patterns, with and without filters, the first page and page 1,000. A thousand mixed searches show how its memory grows.
The other programs run the same searches on the same files, or on a part where all files would take too long.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp

from common.measure import describe_machine, memory_figure, percentile, print_table, process_command, run
from common.search_contenders import compare_contenders
from common.search_data import ROWS, prepare_dataset
from common.search_home import DATASET_ID, prepare_home
from common.search_queries import QueryKind, draw_queries
from common.server import request_json, run_server
from mistudio.corpus.search.index_builder import drop_index
from mistudio.corpus.store.manifest import read_manifest

FILTERS = {"split": "train", "min_tokens": 50, "max_tokens": 400}
MIXED_SEARCHES = 1_000


def measure_index(folder: Path) -> None:
    """Build the index, and print how long it takes and how large it is."""
    drop_index(folder)
    index = json.loads(run(process_command("index_dataset", str(folder))).output)
    text = read_manifest(folder).text.utf8_bytes or 0
    figures = [text / 1e6, index["seconds"], text / 1e6 / index["seconds"], text / 1e6 / index["cpu"]]
    rest = [index["bytes"] / 1e6, 100 * index["bytes"] / text, index["own"] / 1e6]
    print_table(
        "The index",
        ["text MB", "seconds", "MB/s", "MB per CPU s", "index MB", "% of the text", "own memory at the end MB"],
        [[f"{figure:,.0f}" for figure in [*figures, *rest]]],
    )


class SearchClient:
    """Requests samples from the server, and reads the milliseconds that the server took."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        # The median milliseconds of the first pages without filters, by the kind of the queries.
        self.first_pages: dict[str, float] = {}
        self._address = f"{url}/api/datasets/{DATASET_ID}/samples"

    async def page(self, **fields: object) -> Any:  # JSON
        """Request one page."""
        params = {name: str(value) for name, value in fields.items()}
        return await request_json(self._session, self._address, params=params)

    async def row(self, kind: QueryKind, name: str, **fields: object) -> list[str]:
        """Return p50 and p95 of the searches of a kind, and how many of them used the index."""
        pages = [await self.page(search=query, mode=kind.mode, **fields) for query in kind.queries]
        times = [page["search"]["took_ms"] for page in pages]
        hits = sorted(page["pagination"]["total"] for page in pages)
        self.first_pages.setdefault(kind.name, percentile(times, 0.5))
        flags = [[page["search"][field] for page in pages] for field in ("index", "exact_total")]
        return [
            kind.name,
            name,
            *(f"{percentile(times, share):.0f}" for share in (0.5, 0.95)),
            f"{hits[len(hits) // 2]:,}",
            *(f"{100 * sum(each) / len(each):.0f} %" for each in flags),
        ]

    async def time_total(self, mode: str, query: str) -> float:
        """Return the seconds from the request to the exact total."""
        start = time.perf_counter()
        while True:
            page = await self.page(search=query, mode=mode, case=True, limit=1)
            if page["search"]["exact_total"]:
                return time.perf_counter() - start
            await asyncio.sleep(0.1)


async def measure_pages(client: SearchClient) -> None:
    """Print the times of pages without a search."""
    chance = random.Random(2)
    last = (await client.page())["pagination"]["total"] // 50
    times = [(await client.page(page=chance.randint(1, last)))["search"]["took_ms"] for _page in range(300)]
    print_table(
        "Pages without a search, at random positions",
        ["p50 ms", "p95 ms"],
        [[f"{percentile(times, share):.1f}" for share in (0.5, 0.95)]],
    )


async def measure_searches(client: SearchClient, kinds: list[QueryKind]) -> None:
    """Print the times of every kind of search, with and without filters, first page and page 1,000."""
    rows = []
    for kind in kinds:
        rows.append(await client.row(kind, "first page"))
        rows.append(await client.row(kind, "first page, filtered", **FILTERS))
        if kind.is_common:
            rows.append(await client.row(kind, "page 1,000", page=1_000))
    print_table(
        f"Milliseconds within the server, 50 rows with highlights, {len(kinds[0].queries)} searches each",
        ["", "", "p50", "p95", "hits (median)", "by the index", "total at once"],
        rows,
    )


async def measure_totals(client: SearchClient, text_bytes: int) -> None:
    """Print how fast a search reads everything, where the index cannot help."""
    rows = []
    # No query has enough letters in a row to look up in the index.
    for query in (r"[aeiou]{4}\w", r"[0-9]{4}-[0-9]{2}", "zq.x"):
        seconds = await client.time_total("regex", query)
        rows.append([f"`{query}`", f"{seconds:.2f}", f"{text_bytes / 1e9 / seconds:.2f}"])
    print_table("From the request to the exact total, reading everything", ["pattern", "seconds", "GB/s of text"], rows)


async def measure_memory(client: SearchClient, kinds: list[QueryKind], process_id: int) -> None:
    """Print the server's memory after a thousand searches of all kinds."""
    chance = random.Random(4)
    for _number in range(MIXED_SEARCHES):
        kind = chance.choice(kinds)
        word = chance.choice(kind.queries)
        await client.page(search=word, mode=kind.mode, page=chance.randint(1, 3), **chance.choice([{}, FILTERS]))
    memory = [f"{memory_figure(process_id, name) / 1e6:,.0f}" for name in ("RssAnon", "RssFile", "VmHWM")]
    title = f"The server after {MIXED_SEARCHES:,} mixed searches"
    print_table(title, ["own memory MB", "mapped files MB", "peak of both MB"], [memory])


async def measure_server(home: Path, folder: Path, kinds: list[QueryKind]) -> dict[str, float]:
    """Measure the server, and return the median milliseconds of first pages by kind."""
    with run_server(home) as server:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(120)) as session:
            client = SearchClient(session, server.url)
            await measure_pages(client)
            await measure_searches(client, kinds)
            await measure_totals(client, read_manifest(folder).text.utf8_bytes or 0)
            await measure_memory(client, kinds, server.process_id)
            return client.first_pages


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="of the dataset")
    parser.add_argument("--keep-index", action="store_true", help="use the index of an earlier run")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    folder = prepare_dataset(options.rows)
    if not options.keep_index:
        measure_index(folder)
    kinds = draw_queries(folder)
    first_pages = asyncio.run(measure_server(prepare_home(folder), folder, kinds))
    compare_contenders(folder, kinds, first_pages)


if __name__ == "__main__":
    main()
