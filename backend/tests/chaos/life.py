"""The whole life of data in one studio, as stages that can be gone through again after any interruption."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import httpx2

from fakes import tokenizers as small
from fakes.hub import Hub
from fakes.repositories import CARD, add_stories

_STORIES, _NOTES, _TOKENIZER, _IMPORT = "lab/stories", "lab/notes", "lab/tokenizer", "letters"
_RAGGED: Final = {"max_length": 32, "truncation": True}
_PACKED: Final = {"max_length": 16, "packing": "concat"}
_TRIES: Final = 600
_PAUSE_SECONDS: Final = 0.03
# Errors that tell of a defect of ours, whatever failed.
_DEFECTS: Final = frozenset({"internal_error", "tokens_lost"})


class Refused(Exception):
    """The server answered a step with an error that a later try may mend; the text is its problem."""


class Defect(AssertionError):
    """An answer that no fault excuses."""


def add_repositories(hub: Hub) -> None:
    """Put what a life needs on the Hub."""
    add_stories(hub, _STORIES, rows=12)
    lines = "".join(json.dumps({"text": f"note {number}", "number": number}) + "\n" for number in range(20))
    hub.add(_NOTES, {"README.md": CARD, "train.jsonl": lines})
    hub.add(_TOKENIZER, small.make_files(small.train_byte_level(), config=small.CONFIG), kind="models")


@dataclass
class Life:
    """Takes the steps of a life over HTTP; each stage may be gone through again until it answers."""

    STAGES: ClassVar[tuple[str, ...]] = ("download", "import", "tokenize", "pack", "index", "delete")

    http: httpx2.AsyncClient

    def stages(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the stages by name, in their order."""
        return {
            "download": self.download,
            "import": self.import_files,
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
        found = await self._get(f"/api/datasets/{stories['id']}/samples", search="fox", mode="words")
        if not found["data"]:
            raise Defect("a search does not find what is there")

    async def import_files(self) -> None:
        """Import a file of this machine."""
        for _try in range(_TRIES):
            found = await self._find(_IMPORT)
            if found is None:
                files = {"files": ("train.jsonl", b'{"text": "a letter"}\n{"text": "another"}\n')}
                await self._post("/api/datasets/upload", files=files, data={"name": _IMPORT})
            elif found["status"] == "ready":
                return
            elif found["status"] == "error":
                # An upload that was cut off cannot be retried: its bytes came from this client.
                _check_error(found)
                await self._remove(found["id"])
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused(f"the import does not become ready: {await self._find(_IMPORT)}")

    async def tokenize(self, settings: Mapping[str, object]) -> None:
        """Tokenize a dataset."""
        dataset_id = (await self._dataset(_STORIES))["id"]
        request = {"tokenizer": _TOKENIZER, **settings}
        for _try in range(_TRIES):
            found = await self._tokenization(dataset_id, settings.get("packing", "off"))
            if found is None:
                await self._post(f"/api/datasets/{dataset_id}/tokenize", json=request)
            elif found["status"] == "ready":
                return
            elif found["status"] in ("error", "cancelled"):
                _check_error(found)
                await self._post(f"/api/tokenizations/{found['id']}/retry", json={})
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused(f"the tokenization {request} does not become ready: {found}")

    async def delete(self) -> None:
        """Delete a dataset."""
        for _try in range(_TRIES):
            found = await self._find(_NOTES)
            if found is None:
                return
            await self._remove(found["id"])
        raise Refused(f"{_NOTES} cannot be deleted")

    async def settle(self) -> None:
        """Wait until no job runs."""
        for _try in range(_TRIES):
            if all(job["finished_at"] for job in await self._get("/api/jobs", limit=100)):
                return
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused("jobs do not end")

    async def ids(self) -> set[str]:
        """Return the ids of all datasets and tokenizations that the server knows."""
        found: set[str] = set()
        for dataset in (await self._get("/api/datasets", limit=100))["data"]:
            made = await self._get(f"/api/datasets/{dataset['id']}/tokenizations")
            found |= {dataset["id"], *(one["id"] for one in made)}
        return found

    async def _dataset(self, repo_id: str) -> Any:
        for _try in range(_TRIES):
            found = await self._find(repo_id)
            if found is None:
                await self._post("/api/datasets/download", json={"repo_id": repo_id})
            elif found["status"] == "ready":
                return found
            elif found["status"] == "error":
                _check_error(found)
                await self._post(f"/api/datasets/{found['id']}/retry", json={})
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused(f"{repo_id} does not become ready: {await self._find(repo_id)}")

    async def _find(self, name: str) -> Any:
        listed = await self._get("/api/datasets", limit=100)
        return next((one for one in listed["data"] if name in (one["hf_repo_id"], one["name"])), None)

    async def _tokenization(self, dataset_id: str, packing: object) -> Any:
        listed = await self._get(f"/api/datasets/{dataset_id}/tokenizations")
        return next((one for one in listed if one["settings"]["packing"] == packing), None)

    async def _indexed(self, dataset_id: str) -> None:
        for _try in range(_TRIES):
            index = (await self._get(f"/api/datasets/{dataset_id}"))["index"]
            if index["state"] == "ready":
                return
            if index["state"] in ("none", "error"):
                await self._post(f"/api/datasets/{dataset_id}/index")
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused(f"the index of {dataset_id} does not become ready: {index}")

    async def _remove(self, dataset_id: str) -> None:
        _check(await self.http.delete(f"/api/datasets/{dataset_id}"), missing_is_fine=True)

    async def _get(self, path: str, **params: object) -> Any:
        return _check(await self.http.get(path, params={name: str(one) for name, one in params.items()})).json()

    async def _post(self, path: str, **what: Any) -> None:
        answer = await self.http.post(path, **what)
        # What another try has done already, or does at this moment, is as good.
        if answer.status_code != 409:
            _check(answer)


def _check(answer: httpx2.Response, *, missing_is_fine: bool = False) -> httpx2.Response:
    if answer.is_success or (missing_is_fine and answer.status_code == 404):
        return answer
    problem = answer.json()
    where = f"{answer.request.method} {answer.request.url.path}"
    if problem.get("code") in _DEFECTS:
        raise Defect(f"a defect in place of an answer: {where}: {problem}")
    if not problem.get("detail"):
        raise Defect(f"an error without a sentence: {where}: {problem}")
    raise Refused(f"{where}: {problem['code']}: {problem['detail']}")


def _check_error(record: Mapping[str, Any]) -> None:
    """Raise Defect where a record in error does not say clearly what went wrong."""
    if record["status"] == "error" and (record["error_code"] in {None, *_DEFECTS} or not record["error_message"]):
        raise Defect(f"a defect in place of an error: {record['error_code']}: {record['error_message']}")
