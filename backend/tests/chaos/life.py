"""The whole life of data in one studio, as stages that can be gone through again after any interruption."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import httpx2

from chaos.client import PAUSE_SECONDS, TRIES, Client, Defect, Refused, check_error
from fakes import tokenizers as small
from fakes.hub import Hub
from fakes.repositories import CARD, add_stories

_STORIES, _NOTES, _TOKENIZER, _IMPORT = "lab/stories", "lab/notes", "lab/tokenizer", "letters"
_SUBSET, _MIXTURE = "some stories", "blend"
_RAGGED: Final = {"max_length": 32, "truncation": True}
_PACKED: Final = {"max_length": 16, "packing": "concat"}


def add_repositories(hub: Hub) -> None:
    """Put what a life needs on the Hub."""
    add_stories(hub, _STORIES, rows=12)
    lines = "".join(json.dumps({"text": f"note {number}", "number": number}) + "\n" for number in range(20))
    hub.add(_NOTES, {"README.md": CARD, "train.jsonl": lines})
    hub.add(_TOKENIZER, small.make_files(small.train_byte_level(), config=small.CONFIG), kind="models")


@dataclass
class Life:
    """Takes the steps of a life over HTTP; each stage may be gone through again until it answers."""

    STAGES: ClassVar[tuple[str, ...]] = (
        *("download", "import", "subset", "mix", "profile", "recipe"),
        *("tokenize", "pack", "index", "delete"),
    )

    http: httpx2.AsyncClient

    @property
    def client(self) -> Client:
        """What sends the requests."""
        return Client(self.http)

    def stages(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the stages by name, in their order."""
        return {
            "download": self.download,
            "import": self.import_files,
            "subset": self.subset,
            "mix": self.mix,
            "profile": self.profile,
            "recipe": self.recipe,
            "tokenize": lambda: self.tokenize(_RAGGED),
            "pack": lambda: self.tokenize(_PACKED),
            "index": self.index,
            "delete": self.delete,
        }

    async def run(self) -> None:
        """Go through all stages."""
        for stage in self.stages().values():
            await stage()
        await self.settle()

    async def download(self) -> None:
        """Download two datasets, of Parquet and of JSON lines."""
        for repo_id in (_STORIES, _NOTES):
            await self._dataset(repo_id)

    async def index(self) -> None:
        """Index a dataset, and search it."""
        stories = await self._dataset(_STORIES)
        await self._indexed(stories["id"])
        found = await self.client.get(f"/api/datasets/{stories['id']}/samples", search="fox", mode="words")
        if not found["data"]:
            raise Defect("a search does not find what is there")

    async def import_files(self) -> None:
        """Import a file of this machine."""
        files = {"files": ("train.jsonl", b'{"text": "a letter"}\n{"text": "another"}\n')}
        await self._made(_IMPORT, "/api/datasets/upload", is_kept=False, files=files, data={"name": _IMPORT})

    async def subset(self) -> None:
        """Make a subset that a filter and a cleaning step choose."""
        stories = await self._dataset(_STORIES)
        request = {"name": _SUBSET, "where": [["number", ">", 2]], "steps": [{"kind": "dedup_exact"}]}
        await self._made(_SUBSET, f"/api/datasets/{stories['id']}/subset", json=request)

    async def mix(self) -> None:
        """Mix two datasets."""
        stories, notes = await self._dataset(_STORIES), await self._dataset(_NOTES)
        one = {"dataset": stories["id"], "split": "train", "share": 0.5}
        other = {"dataset": notes["id"], "share": 0.5, "max_repeats": 3}
        await self._made(_MIXTURE, "/api/datasets/mix", json={"name": _MIXTURE, "parts": [one, other]})

    async def profile(self) -> None:
        """Profile the columns of a dataset."""
        stories = await self._dataset(_STORIES)
        for _try in range(TRIES):
            profiles = await self.client.post(f"/api/datasets/{stories['id']}/columns")
            if profiles["state"] == "ready":
                return
            await asyncio.sleep(PAUSE_SECONDS)
        raise Refused(f"the profiles do not become ready: {profiles}")

    async def recipe(self) -> None:
        """Build a recipe: two datasets that are there, a mixture of them, and a tokenization."""
        datasets = [await self._dataset(repo_id) for repo_id in (_STORIES, _NOTES)]
        recipe = _write_recipe([(one["hf_repo_id"], one["revision"]) for one in datasets])
        for _try in range(TRIES):
            found = await self.client.post("/api/recipes", json=recipe)
            state = await self.client.get(f"/api/recipes/{found.get('recipe_id', found.get('id'))}")
            if state["state"] == "succeeded":
                return
            if state["state"] == "failed":
                check_error({"status": "error", **state})
            await asyncio.sleep(PAUSE_SECONDS)
        raise Refused(f"the recipe does not succeed: {state}")

    async def tokenize(self, settings: Mapping[str, object]) -> None:
        """Tokenize a dataset."""
        dataset_id = (await self._dataset(_STORIES))["id"]
        request = {"tokenizer": _TOKENIZER, **settings}
        for _try in range(TRIES):
            found = await self._tokenization(dataset_id, settings.get("packing", "off"))
            if found is None:
                await self.client.post(f"/api/datasets/{dataset_id}/tokenize", json=request)
            elif found["status"] == "ready":
                return
            elif found["status"] in ("error", "cancelled"):
                check_error(found)
                await self.client.post(f"/api/tokenizations/{found['id']}/retry", json={})
            await asyncio.sleep(PAUSE_SECONDS)
        raise Refused(f"the tokenization {request} does not become ready: {found}")

    async def delete(self) -> None:
        """Delete a dataset."""
        for _try in range(TRIES):
            found = await self.client.find(_NOTES)
            if found is None:
                return
            await self.client.remove(found["id"])
        raise Refused(f"{_NOTES} cannot be deleted")

    async def settle(self) -> None:
        """Wait until no job runs."""
        for _try in range(TRIES):
            if all(job["finished_at"] for job in await self.client.get("/api/jobs", limit=100)):
                return
            await asyncio.sleep(PAUSE_SECONDS)
        raise Refused("jobs do not end")

    async def ids(self) -> set[str]:
        """Return the ids of all datasets and tokenizations that the server knows."""
        found: set[str] = set()
        for dataset in (await self.client.get("/api/datasets", limit=100))["data"]:
            made = await self.client.get(f"/api/datasets/{dataset['id']}/tokenizations")
            found |= {dataset["id"], *(one["id"] for one in made)}
        return found

    async def _dataset(self, repo_id: str) -> Any:
        return await self._made(repo_id, "/api/datasets/download", json={"repo_id": repo_id})

    async def _made(self, name: str, path: str, *, is_kept: bool = True, **what: Any) -> Any:
        return await self.client.ready(name, lambda: self.client.post(path, **what), is_kept=is_kept)

    async def _tokenization(self, dataset_id: str, packing: object) -> Any:
        listed = await self.client.get(f"/api/datasets/{dataset_id}/tokenizations")
        return next((one for one in listed if one["settings"]["packing"] == packing), None)

    async def _indexed(self, dataset_id: str) -> None:
        for _try in range(TRIES):
            index = (await self.client.get(f"/api/datasets/{dataset_id}"))["index"]
            if index["state"] == "ready":
                return
            if index["state"] in ("none", "error"):
                await self.client.post(f"/api/datasets/{dataset_id}/index")
            await asyncio.sleep(PAUSE_SECONDS)
        raise Refused(f"the index of {dataset_id} does not become ready: {index}")


def _write_recipe(parents: Sequence[tuple[str, str]]) -> dict[str, object]:
    downloads = {
        f"part{number}": {"download": {"repo": repo, "commit": sha}} for number, (repo, sha) in enumerate(parents)
    }
    parts = [{"dataset": "part0", "split": "train", "rows": 9}, {"dataset": "part1", "rows": 7}]
    tokens = {"dataset": "blend", "tokenizer": _TOKENIZER, "max_length": 16}
    return {
        "datasets": {**downloads, "blend": {"mix": {"seed": 3, "parts": parts}}},
        "tokenizations": {"short": tokens},
    }
