"""Compare the loader with others on the same tokens; `make bench-loader`.

The limit is reading the mapped file in slices as large as a batch. Contenders that are not installed are named. They
are no dependencies: ``ARGS="--python ENVIRONMENT/bin/python"`` names an environment that has torch, ``datasets``,
litdata, mosaicml-streaming, and what mistudio itself needs.
"""

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import aiohttp

from common import DATA
from common.measure import describe_machine, print_table, process_command
from common.server import request_json, run_server, wait_until_ready
from common.texts import make_once, prepare_text
from tokenizing import train_tokenizer

_RUNS = (
    ("limit", 0),
    ("limit, int64", 0),
    ("mistudio", 0),
    ("mistudio, torch", 0),
    ("mistudio, torch", 2),
    ("datasets", 0),
    ("datasets", 2),
    ("litdata", 0),
    ("litdata", 2),
    ("streaming", 0),
    ("streaming", 2),
)


def prepare_tokens(megabytes: int, row_tokens: int) -> Path:
    """Return a folder with a packed tokenization of generated text."""
    text = prepare_text(megabytes, None)
    tokenizer = train_tokenizer(prepare_text(150, None), "BPE")

    def make(target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=DATA) as scratch:
            asyncio.run(_tokenize(Path(scratch), text, tokenizer, row_tokens, target))

    return make_once(DATA / f"tokens-{megabytes}-{row_tokens}", make)


async def _tokenize(data: Path, text: Path, tokenizer: Path, row_tokens: int, target: Path) -> None:
    shutil.copytree(tokenizer, data / "tokenizers/bpe")
    request = {"tokenizer": "./tokenizers/bpe", "packing": "concat", "max_length": row_tokens}
    with run_server(data, MISTUDIO_SEARCH_INDEX="off") as server:
        async with aiohttp.ClientSession(f"{server.url}/api/") as session:
            form = aiohttp.FormData()
            form.add_field("files", text.open("rb"), filename="train.parquet")
            dataset = await request_json(session, "datasets/upload", method="POST", data=form)
            await wait_until_ready(session, f"datasets/{dataset['id']}")
            address = f"datasets/{dataset['id']}/tokenize"
            record = await request_json(session, address, method="POST", json=request)
            record = await wait_until_ready(session, f"tokenizations/{record['id']}")
            shutil.copytree(record["path"], target)


def run_contender(python: str, name: str, *arguments: object) -> dict[str, Any]:  # JSON
    """Read as one contender in a process of its own, and return its figures; ``error`` says why it failed."""
    command = [python if part == sys.executable else part for part in process_command("read_batches", name, *arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # JSON
    return figures


def measure_row(options: argparse.Namespace, folder: Path, name: str, workers: int) -> list[str]:
    """Return the cells of one contender: its rates in order and shuffled."""
    cells = [f"{name}, {workers} workers" if workers else name]
    for is_shuffled in (False, True):
        if is_shuffled and name.startswith("limit"):
            continue
        where = (str(folder), str(DATA / "loader-copies" / folder.name))
        arguments = (*where, options.rows, options.tokens, workers, is_shuffled, options.seconds)
        runs = [run_contender(options.python, name, *arguments) for _time in range(options.times)]
        if any("rate" not in run for run in runs):
            cells += [str(runs[-1].get("error") or f"{runs[-1].get('missing')} is not installed"), ""]
            continue
        # The workers' CPU time is not that of the process that is measured.
        cells += [_write_median(runs, "rate"), "" if workers else _write_median(runs, "cpu_rate")]
    return cells


def _write_median(runs: list[dict[str, Any]], name: str) -> str:  # JSON
    return f"{statistics.median(run[name] for run in runs) / 1e6:,.0f}"


def parse_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the contenders")
    parser.add_argument("--megabytes", type=int, default=400, help="of text")
    parser.add_argument("--rows", type=int, default=32, help="of a batch")
    parser.add_argument("--tokens", type=int, default=1024, help="of a row")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement, at least")
    parser.add_argument("--times", type=int, default=3, help="the median counts")
    return parser.parse_args()


def main() -> None:
    """Measure every contender, and print the table."""
    options = parse_options()
    sys.stdout.write(f"{describe_machine()}\n")
    folder = prepare_tokens(options.megabytes, options.tokens)
    rows = []
    for name, workers in _RUNS:
        cells = measure_row(options, folder, name, workers)
        # The table takes minutes: this shows how far the benchmark is.
        sys.stderr.write(f"{' | '.join(cells)}\n")
        rows.append([*cells, *[""] * (5 - len(cells))])
    header = ["million tokens", "in order, per s", "per CPU s", "shuffled, per s", "per CPU s"]
    print_table(f"Batches of {options.rows} rows of {options.tokens:,} tokens", header, rows)


if __name__ == "__main__":
    main()
