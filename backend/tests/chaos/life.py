"""The whole life of data in one studio, as steps that can be taken again after any interruption."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from fakes import tokenizers as small
from fakes.hub import Hub
from fakes.repositories import CARD, add_stories
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import verify
from mistudio.corpus.tokenized.manifest import differences

_STORIES, _NOTES, _TOKENIZER, _IMPORT = "lab/stories", "lab/notes", "lab/tokenizer", "letters"
_RAGGED: Final = {"max_length": 32, "truncation": True}
_PACKED: Final = {"max_length": 16, "packing": "concat"}
_TRIES: Final = 400
_PAUSE_SECONDS: Final = 0.05


class Refused(Exception):
    """The server answered a step with an error that no later try may mend; the text is its problem."""


def add_repositories(hub: Hub) -> None:
    """Put what a life needs on the Hub."""
    add_stories(hub, _STORIES, rows=60)
    lines = "".join(json.dumps({"text": f"note {number}", "number": number}) + "\n" for number in range(80))
    hub.add(_NOTES, {"README.md": CARD, "train.jsonl": lines})
    hub.add(_TOKENIZER, small.files_of(small.byte_level(), config=small.CONFIG), kind="models")


@dataclass
class Life:
    """Takes the steps of a life over HTTP. ``run`` may be called again and again until it answers."""

    http: httpx2.AsyncClient

    async def run(self) -> None:
        """Download, import, index, tokenize, search and delete; return once all of it is done."""
        stories = await self._dataset(_STORIES, {"repo_id": _STORIES})
        notes = await self._dataset(_NOTES, {"repo_id": _NOTES})
        await self._tokenization(stories["id"], {"tokenizer": _TOKENIZER, **_PACKED})
        await self._tokenization(stories["id"], {"tokenizer": _TOKENIZER, **_RAGGED})
        await self._import()
        for dataset in (stories, notes):
            await self._indexed(dataset["id"])
        found = await self._get(f"/api/datasets/{stories['id']}/samples", search="fox", mode="words")
        assert found["data"], "a search finds what is there"
        await self._delete(_NOTES)
        await self._jobs_ended()

    async def _dataset(self, repo_id: str, request: Mapping[str, object]) -> Any:
        for _try in range(_TRIES):
            found = await self._find(repo_id)
            if found is None:
                await self._post("/api/datasets/download", json=request)
            elif found["status"] == "ready":
                return found
            elif found["status"] == "error":
                await self._post(f"/api/datasets/{found['id']}/retry", json={})
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused(f"{repo_id} does not become ready: {await self._find(repo_id)}")

    async def _find(self, name: str) -> Any:
        listed = await self._get("/api/datasets", limit=100)
        return next((one for one in listed["data"] if name in (one["hf_repo_id"], one["name"])), None)

    async def _import(self) -> None:
        for _try in range(_TRIES):
            found = await self._find(_IMPORT)
            if found is None:
                files = {"files": ("train.jsonl", b'{"text": "a letter"}\n{"text": "another"}\n')}
                await self._post("/api/datasets/upload", files=files, data={"name": _IMPORT})
            elif found["status"] == "ready":
                return
            elif found["status"] == "error":
                # An upload that was cut off cannot be retried: its bytes came from this client.
                await self._remove(found["id"])
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused(f"the import does not become ready: {await self._find(_IMPORT)}")

    async def _tokenization(self, dataset_id: str, request: Mapping[str, object]) -> None:
        for _try in range(_TRIES):
            listed = await self._get(f"/api/datasets/{dataset_id}/tokenizations")
            packing = request.get("packing", "off")
            every = listed["data"] if isinstance(listed, dict) else listed
            found = next((one for one in every if one["settings"]["packing"] == packing), None)
            if found is None:
                await self._post(f"/api/datasets/{dataset_id}/tokenize", json=request)
            elif found["status"] == "ready":
                return
            elif found["status"] in ("error", "cancelled"):
                await self._post(f"/api/tokenizations/{found['id']}/retry", json={})
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused(f"the tokenization {request} does not become ready: {found}")

    async def _indexed(self, dataset_id: str) -> None:
        for _try in range(_TRIES):
            index = (await self._get(f"/api/datasets/{dataset_id}"))["index"]
            if index["state"] == "ready":
                return
            if index["state"] in ("none", "error"):
                await self._post(f"/api/datasets/{dataset_id}/index")
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused(f"the index of {dataset_id} does not become ready: {index}")

    async def _delete(self, name: str) -> None:
        for _try in range(_TRIES):
            found = await self._find(name)
            if found is None:
                return
            await self._remove(found["id"])
        raise Refused(f"{name} cannot be deleted")

    async def _remove(self, dataset_id: str) -> None:
        self._check(await self.http.delete(f"/api/datasets/{dataset_id}"), missing_is_fine=True)

    async def _jobs_ended(self) -> None:
        for _try in range(_TRIES):
            jobs = await self._get("/api/jobs", limit=100)
            every = jobs["data"] if isinstance(jobs, dict) else jobs
            if all(job["finished_at"] for job in every):
                return
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Refused("jobs do not end")

    async def _get(self, path: str, **params: object) -> Any:
        return self._check(await self.http.get(path, params={name: str(one) for name, one in params.items()})).json()

    async def _post(self, path: str, **what: Any) -> None:
        answer = await self.http.post(path, **what)
        # What another try has done already, or does at this moment, is as good.
        if answer.status_code != 409:
            self._check(answer)

    def _check(self, answer: httpx2.Response, *, missing_is_fine: bool = False) -> httpx2.Response:
        if answer.is_success or (missing_is_fine and answer.status_code == 404):
            return answer
        problem = answer.json()
        if problem.get("code") == "internal_error":
            raise AssertionError(f"A defect in place of an answer: {answer.request.url}: {problem}")
        if not problem.get("detail"):
            raise AssertionError(f"An error without a sentence: {answer.request.url}: {problem}")
        raise Refused(f"{answer.request.method} {answer.request.url.path}: {problem['code']}: {problem['detail']}")


def remains(settings: Settings) -> dict[str, str]:
    """Return what a finished life left on the disk, with ids left out: the checksum of each file of the data.

    AssertionError where a manifest and its files differ, or something lies where nothing should.
    """
    found: dict[str, str] = {}
    for folder in sorted((settings.data_dir / "datasets").iterdir()):
        assert [] == verify(folder), verify(folder)
        manifest = json.loads((folder / "manifest.json").read_bytes())
        name = manifest["repo"] or "import"
        found |= {f"{name}/{path.name}": _sha256(path) for path in sorted((folder / "raw").iterdir())}
        for tokenized in sorted((folder / "tokenized").glob("tok_*")):
            assert [] == differences(tokenized), differences(tokenized)
            packing = json.loads((tokenized / "manifest.json").read_bytes())["settings"]["packing"]
            files = sorted(path for path in tokenized.rglob("*.arrow"))
            found |= {f"{name}/{packing}/{path.relative_to(tokenized)}": _sha256(path) for path in files}
    for name in ("staging", "trash"):
        folder = settings.data_dir / name
        left = [path.name for path in folder.iterdir()] if folder.exists() else []
        assert [] == left, f"left in {name}: {left}"
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
