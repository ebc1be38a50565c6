"""``mistudio.http_protocol``: requests that are not sent to their end."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from fakes.timing import TIMEOUT
from mistudio.http_protocol import BoundedHttpProtocol

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


class _ImpatientProtocol(BoundedHttpProtocol):
    header_seconds = 0.3
    body_seconds = 0.3


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    """Read the body, take longer than the limits, and answer."""
    while (await receive()).get("more_body"):
        continue
    await asyncio.sleep(0.6)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """The port of a server with short limits."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(_answer, log_config=None, lifespan="off", http=_ImpatientProtocol, timeout_keep_alive=30)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving
    listener.close()


async def send(port: int, *parts: bytes) -> bytes:
    """Send the parts, a pause before each further one, and return everything until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number, part in enumerate(parts):
        await asyncio.sleep(0.2 * bool(number))
        writer.write(part)
    async with asyncio.timeout(TIMEOUT):
        received = await reader.read()
    writer.close()
    return received


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST / HT",
        HEAD,
        HEAD + b"X: ",
        HEAD + b"Content-Length: 9\r\n\r\n",
        HEAD + b"Content-Length: 9\r\n\r\nabc",
    ],
)
async def test_a_half_sent_request_is_closed(port: int, sent: bytes) -> None:
    """Without a byte, inside the first line, the headers, or the body."""
    answers = await asyncio.gather(*(send(port, sent) for _ in range(20)))
    assert [b""] * 20 == answers


async def test_a_slow_body_and_a_slow_answer_are_waited_for(port: int) -> None:
    """Each piece comes in time; how long the answer takes does not count."""
    head = HEAD + b"Connection: close\r\nContent-Length: 6\r\n\r\n"
    assert (await send(port, head, b"ab", b"cd", b"ef")).endswith(b"ok")


async def test_a_half_sent_second_request_is_closed(port: int) -> None:
    """After an answer the limits hold again."""
    first = HEAD + b"Content-Length: 0\r\n\r\n"
    assert (await send(port, first + b"POST / HT")).endswith(b"ok")
