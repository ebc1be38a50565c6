"""Our whole job as a user has it: asked for over HTTP, done in a process of its own, ready when the socket says so."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from common.server import REST_SECONDS, PeakOfJobs, Served, asked, serving, socket_client

# How often the statistics of each tokenization are asked for.
_ASKED = 20


@dataclass(frozen=True)
class Tokenized:
    """A finished tokenization: its record, seconds from the request to ready, peak bytes of its process.

    ``parts`` are the seconds in order: until the answer, until the first rows, until all rows, the end.
    ``statistics`` is the longest that the server took for its figures, in seconds, of ``_ASKED`` times.
    """

    record: dict[str, Any]  # JSON
    seconds: float
    peak: int
    parts: tuple[float, float, float, float]
    statistics: float


class Bench:
    """A server with one dataset."""

    def __init__(self, served: Served, data: Path, dataset: dict[str, Any]) -> None:  # JSON
        self._served = served
        self._data = data
        self._dataset = dataset

    @property
    def folder(self) -> Path:
        """The dataset's."""
        return Path(self._dataset["raw_path"]).parent

    @property
    def text_bytes(self) -> int:
        """UTF-8 bytes of all its texts."""
        return int(self._dataset["metadata"]["text_bytes"])

    async def tokenize(self, folder: Path) -> Tokenized:
        """Tokenize by the tokenizer.json in ``folder``, ragged and without special tokens, as all contenders do."""
        name = f"tokenizers/{folder.name}"
        (self._data / name).mkdir(parents=True)
        shutil.copy(folder / "tokenizer.json", self._data / name)
        request = {"tokenizer": f"./{name}", "truncation": False, "add_special_tokens": False}
        channel = f"datasets/{self._dataset['id']}/progress"
        heard: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()
        async with aiohttp.ClientSession() as session, socket_client(self._served.url) as client:
            client.on(channel, lambda event: heard.put_nowait((time.monotonic(), event)))
            await client.call("subscribe", {"channel": channel})
            await asyncio.sleep(REST_SECONDS)
            async with _peak_of_jobs(self._served) as peak:
                began = time.monotonic()
                address = f"{self._served.url}/api/datasets/{self._dataset['id']}/tokenize"
                record = await asked(session, address, method="POST", json=request)
                marks = [began, time.monotonic(), *(await _followed(heard))]
            address = f"{self._served.url}/api/tokenizations/{record['id']}"
            made = await asked(session, address)
            statistics = await _longest(session, self._served.url, made)
            await asked_to_delete(session, address)
        before, after = marks[:-1], marks[1:]
        first, second, third, last = (end - start for start, end in zip(before, after, strict=True))
        return Tokenized(made, marks[-1] - began, peak.bytes, (first, second, third, last), statistics)


async def _longest(session: aiohttp.ClientSession, url: str, made: dict[str, Any]) -> float:  # JSON
    address = f"{url}/api/datasets/{made['dataset_id']}/statistics?tokenization={made['id']}"
    longest = 0.0
    for _time in range(_ASKED):
        began = time.monotonic()
        await asked(session, address)
        longest = max(longest, time.monotonic() - began)
    return longest


async def asked_to_delete(session: aiohttp.ClientSession, address: str) -> None:
    """Delete it: the next one shall find the disk as this one did."""
    async with session.delete(address) as answer:
        answer.raise_for_status()


async def _followed(heard: "asyncio.Queue[tuple[float, dict[str, Any]]]") -> tuple[float, float, float]:
    """When rows were first encoded, when the last were, and when all was ready."""
    first = last = 0.0
    while True:
        at, event = await heard.get()
        if event["scope"] != "tokenization":
            continue
        if event["type"] == "error":
            raise SystemExit(event["error"])
        if event.get("phase") == "tokenizing":
            first, last = first or at, at
        if event["type"] == "completed":
            return first, last, at


@asynccontextmanager
async def _peak_of_jobs(served: Served) -> AsyncIterator[PeakOfJobs]:
    peak = PeakOfJobs(served.process_id)
    task = asyncio.create_task(peak.watch())
    yield peak
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def bench(texts: Sequence[Path], data: Path) -> AsyncIterator[Bench]:
    """A server on ``data`` that has taken in ``texts`` as one dataset, without an index."""
    with serving(data, MISTUDIO_SEARCH_INDEX="off") as served:
        async with aiohttp.ClientSession() as session:
            form = aiohttp.FormData()
            for number, text in enumerate(texts):
                form.add_field("files", text.open("rb"), filename=f"train-{number:05d}-of-{len(texts):05d}.parquet")
            dataset = await asked(session, f"{served.url}/api/datasets/upload", method="POST", data=form)
            while dataset["status"] not in {"ready", "error"}:
                await asyncio.sleep(0.1)
                dataset = await asked(session, f"{served.url}/api/datasets/{dataset['id']}")
        if dataset["status"] == "error":
            raise SystemExit(dataset["error_message"])
        yield Bench(served, data, dataset)
