"""Requests of a life to a studio, and what their answers may say."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2

TRIES: Final = 600
PAUSE_SECONDS: Final = 0.03
# Errors that tell of a defect of ours, whatever failed.
_DEFECTS: Final = frozenset({"internal_error", "tokens_lost"})


class Refused(Exception):
    """The server answered a step with an error that a later try may mend; the text is its problem."""


class Defect(AssertionError):
    """An answer that no fault excuses."""


@dataclass
class Client:
    """A client of the studio that takes a refusal for what it is and a defect for a defect."""

    http: httpx2.AsyncClient

    async def ready(self, name: str, create: Callable[[], Awaitable[object]], *, is_kept: bool = True) -> Any:
        """Return the dataset of this name or repository, ready: created if it is missing, retried if it failed.

        Unless ``is_kept``, one that failed is deleted: an upload cannot be retried, its bytes came from this client.
        """
        for _try in range(TRIES):
            found = await self.find(name)
            if found is None:
                await create()
            elif found["status"] == "ready":
                return found
            elif found["status"] == "error":
                check_error(found)
                if is_kept:
                    await self.post(f"/api/datasets/{found['id']}/retry", json={})
                else:
                    await self.remove(found["id"])
            await asyncio.sleep(PAUSE_SECONDS)
        raise Refused(f"{name} does not become ready: {await self.find(name)}")

    async def find(self, name: str) -> Any:
        """Return the dataset of this name or repository; None if there is none."""
        listed = await self.get("/api/datasets", limit=100)
        return next((one for one in listed["data"] if name in (one["hf_repo_id"], one["name"])), None)

    async def remove(self, dataset_id: str) -> None:
        """Delete a dataset, or find it deleted."""
        check(await self.http.delete(f"/api/datasets/{dataset_id}"), missing_is_fine=True)

    async def get(self, path: str, **params: object) -> Any:
        """Return the JSON of a GET."""
        return check(await self.http.get(path, params={name: str(one) for name, one in params.items()})).json()

    async def post(self, path: str, **what: Any) -> Any:
        """Return the JSON of a POST, or of the refusal of what is there already."""
        answer = await self.http.post(path, **what)
        # What another try has done already, or does at this moment, is as good.
        return answer.json() if answer.status_code == 409 else check(answer).json()


def check(answer: httpx2.Response, *, missing_is_fine: bool = False) -> httpx2.Response:
    """Return the answer; Refused if a later try may mend it, Defect if nothing excuses it."""
    if answer.is_success or (missing_is_fine and answer.status_code == 404):
        return answer
    problem = answer.json()
    where = f"{answer.request.method} {answer.request.url.path}"
    if problem.get("code") in _DEFECTS:
        raise Defect(f"a defect in place of an answer: {where}: {problem}")
    if not problem.get("detail"):
        raise Defect(f"an error without a sentence: {where}: {problem}")
    raise Refused(f"{where}: {problem['code']}: {problem['detail']}")


def check_error(record: Mapping[str, Any]) -> None:
    """Raise Defect where a record in error does not say clearly what went wrong."""
    if record["status"] == "error" and (record["error_code"] in {None, *_DEFECTS} or not record["error_message"]):
        raise Defect(f"a defect in place of an error: {record['error_code']}: {record['error_message']}")
