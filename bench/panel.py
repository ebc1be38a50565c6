"""The panel in a real browser on two million rows: opening a window, its figures, its samples; `make bench-panel`.

The rows come as a person's would: a file is sent, made into a dataset, indexed and tokenized by the sample's tokenizer.
Then Chromium measures, from the press of a button until the browser has painted what was asked for; at last, with a
thousand datasets in the list, how it scrolls, and what the browser does for one event of progress.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common import DATA, ROOT
from common.measure import machine, percentile, run, table
from common.server import asked, serving
from common.texts import batches, made_once
from mistudio.core.config import Settings
from serve import populate

LETTERS: Final = 160
OTHERS: Final = 998
PAGE: Final = 50
SETTLE_SECONDS: Final = 600


def source(rows: int) -> Path:
    """A Parquet file of so many short texts; made if it is not there from an earlier run."""

    def make(path: Path) -> None:
        with pq.ParquetWriter(path, pa.schema([("text", pa.string()), ("source", pa.string())])) as writer:
            wanted = rows
            for batch in batches(seed=11):
                part = batch.slice(0, wanted)
                short = pc.utf8_slice_codeunits(part["text"].cast(pa.string()), 0, LETTERS)
                writer.write_table(pa.table({"text": short, "source": part["source"].cast(pa.string())}))
                wanted -= len(part)
                if wanted == 0:
                    break

    return made_once(DATA / "panel" / f"rows-{rows}.parquet", make)


async def prepared(url: str, rows: Path) -> str:
    """The id of the dataset, ready, with its index and a tokenization."""
    async with aiohttp.ClientSession(f"{url}/api/") as session:
        sample = await asked(session, "datasets/sample", method="POST")
        form = aiohttp.FormData()
        form.add_field("files", rows.open("rb"), filename="two-million.parquet")
        made = await asked(session, "datasets/upload", method="POST", data=form)
        await settled(session, f"datasets/{sample['id']}")
        await settled(session, f"datasets/{made['id']}")
        await asked(session, f"datasets/{made['id']}/index", method="POST")
        wish = {"tokenizer": "./tokenizers/sample-bpe", "max_length": 128}
        tokenization = await asked(session, f"datasets/{made['id']}/tokenize", method="POST", json=wish)
        await settled(session, f"tokenizations/{tokenization['id']}")
        await settled(session, f"datasets/{made['id']}", indexed=True)
        return str(made["id"])


async def settled(session: aiohttp.ClientSession, address: str, *, indexed: bool = False) -> None:
    """Wait until a record, and its index if that is asked for, is ready. Raises TimeoutError."""
    async with asyncio.timeout(SETTLE_SECONDS):
        while True:
            record: Any = await asked(session, address)  # JSON
            if record["status"] == "error":
                raise SystemExit(record["error_message"])
            if record["status"] == "ready" and (not indexed or record["index"]["state"] == "ready"):
                return
            await asyncio.sleep(0.5)


def measured(url: str, dataset: str, times: int, rows: Path) -> dict[str, list[float]]:
    """Milliseconds of each step, by its name, as the browser measured them."""
    with TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        environment = {
            "PANEL_URL": url,
            "PANEL_DATASET": dataset,
            "PANEL_TIMES": str(times),
            "PANEL_PAGES": str(-(-pq.read_metadata(rows).num_rows // PAGE)),
        }
        run(
            ["npm", "--prefix", str(ROOT / "e2e"), "run", "--silent", "bench"],
            environment={**os.environ, **environment, "PANEL_FIGURES": str(figures)},
        )
        found: dict[str, list[float]] = json.loads(figures.read_bytes())
        return found


def main() -> None:
    """Prepare the data, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    rows = source(arguments.rows)
    sys.stdout.write(f"{machine()}\n")
    with TemporaryDirectory(dir=DATA) as folder:
        asyncio.run(populate(Settings(data_dir=Path(folder)), OTHERS))
        # The others have no rows: of itself, the server would try to index each of them first.
        with serving(Path(folder), MISTUDIO_SEARCH_INDEX="off") as server:
            dataset = asyncio.run(prepared(server.url, rows))
            figures = measured(server.url, dataset, arguments.times, rows)
    lines = [
        [name, *(f"{value:.0f}" for value in (percentile(took, 0.5), percentile(took, 0.95), max(took)))]
        for name, took in figures.items()
    ]
    table(f"The panel on {arguments.rows:,} rows, in milliseconds", ["", "median", "p95", "slowest"], lines)


if __name__ == "__main__":
    main()
