"""Requests that no route handles: too large, HEAD, unknown methods, and routes that crash."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from fakes.running import RunningServer
from mistudio.services.tokenizer_service import TokenizerService

MEBIBYTE = 1 << 20


async def in_parts(count: int) -> AsyncIterator[bytes]:
    """JSON that never ends, a mebibyte at a time."""
    yield b'{"text": "'
    for _ in range(count):
        yield b"x" * MEBIBYTE


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_that_is_too_large_is_refused(server: RunningServer, is_announced: bool) -> None:
    """Whether its size is announced or not; the connection and the server stay usable."""
    body = b'{"text": "' + b"x" * 40 * MEBIBYTE if is_announced else in_parts(40)
    with capture_logs() as logs:
        answer = await server.http.post(
            "/api/tokenize-preview", content=body, headers={"Content-Type": "application/json"}
        )
    problem = answer.json()
    assert (413, "too_large", 2 * MEBIBYTE) == (answer.status_code, problem["code"], problem["limit_bytes"])
    assert "application/problem+json" == answer.headers["content-type"]
    assert [] == logs
    assert 200 == (await server.http.get("/api/datasets")).status_code


async def test_the_longest_text_may_be_sent(server: RunningServer) -> None:
    """Escaped, as some clients write it: it is not refused as too large."""
    body = json.dumps({"text": "🙂" * 100_000, "tokenizer": "tokenizers/none"}, ensure_ascii=True).encode()
    assert len(body) > MEBIBYTE
    answer = await server.http.post("/api/tokenize-preview", content=body, headers={"Content-Type": "application/json"})
    assert answer.json()["code"] != "too_large"


@pytest.mark.parametrize("path", ["/api/datasets", "/api/health", "/api/openapi.json", "/metrics", "/", "/somewhere"])
async def test_head_is_get_without_its_body(server: RunningServer, path: str) -> None:
    """The same status and the same fields."""
    got, head = await server.http.get(path), await server.http.head(path)
    assert (got.status_code, b"") == (head.status_code, head.content)
    assert got.headers["content-type"] == head.headers["content-type"]
    missing = await server.http.head("/api/datasets/ds_none")
    assert (404, b"") == (missing.status_code, missing.content)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/datasets", "HEAD, GET"),
        ("POST", "/api/datasets/ds_none", "HEAD, DELETE, GET, PATCH"),
        ("PATCH", "/api/datasets/ds_none/references", "HEAD, GET, POST"),
        ("GET", "/api/datasets/ds_none/cancel", "POST"),
        ("HEAD", "/api/datasets/ds_none/cancel", "POST"),
        ("POST", "/metrics", "HEAD, GET"),
        ("OPTIONS", "/api/datasets/ds_none/cancel", "POST"),
    ],
)
async def test_another_method_gets_the_list_of_methods(
    server: RunningServer, method: str, path: str, allowed: str
) -> None:
    """All methods of the path, whichever route each of them has."""
    answer = await server.http.request(method, path)
    assert (405, allowed) == (answer.status_code, answer.headers["allow"])


@pytest.mark.parametrize("path", ["/api/datasets/", "/api", "/api/", "/api/nothing", "/api/x.js"])
async def test_an_unknown_address_is_a_problem(server: RunningServer, path: str) -> None:
    """With any method: no redirect, and never the panel's page."""
    for method in ("GET", "POST", "DELETE"):
        answer = await server.http.request(method, httpx2.URL(server.url, raw_path=path.encode()))
        assert (404, "not_found") == (answer.status_code, answer.json()["code"])


async def test_a_crash_is_logged_once_and_the_connection_stays(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over one connection: the crash, its response with the correlation id, and the next response."""

    async def crash(_self: TokenizerService) -> list[object]:
        raise RuntimeError("broken")

    monkeypatch.setattr(TokenizerService, "list_models", crash)
    host, port = httpx2.URL(server.url).host, httpx2.URL(server.url).port
    reader, writer = await asyncio.open_connection(host, port)
    with capture_logs() as logs:
        first = await asked(reader, writer, "/api/models")
    assert 500 == first["status"]
    assert [("request crashed", first["correlation_id"])] == [(each["event"], each["correlation_id"]) for each in logs]
    assert [] == (await asked(reader, writer, "/api/datasets"))["data"]
    writer.close()
    await writer.wait_closed()
    metrics = (await server.http.get("/metrics")).text
    assert 'route="/api/models",status="500"' in metrics


async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> Any:  # JSON of any kind
    """The JSON response to a GET over this connection."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    size = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    return json.loads(await reader.readexactly(size))


async def test_the_document_lists_the_limit(server: RunningServer) -> None:
    """For every request that has a body."""
    document = await server.get("/api/openapi.json")
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    with_body = [operation for operation in operations if "requestBody" in operation]
    assert len(with_body) > 5
    assert [] == [each["operationId"] for each in with_body if "413" not in each["responses"]]
