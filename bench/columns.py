"""Measure conditions, order and profiles on two million rows of 28 columns; `make bench-columns`.

The dataset comes about as a user's does: a file is uploaded and imported. Each request is new to the server, so nothing
is remembered, except where the table says "again".
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common import DATA
from common.measure import describe_machine, percentile, print_table
from common.server import run_server, wait_until_ready
from common.texts import make_once

BATCH: Final = 50_000
PREPARE_SECONDS: Final = 1_800
WORDS: Final = np.array([f"word{number}" for number in range(5_000)])
# The value differs from request to request: {}.
FILTERS: Final = {
    "numbers: few rows": '["int0","<",{}]',
    "numbers: one row": '["id","=",{}]',
    "floats: none": '["float0",">",{}]',
    "text of 4 values": '["lang","in",["en","{}"]]',
    "addresses: one row": '["url","=","https://www.example.com/{}"]',
    "text contains: few rows": '["title","contains","word{} word1"]',
    "text of 40 words contains: few rows": '["text","contains","word{} word1"]',
    "list contains": '["tags","contains","{}"]',
    "field of a struct": '["meta.score",">",0.{}]',
    "is null": '["maybe1","is_null"]',
}
ORDERS: Final = ("int1", "-float1", "when", "-flag0", "lang", "url", "-title", "text")


def make_batches(rows: int) -> Iterator[pa.RecordBatch]:
    """Yield batches of 28 columns of many kinds."""
    chance = np.random.default_rng(3)

    def words(count: int, size: int) -> list[str]:
        return [" ".join(row) for row in WORDS[chance.integers(0, len(WORDS), (size, count))]]

    for start in range(0, rows, BATCH):
        size = min(BATCH, rows - start)
        numbers = {f"int{each}": chance.integers(0, 10**6, size) for each in range(7)}
        floats = {f"float{each}": chance.normal(size=size) for each in range(7)}
        flags = {f"flag{each}": chance.integers(0, 2, size).astype(bool) for each in range(3)}
        maybe = {
            f"maybe{each}": pa.array(chance.integers(0, 9, size), mask=chance.random(size) < 0.01) for each in range(3)
        }
        yield pa.RecordBatch.from_pydict(
            {
                "id": np.arange(start, start + size),
                "text": words(40, size),
                "title": words(5, size),
                "url": [f"https://www.example.com/{number}" for number in chance.integers(0, 10**9, size)],
                "lang": np.array(["en", "de", "fr", "zh"])[chance.integers(0, 4, size)],
                "when": chance.integers(0, 2 * 10**9, size).astype("datetime64[s]").astype("datetime64[us]"),
                "tags": [["a", "b"][:count] for count in chance.integers(0, 3, size)],
                "meta": [{"lang": "en", "score": score} for score in chance.random(size)],
                **numbers,
                **floats,
                **flags,
                **maybe,
            }
        )


def prepare_file(rows: int) -> Path:
    """Return a Parquet file with so many rows, made unless an earlier run made it."""

    def make(path: Path) -> None:
        batches = make_batches(rows)
        first = next(batches)
        with pq.ParquetWriter(path, first.schema) as writer:
            for batch in (first, *batches):
                writer.write_batch(batch)

    return make_once(DATA / "columns" / f"rows-{rows}.parquet", make)


async def ask(session: aiohttp.ClientSession, address: str, **query: str) -> tuple[float, Any]:  # JSON
    """Return the milliseconds of a request, and its answer."""
    began = time.perf_counter()
    async with session.get(address, params=query) as answer:
        content = await answer.json()
        answer.raise_for_status()
    return (time.perf_counter() - began) * 1000, content


async def measure(url: str, file: Path, times: int) -> list[list[str]]:
    """Import the file and return the rows of the table."""
    async with asyncio.timeout(PREPARE_SECONDS), aiohttp.ClientSession(f"{url}/api/") as session:
        form = aiohttp.FormData()
        form.add_field("files", file.open("rb"), filename="columns.parquet")
        async with session.post("datasets/upload", data=form) as answer:
            dataset = f"datasets/{(await answer.json())['id']}"
        await wait_until_ready(session, dataset)
        await ask(session, f"{dataset}/samples")
        rows = [["a page of all rows", *await repeat(session, dataset, times, lambda turn: {"page": str(turn * 997)})]]
        for name, where in FILTERS.items():
            found = await repeat(session, dataset, times, lambda turn, text=where: {"where": text.format(turn + 10)})
            rows.append([f"filter by {name}", *found])
        for order in ORDERS:
            query = {"order_by": order}
            first, again = [(await ask(session, f"{dataset}/samples", **query))[0] for _turn in range(2)]
            rows += [[f"sort by {order}", f"{first:.0f}", "", ""], [f"sort by {order}, again", f"{again:.0f}", "", ""]]
        rows.append(["compute all profiles", f"{await profile(session, dataset):.0f}", "", ""])
        stored = sorted([(await ask(session, f"{dataset}/columns"))[0] for _turn in range(times)])
        rows.append(["read the profiles", f"{percentile(stored, 0.5):.0f}", f"{percentile(stored, 0.95):.0f}", ""])
        return rows


async def repeat(session: aiohttp.ClientSession, dataset: str, times: int, make: Any) -> list[str]:  # a lambda
    """Return median and slowest time to the first rows, and the time until the total was exact in the last request."""
    found, total = [], ""
    for turn in range(1, times + 1):
        milliseconds, answer = await ask(session, f"{dataset}/samples", **make(turn))
        found.append(milliseconds)
        if turn == times:
            began = time.perf_counter()
            while not answer["search"]["exact_total"]:
                await asyncio.sleep(0.02)
                _milliseconds, answer = await ask(session, f"{dataset}/samples", **make(turn))
            total = f"{milliseconds + (time.perf_counter() - began) * 1000:.0f}"
    return [f"{percentile(sorted(found), 0.5):.0f}", f"{max(found):.0f}", total]


async def profile(session: aiohttp.ClientSession, dataset: str) -> float:
    """Return the milliseconds that the job of the profiles takes."""
    began = time.perf_counter()
    async with session.post(f"{dataset}/columns") as answer:
        answer.raise_for_status()
    while True:
        if (await ask(session, f"{dataset}/columns"))[1]["state"] == "ready":
            return (time.perf_counter() - began) * 1000
        await asyncio.sleep(0.2)


def main() -> None:
    """Prepare the data, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000, help="of the dataset")
    parser.add_argument("--times", type=int, default=5, help="how often each filter is asked")
    options = parser.parse_args()
    file = prepare_file(options.rows)
    sys.stdout.write(f"{describe_machine()}\n")
    with TemporaryDirectory(dir=DATA) as folder, run_server(Path(folder), MISTUDIO_SEARCH_INDEX="off") as server:
        rows = asyncio.run(measure(server.url, file, options.times))
    heads = ["", "median", "slowest", "exact total"]
    print_table(f"Columns of {options.rows:,} rows, in milliseconds until the first 50 rows", heads, rows)


if __name__ == "__main__":
    main()
