"""How commands reach the services: over HTTP where a server has DATA_DIR, else in an application of their own.

So there is one way to do each thing, and never two writers: without a server the command itself holds the lock.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx2

from mistudio.core.config import Settings
from mistudio.core.ownership import AlreadyServed, find_server_url

_POLL_SECONDS = 0.2

Watcher = Callable[[Mapping[str, Any]], None]  # a dataset or a tokenization as JSON
_ENDED = frozenset({"ready", "error", "cancelled"})


class Refused(Exception):
    """The API said no; ``problem`` is its answer, JSON problem details."""

    def __init__(self, problem: Mapping[str, Any]) -> None:  # JSON of any kind
        super().__init__(str(problem.get("detail") or "The server gave no answer that can be read."))
        self.problem = problem


class Studio:
    """The API, whoever serves it; ``is_remote`` says that a server of its own goes on when the command ends."""

    def __init__(self, http: httpx2.AsyncClient, *, is_remote: bool) -> None:
        self._http = http
        self.is_remote = is_remote

    async def call(self, method: str, path: str, **options: Any) -> Any:  # what httpx takes; JSON of any kind
        """The JSON answer, None where it is empty. Raises Refused."""
        answer = await self._http.request(method, quote(f"/api{path}"), **options)
        content = answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else None
        if answer.is_error:
            raise Refused(content if isinstance(content, dict) else {})
        return content

    async def get(self, path: str, **params: object) -> Any:  # JSON of any kind
        """The answer of a GET; parameters that are None are left out."""
        return await self.call("GET", path, params={name: value for name, value in params.items() if value is not None})

    async def find(self, wanted: str) -> Any:  # JSON of any kind
        """The one dataset with this id, name or repository id. Raises Refused."""
        if wanted.startswith("ds_"):
            return await self.get(f"/datasets/{wanted}")
        listed = (await self.get("/datasets", search=wanted, limit=100))["data"]
        found = [dataset for dataset in listed if wanted in (dataset["name"], dataset["hf_repo_id"])]
        if len(found) != 1:
            many = f"Several datasets are called “{wanted}”" if found else f"There is no dataset “{wanted}”"
            raise Refused({"detail": f"{many}: take its id from `mistudio ls`.", "code": "not_found"})
        return await self.get(f"/datasets/{found[0]['id']}")

    async def follow(self, path: str, tell: Watcher) -> Any:  # JSON of any kind
        """The dataset or tokenization at ``path`` once its work has ended; ``tell`` hears of it on the way."""

        def has_ended(record: Mapping[str, Any]) -> bool:  # a record as JSON
            tell(record)
            return record["status"] in _ENDED

        return await self.until(path, has_ended)

    async def until(self, path: str, is_so: Callable[[Mapping[str, Any]], bool]) -> Any:  # JSON of any kind
        """The record at ``path`` once it is so; asked for again and again."""
        while True:
            record = await self.get(path)
            if is_so(record):
                return record
            await asyncio.sleep(_POLL_SECONDS)


@asynccontextmanager
async def studio(settings: Settings) -> AsyncIterator[Studio]:
    """The services of DATA_DIR. Raises AlreadyServed where another command has it at this moment."""
    token = settings.api_token.get_secret_value() if settings.api_token else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if url := find_server_url(settings.data_dir):
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=None) as http:
            yield Studio(http, is_remote=True)
        return
    from mistudio.main import create_app

    # One command begins one job: nothing is to stand ready for the next.
    app = create_app(settings.model_copy(update={"spare_process": False}))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.state.server.running(),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers, timeout=None) as http,
    ):
        yield Studio(http, is_remote=False)


__all__ = ["AlreadyServed", "Refused", "Studio", "studio"]
