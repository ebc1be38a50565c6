"""Repositories on the test Hub from which parts are taken, and their plans."""

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from fakes.corpora import COMPRESSORS, csv_bytes, json_lines, parquet_bytes
from fakes.hub import Hub
from mistudio.corpus.fetch import FetchSettings
from mistudio.corpus.hub.part_types import Part
from mistudio.corpus.hub.plan import make_plan
from mistudio.corpus.hub.plan_types import DownloadPlan, PlanRequest
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.part_origin import HubAccess, PartOrigin, pin_selection
from mistudio.corpus.monitor import Monitor, NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import Manifest

Row = Mapping[str, object]
ACCESS = HubAccess(None, FetchSettings(connections=3, backoff_seconds=0.01))


def number_rows(count: int, *, start: int = 0, seed: int = 1) -> list[dict[str, object]]:
    """Return rows with their number, a text that does not compress well, and a column to leave out."""
    chance = random.Random(seed + start)
    return [
        {
            "text": f"row {number} " + chance.randbytes(chance.randint(20, 400)).hex(),
            "number": number,
            "extra": number % 7,
        }
        for number in range(start, start + count)
    ]


def add_parquet(
    hub: Hub, repo_id: str = "lab/groups", *, files: int = 4, rows: int = 500, group_rows: int = 50
) -> list[dict[str, object]]:
    """Add a repository of Parquet files with many row groups, and return its rows in order."""
    everything = number_rows(files * rows)
    content = {
        f"data/train-{number:05d}-of-{files:05d}.parquet": parquet_bytes(
            pa.Table.from_pylist(everything[number * rows : (number + 1) * rows]), group_rows=group_rows
        )
        for number in range(files)
    }
    hub.add(repo_id, content, lfs=True)
    return everything


def add_lines(
    hub: Hub, suffix: str, repo_id: str = "lab/lines", *, files: int = 3, rows: int = 3_000
) -> list[dict[str, object]]:
    """Add a repository of files with this suffix, such as ``.jsonl.gz``, and return its rows in order."""
    plain, _dot, packed = suffix.removeprefix(".").partition(".")
    everything = number_rows(files * rows)
    content = {}
    for number in range(files):
        part = everything[number * rows : (number + 1) * rows]
        data = csv_bytes(part) if plain == "csv" else json_lines(part)
        if plain == "txt":
            data = "".join(f"{row['text']}\n" for row in part).encode()
        content[f"train-{number}{suffix}"] = COMPRESSORS[f".{packed}" if packed else ""](data)
    hub.add(repo_id, content, lfs=True)
    return everything


def plan_part(repo_id: str, part: Part) -> DownloadPlan:
    """Plan a part of a repository of the Hub in the environment."""
    return replace(make_plan(PlanRequest(repo_id)), part=part)


def build_part(plan: DownloadPlan, folder: Path, monitor: Monitor | None = None) -> Manifest:
    """Select and build a part below ``folder``, as a job does."""
    monitor = monitor or NullMonitor()
    selection = pin_selection(plan, folder / "staging", ACCESS, monitor)
    origin = PartOrigin(plan, selection, ACCESS)
    return build_dataset(origin, folder / "staging", folder / "dataset", text_column=None, monitor=monitor)


def read_rows(folder: Path, split: str = "train") -> list[Row]:
    """Return the rows of the dataset below ``folder``."""
    return [row.values for row in DatasetStore(folder / "dataset").page(split, offset=0, limit=1_000_000)]
