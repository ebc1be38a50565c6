"""Runs a whole tokenization as a user does: over HTTP, in a job process, ready when the socket says so."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp

from common.server import (
    STANDBY_SECONDS,
    RunningServer,
    connect_socket,
    request_json,
    run_server,
    wait_until_ready,
    watch_jobs,
)

_STATISTICS_REQUESTS = 20

Events = asyncio.Queue[tuple[float, dict[str, Any]]]  # JSON, with the time it arrived


@dataclass(frozen=True)
class TokenizeFigures:
    """A finished tokenization: its record, seconds from the request to ready, peak bytes of its process.

    ``parts`` are the seconds in order: until the response, until the first rows, until all rows, the rest.
    ``statistics`` is the longest time of ``_STATISTICS_REQUESTS`` requests for its statistics, in seconds.
    """

    record: dict[str, Any]  # JSON
    seconds: float
    peak: int
    parts: tuple[float, float, float, float]
    statistics: float


class TokenizeServer:
    """A server with one dataset."""

    def __init__(self, server: RunningServer, data: Path, dataset: dict[str, Any]) -> None:  # JSON
        self._server = server
        self._data = data
        self._dataset = dataset

    @property
    def folder(self) -> Path:
        """The dataset's folder."""
        return Path(self._dataset["raw_path"]).parent

    @property
    def text_bytes(self) -> int:
        """UTF-8 bytes of all its texts."""
        return int(self._dataset["metadata"]["text_bytes"])

    async def tokenize(self, folder: Path) -> TokenizeFigures:
        """Tokenize with the tokenizer.json in ``folder``, ragged and without special tokens like every contender."""
        name = f"tokenizers/{folder.name}"
        (self._data / name).mkdir(parents=True)
        shutil.copy(folder / "tokenizer.json", self._data / name)
        async with aiohttp.ClientSession(f"{self._server.url}/api/") as session:
            record, marks, peak = await self._run_job(session, f"./{name}")
            address = f"tokenizations/{record['id']}"
            record = await request_json(session, address)
            statistics = await _time_statistics(session, record)
            # The next tokenizer must find the disk as this one did.
            await _delete(session, address)
        first, second, third, last = (end - start for start, end in pairwise(marks))
        return TokenizeFigures(record, marks[-1] - marks[0], peak, (first, second, third, last), statistics)

    async def _run_job(
        self, session: aiohttp.ClientSession, tokenizer: str
    ) -> tuple[dict[str, Any], list[float], int]:  # JSON
        """Return the record, the times from the request to ready, and the peak memory of the job."""
        request = {"tokenizer": tokenizer, "truncation": False, "add_special_tokens": False}
        channel = f"datasets/{self._dataset['id']}/progress"
        events: Events = asyncio.Queue()
        async with connect_socket(self._server.url) as client:
            client.on(channel, lambda event: events.put_nowait((time.monotonic(), event)))
            await client.call("subscribe", {"channel": channel})
            await asyncio.sleep(STANDBY_SECONDS)
            async with watch_jobs(self._server) as peak:
                start = time.monotonic()
                address = f"datasets/{self._dataset['id']}/tokenize"
                record = await request_json(session, address, method="POST", json=request)
                marks = [start, time.monotonic(), *(await _follow(events))]
        return record, marks, peak.bytes


async def _time_statistics(session: aiohttp.ClientSession, record: dict[str, Any]) -> float:  # JSON
    address = f"datasets/{record['dataset_id']}/statistics?tokenization={record['id']}"
    longest = 0.0
    for _time in range(_STATISTICS_REQUESTS):
        start = time.monotonic()
        await request_json(session, address)
        longest = max(longest, time.monotonic() - start)
    return longest


async def _delete(session: aiohttp.ClientSession, address: str) -> None:
    async with session.delete(address) as response:
        response.raise_for_status()


async def _follow(events: Events) -> tuple[float, float, float]:
    """Return when the first rows were encoded, when the last were, and when the tokenization was ready."""
    first = last = 0.0
    while True:
        at, event = await events.get()
        if event["scope"] != "tokenization":
            continue
        if event["type"] == "error":
            raise SystemExit(event["error"])
        if event.get("phase") == "tokenizing":
            first, last = first or at, at
        if event["type"] == "completed":
            return first, last, at


@asynccontextmanager
async def serve_texts(texts: Sequence[Path], data: Path) -> AsyncIterator[TokenizeServer]:
    """Run a server on ``data`` that has imported ``texts`` as one dataset, without an index."""
    with run_server(data, MISTUDIO_SEARCH_INDEX="off") as server:
        async with aiohttp.ClientSession(f"{server.url}/api/") as session:
            form = aiohttp.FormData()
            for number, text in enumerate(texts):
                form.add_field("files", text.open("rb"), filename=f"train-{number:05d}-of-{len(texts):05d}.parquet")
            dataset = await request_json(session, "datasets/upload", method="POST", data=form)
            dataset = await wait_until_ready(session, f"datasets/{dataset['id']}")
        yield TokenizeServer(server, data, dataset)
