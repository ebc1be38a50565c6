"""Connects commands to the API: over HTTP if a server has DATA_DIR, else in an application of their own.

So there is one way to do each thing and at most one writer: without a server the command itself holds the lock.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx2

from mistudio.core.config import Settings
from mistudio.core.ownership import UNIX, AlreadyServed, find_server_url, find_token

_POLL_SECONDS = 0.2

ShowProgress = Callable[[Mapping[str, Any]], None]  # a dataset or a tokenization as JSON
_ENDED = frozenset({"ready", "error", "cancelled"})


class Refused(Exception):
    """The API refused; ``problem`` are its problem details."""

    def __init__(self, problem: Mapping[str, Any]) -> None:  # JSON of any kind
        super().__init__(str(problem.get("detail") or "The server's response cannot be read."))
        self.problem = problem


class Studio:
    """The API; ``is_remote`` says that a server continues when the command ends."""

    def __init__(self, http: httpx2.AsyncClient, *, is_remote: bool) -> None:
        self._http = http
        self.is_remote = is_remote

    async def call(self, method: str, path: str, **options: Any) -> Any:  # what httpx takes; JSON of any kind
        """Send a request; return the JSON response, None if it is empty. Raises Refused."""
        answer = await self._http.request(method, quote(f"/api{path}"), **options)
        content = answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else None
        if answer.is_error:
            raise Refused(content if isinstance(content, dict) else {})
        return content

    async def read(self, path: str) -> str:
        """Return the text of a GET. Raises Refused."""
        answer = await self._http.request("GET", quote(f"/api{path}"))
        if answer.is_error:
            raise Refused(answer.json() if "json" in answer.headers.get("content-type", "") else {})
        return answer.text

    async def get(self, path: str, **params: object) -> Any:  # JSON of any kind
        """Send a GET without the parameters that are None. Raises Refused."""
        return await self.call("GET", path, params={name: value for name, value in params.items() if value is not None})

    async def find(self, wanted: str) -> Any:  # JSON of any kind
        """Return the one dataset with this id, name or repository id. Raises Refused."""
        if wanted.startswith("ds_"):
            return await self.get(f"/datasets/{wanted}")
        listed = (await self.get("/datasets", search=wanted, limit=100))["data"]
        found = [dataset for dataset in listed if wanted in (dataset["name"], dataset["hf_repo_id"])]
        if len(found) != 1:
            problem = f"Several datasets are called “{wanted}”" if found else f"There is no dataset “{wanted}”"
            raise Refused({"detail": f"{problem}: use an id from `mistudio ls`.", "code": "not_found"})
        return await self.get(f"/datasets/{found[0]['id']}")

    async def follow(self, path: str, show: ShowProgress) -> Any:  # JSON of any kind
        """Wait until the work of the dataset or tokenization at ``path`` has ended; ``show`` gets it meanwhile."""

        def has_ended(record: Mapping[str, Any]) -> bool:  # a record as JSON
            show(record)
            return record["status"] in _ENDED

        return await self.poll(path, has_ended)

    async def poll(self, path: str, is_done: Callable[[Mapping[str, Any]], bool]) -> Any:  # JSON of any kind
        """Poll the record at ``path`` until ``is_done``, and return it."""
        while True:
            record = await self.get(path)
            if is_done(record):
                return record
            await asyncio.sleep(_POLL_SECONDS)


def _authorize(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _connect(url: str, token: str | None) -> httpx2.AsyncClient:
    path = url.removeprefix(UNIX) if url.startswith(UNIX) else None
    transport = httpx2.AsyncHTTPTransport(uds=path) if path else None
    address = "http://localhost" if path else url
    return httpx2.AsyncClient(base_url=address, headers=_authorize(token), timeout=None, transport=transport)


@asynccontextmanager
async def studio(settings: Settings) -> AsyncIterator[Studio]:
    """Connect to the API of DATA_DIR. Raises AlreadyServed if another command has it at this moment."""
    token = settings.api_token.get_secret_value() if settings.api_token else None
    if url := find_server_url(settings.data_dir):
        async with _connect(url, find_token(settings.data_dir) or token) as http:
            yield Studio(http, is_remote=True)
        return
    headers = _authorize(token)
    from mistudio.main import create_app

    # A command starts one job: it needs no standby process for the next.
    app = create_app(settings.model_copy(update={"spare_process": False}))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.state.server.running(),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers, timeout=None) as http,
    ):
        yield Studio(http, is_remote=False)


__all__ = ["AlreadyServed", "Refused", "Studio", "studio"]
