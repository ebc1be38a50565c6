"""Races: clients that do things to the same datasets at the same time, and what is left when all have gone."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chaos.disk import folders_without_record, left_over
from chaos.life import Life
from fuzz.bench import TOKENIZER, Bench, Broken, check, check_record
from mistudio.corpus.store.manifest import verify

_STEPS: Final = 25
_CLIENTS: Final = 2
_SETTLE_TRIES: Final = 1200
_SAMPLE_TOKENIZER: Final = "./tokenizers/sample-bpe"
_REQUESTS: Final = (
    {"tokenizer": TOKENIZER, "max_length": 16},
    {"tokenizer": TOKENIZER, "max_length": 16, "packing": "concat"},
    {"tokenizer": _SAMPLE_TOKENIZER, "max_length": 32},
)


@dataclass(frozen=True)
class RaceCase:
    """Two clients that draw their steps by the seed."""

    name: str
    seed: int
    clients: int = _CLIENTS

    async def run(self, bench: Bench, number: int) -> None:
        """Let all clients go at once; then everything must be whole, and nothing left over."""
        bench.hub.faults.clear()
        bench.add_usual()
        chance = random.Random(self.seed)
        clients = [_Client(bench, random.Random(chance.randrange(1 << 30))) for _client in range(self.clients)]
        await asyncio.gather(*(client.run() for client in clients))
        await _settled(bench)
        await _check_whole(bench)
        for dataset in await _datasets(bench):
            await bench.remove(dataset["id"])
        await _until_nothing_left(bench)


@dataclass
class _Client:
    """Takes random steps, whatever the other one does."""

    bench: Bench
    chance: random.Random

    async def run(self) -> None:
        """Take the steps."""
        steps: Sequence[Callable[[], Awaitable[None]]] = (
            self.download,
            self.sample,
            self.upload,
            self.tokenize,
            self.tokenize,
            self.subset,
            self.mix,
            self.profile,
            self.on_dataset,
            self.on_dataset,
            self.on_tokenization,
            self.read,
        )
        for _step in range(_STEPS):
            await self.chance.choice(steps)()
            await asyncio.sleep(self.chance.choice((0, 0, 0.02, 0.2)))

    async def send(self, method: str, path: str, **what: Any) -> Any:  # what httpx takes; JSON of any kind
        """Return a checked answer, None for a refusal."""
        return check(await self.bench.http.request(method, path, **what))

    async def download(self) -> None:
        """The same dataset as the other client, perhaps one split of it."""
        splits = self.chance.choice((None, None, ["train"]))
        await self.send("POST", "/api/datasets/download", json={"repo_id": "lab/stories", "splits": splits})

    async def sample(self) -> None:
        """The bundled one."""
        await self.send("POST", "/api/datasets/sample")

    async def upload(self) -> None:
        """A file of a name that the other client takes, too."""
        files = {"files": ("train.jsonl", b'{"text": "a letter"}\n' * 50)}
        await self.send("POST", "/api/datasets/upload", files=files, data={"name": "letters"})

    async def tokenize(self) -> None:
        """One of three ways, so that both often ask for the same."""
        if dataset := await self._any():
            await self.send("POST", f"/api/datasets/{dataset}/tokenize", json=self.chance.choice(_REQUESTS))

    async def subset(self) -> None:
        """One of two, so that both often ask for the same, perhaps while its parent is deleted."""
        if dataset := await self._any():
            request = {"rows": self.chance.choice((3, 5)), "steps": [{"kind": "dedup_exact"}]}
            await self.send("POST", f"/api/datasets/{dataset}/subset", json=request)

    async def mix(self) -> None:
        """Two datasets, perhaps one of them twice."""
        one, other = await self._any(), await self._any()
        if one and other:
            parts = [{"dataset": one, "rows": 3, "split": "train"}, {"dataset": other, "rows": 2, "split": "train"}]
            await self.send("POST", "/api/datasets/mix", json={"parts": parts})

    async def profile(self) -> None:
        """The columns of any dataset."""
        if dataset := await self._any():
            await self.send("POST", f"/api/datasets/{dataset}/columns")

    async def on_dataset(self) -> None:
        """Something that changes a dataset, or what it has."""
        if dataset := await self._any():
            method, path = self.chance.choice(
                (("DELETE", ""), ("POST", "/cancel"), ("POST", "/retry"), ("POST", "/index"), ("DELETE", "/index"))
            )
            await self.send(method, f"/api/datasets/{dataset}{path}", **({"json": {}} if path == "/retry" else {}))

    async def on_tokenization(self) -> None:
        """Something that changes a tokenization."""
        dataset = await self._any()
        made = await self.send("GET", f"/api/datasets/{dataset}/tokenizations") if dataset else None
        if made:
            method, path = self.chance.choice((("DELETE", ""), ("POST", "/cancel"), ("POST", "/retry")))
            address = f"/api/tokenizations/{self.chance.choice(made)['id']}{path}"
            await self.send(method, address, **({"json": {}} if path == "/retry" else {}))

    async def read(self) -> None:
        """Something that must be whole, or not there."""
        if dataset := await self._any():
            for path in ("", "/samples?search=fox", "/statistics"):
                await self.send("GET", f"/api/datasets/{dataset}{path}")

    async def _any(self) -> str | None:
        listed = (await self.send("GET", "/api/datasets"))["data"]
        return str(self.chance.choice(listed)["id"]) if listed else None


async def _datasets(bench: Bench) -> list[dict[str, Any]]:  # datasets as JSON
    return list((await bench.get("/api/datasets", limit=100))["data"])


async def _settled(bench: Bench) -> None:
    for _try in range(_SETTLE_TRIES):
        if all(job["finished_at"] for job in await bench.get("/api/jobs", limit=100)):
            return
        await asyncio.sleep(0.05)
    raise Broken("jobs do not end")


async def _check_whole(bench: Bench) -> None:
    """Every record is in a state that can last, every folder has a record, and every manifest fits its files."""
    for dataset in await _datasets(bench):
        check_record(dataset)
        if dataset["status"] not in ("ready", "error"):
            raise Broken(f"a dataset stays {dataset['status']} without a job")
        for made in await bench.get(f"/api/datasets/{dataset['id']}/tokenizations"):
            check_record(made)
            if made["status"] not in ("ready", "error", "cancelled"):
                raise Broken(f"a tokenization stays {made['status']} without a job")
    for folder in bench.settings.datasets_dir.iterdir():
        if found := verify(folder):
            raise Broken(f"files differ from their manifest: {found[:3]}")


async def _until_nothing_left(bench: Bench) -> None:
    for _try in range(200):
        strange = folders_without_record(bench.settings, await Life(bench.http).ids())
        if not (left := [*left_over(bench.settings), *strange]):
            return
        await asyncio.sleep(0.05)
    raise Broken(f"left over when all is deleted: {left}")


def race_cases(chance: random.Random, count: int) -> list[RaceCase]:
    """Return so many races."""
    return [RaceCase(f"race {number}", chance.randrange(1 << 30)) for number in range(count)]
