"""The load: clients that read, search, tokenize, come and go, and datasets that are made and deleted all the time."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import httpx2
import socketio

from fakes.hub import Hub
from fakes.repositories import add_stories
from fuzz.bench import TOKENIZER, check, check_record

# Shared by all clients, and there all the time.
KEPT: Final = "lab/kept"
_PAUSE_SECONDS: Final = 0.05
_PASSING: Final = 6


def add_repositories(hub: Hub) -> None:
    """Put what is downloaded again and again on the Hub."""
    add_stories(hub, KEPT, rows=2000)
    for number in range(_PASSING):
        add_stories(hub, f"lab/passing-{number}", rows=40)


@dataclass
class Load:
    """All clients; ``counts`` says what was done how often."""

    url: str
    http: httpx2.AsyncClient
    chance: random.Random
    kept: str = ""
    tokenized: str = ""
    counts: Counter[str] = field(default_factory=Counter)

    async def prepare(self) -> None:
        """Make what is there all the time."""
        self.kept = await self._made("/api/datasets/download", json={"repo_id": KEPT})
        self.tokenized = await self._tokenized(self.kept)
        await self._call("POST", f"/api/datasets/{self.kept}/index")

    async def run(self) -> None:
        """Go on until cancelled."""
        clients: tuple[Callable[[], Awaitable[None]], ...] = (
            self.read,
            self.read,
            self.search,
            self.preview,
            self.listen,
            self.pass_through,
            self.upload,
            self.rebuild_index,
        )
        await asyncio.gather(*(self._again(client) for client in clients))

    async def _again(self, client: Callable[[], Awaitable[None]]) -> None:
        while True:
            await client()
            self.counts[client.__name__] += 1
            await asyncio.sleep(_PAUSE_SECONDS)

    async def read(self) -> None:
        """Look at the list, a page, a sample, figures, and rows of tokens."""
        base = f"/api/datasets/{self.kept}"
        row = self.chance.randrange(2000)
        paths = ("/api/datasets", base, f"{base}/samples?page={1 + row // 50}&limit=50", f"{base}/samples/train/{row}")
        more = (f"{base}/statistics", f"{base}/what-if?max_length=64", f"/api/tokenizations/{self.tokenized}/rows")
        for path in (*paths, *more, "/api/jobs", "/api/system/storage", "/metrics"):
            await self._call("GET", path)

    async def search(self) -> None:
        """Search in each way."""
        for mode, text in (("words", "fox"), ("exact", "a fox."), ("regex", "f.x"), ("words", "nothing")):
            await self._call("GET", f"/api/datasets/{self.kept}/samples?search={text}&mode={mode}")

    async def preview(self) -> None:
        """Try a tokenizer on a text."""
        text = "word " * self.chance.randrange(1, 2000)
        await self._call("POST", "/api/tokenize-preview", json={"tokenizer": TOKENIZER, "text": text})

    async def listen(self) -> None:
        """Open a socket, listen for a moment, and go without a word, or in order."""
        async with aiohttp.ClientSession() as session:
            client = socketio.AsyncClient(http_session=session, reconnection=False)
            await client.connect(self.url, transports=["websocket"])
            for channel in ("datasets", f"datasets/{self.kept}/progress"):
                await client.call("subscribe", {"channel": channel})
            await asyncio.sleep(self.chance.uniform(0.0, 0.5))
            if self.chance.random() < 0.5:
                await client.disconnect()

    async def pass_through(self) -> None:
        """Download, tokenize, look, delete."""
        repo_id = f"lab/passing-{self.chance.randrange(_PASSING)}"
        made = await self._made("/api/datasets/download", json={"repo_id": repo_id})
        tokenized = await self._tokenized(made)
        await self._call("GET", f"/api/tokenizations/{tokenized}/rows")
        await self._call("GET", f"/api/datasets/{made}/samples?search=fox&mode=words")
        await self._call("DELETE", f"/api/datasets/{made}")

    async def upload(self) -> None:
        """Import a file, and delete what it has become."""
        files = {"files": ("train.jsonl", b'{"text": "a letter"}\n' * 500)}
        made = await self._made("/api/datasets/upload", files=files)
        await self._call("DELETE", f"/api/datasets/{made}")

    async def rebuild_index(self) -> None:
        """Remove an index and make it again."""
        await self._call("DELETE", f"/api/datasets/{self.kept}/index")
        await self._call("POST", f"/api/datasets/{self.kept}/index")
        await self._until(f"/api/datasets/{self.kept}", lambda found: found["index"]["state"] != "building")
        await asyncio.sleep(1.0)

    async def _made(self, path: str, **what: Any) -> str:  # what httpx takes
        made = await self._call("POST", path, **what)
        assert made is not None, path
        await self._until(f"/api/datasets/{made['id']}", lambda found: found["status"] in ("ready", "error"))
        return str(made["id"])

    async def _tokenized(self, dataset_id: str) -> str:
        request = {"tokenizer": TOKENIZER, "max_length": 32, "packing": "concat"}
        made = await self._call("POST", f"/api/datasets/{dataset_id}/tokenize", json=request)
        address = f"/api/tokenizations/{made['id']}"
        await self._until(address, lambda found: found["status"] not in ("queued", "processing"))
        return str(made["id"])

    async def _until(self, path: str, is_so: Callable[[Any], bool]) -> None:  # JSON of any kind
        for pause in itertools.repeat(_PAUSE_SECONDS):
            found = await self._call("GET", path)
            if is_so(found):
                check_record({"status": "", **found})
                return
            await asyncio.sleep(pause)

    async def _call(self, method: str, path: str, **what: Any) -> Any:  # what httpx takes; JSON of any kind
        self.counts["requests"] += 1
        return check(await self.http.request(method, path, **what))
