"""Measure the panel in Chromium on two million rows; `make bench-panel`.

The dataset comes about as a user's does: a file is uploaded, imported, indexed and tokenized with the sample's
tokenizer. Chromium then measures the time from pressing a button until it has painted the result. At last, with a
thousand datasets in the list, it measures scrolling and its work for one progress event.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common import DATA, ROOT
from common.measure import describe_machine, percentile, print_table, run
from common.records import add_ready_datasets
from common.server import request_json, run_server, wait_until_ready
from common.texts import generate_batches, make_once
from mistudio.core.config import Settings

TEXT_LENGTH: Final = 160
OTHER_DATASETS: Final = 998
PAGE: Final = 50
PREPARE_SECONDS: Final = 1800


def prepare_rows(rows: int) -> Path:
    """Return a Parquet file with this many short texts, made unless an earlier run made it."""

    def make(path: Path) -> None:
        with pq.ParquetWriter(path, pa.schema([("text", pa.string()), ("source", pa.string())])) as writer:
            missing = rows
            for batch in generate_batches(seed=11):
                part = batch.slice(0, missing)
                short = pc.utf8_slice_codeunits(part["text"].cast(pa.string()), 0, TEXT_LENGTH)
                writer.write_table(pa.table({"text": short, "source": part["source"].cast(pa.string())}))
                missing -= len(part)
                if missing == 0:
                    break

    return make_once(DATA / "panel" / f"rows-{rows}.parquet", make)


async def import_dataset(url: str, rows: Path) -> str:
    """Import the rows, index and tokenize them; return the dataset's id. Raises TimeoutError."""
    async with asyncio.timeout(PREPARE_SECONDS), aiohttp.ClientSession(f"{url}/api/") as session:
        sample = await request_json(session, "datasets/sample", method="POST")
        form = aiohttp.FormData()
        form.add_field("files", rows.open("rb"), filename="two-million.parquet")
        dataset = await request_json(session, "datasets/upload", method="POST", data=form)
        address = f"datasets/{dataset['id']}"
        # The sample brings the tokenizer.
        await wait_until_ready(session, f"datasets/{sample['id']}")
        await wait_until_ready(session, address)
        await request_json(session, f"{address}/index", method="POST")
        request = {"tokenizer": "./tokenizers/sample-bpe", "max_length": 128}
        tokenization = await request_json(session, f"{address}/tokenize", method="POST", json=request)
        await wait_until_ready(session, f"tokenizations/{tokenization['id']}")
        await wait_until_indexed(session, address)
        return str(dataset["id"])


async def wait_until_indexed(session: aiohttp.ClientSession, address: str) -> None:
    """Wait until the dataset's index is ready."""
    while True:
        dataset = await wait_until_ready(session, address)
        if dataset["index"]["state"] == "ready":
            return
        await asyncio.sleep(0.5)


def measure_steps(url: str, dataset: str, times: int, rows: int) -> dict[str, list[float]]:
    """Return the milliseconds that the browser measured for each step."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        environment = {
            "PANEL_URL": url,
            "PANEL_DATASET": dataset,
            "PANEL_TIMES": str(times),
            "PANEL_PAGES": str(-(-rows // PAGE)),
            "PANEL_FIGURES": str(file),
        }
        run(["npm", "--prefix", str(ROOT / "e2e"), "run", "--silent", "bench"], environment=environment)
        figures: dict[str, list[float]] = json.loads(file.read_bytes())
        return figures


def main() -> None:
    """Prepare the data, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000, help="of the dataset")
    parser.add_argument("--times", type=int, default=20, help="how often each step is measured")
    options = parser.parse_args()
    file = prepare_rows(options.rows)
    sys.stdout.write(f"{describe_machine()}\n")
    with TemporaryDirectory(dir=DATA) as folder:
        asyncio.run(add_ready_datasets(Settings(data_dir=Path(folder)), OTHER_DATASETS))
        # The other datasets have no files: a server that indexes would fail on each of them first.
        with run_server(Path(folder), MISTUDIO_SEARCH_INDEX="off") as server:
            dataset = asyncio.run(import_dataset(server.url, file))
            steps = measure_steps(server.url, dataset, options.times, options.rows)
    rows = [
        [name, *(f"{value:.0f}" for value in (percentile(times, 0.5), percentile(times, 0.95), max(times)))]
        for name, times in steps.items()
    ]
    print_table(f"The panel on {options.rows:,} rows, in milliseconds", ["", "median", "p95", "slowest"], rows)


if __name__ == "__main__":
    main()
