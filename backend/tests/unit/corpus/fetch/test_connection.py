"""Connections: kept between requests, replaced when the server closed them, and interrupted by another thread."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from fakes.fetching import QUICK
from fakes.hub import Hub
from fakes.timing import block_until
from mistudio.corpus.fetch.connection import Connections, Interrupter
from mistudio.corpus.fetch.http import TransportError
from mistudio.corpus.fetch.route import parse_web_address

PATIENT = replace(QUICK, stall_seconds=300.0)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with one small file, reached without a proxy."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Hub() as running:
        running.add("ada/tales", {"a.txt": "tale"})
        yield running


def get_body(connections: Connections, hub: Hub) -> bytes:
    """Read the file, and release its connection."""
    address = parse_web_address(f"{hub.url}/datasets/ada/tales/resolve/main/a.txt")
    response = connections.get(address, {"Accept-Encoding": "identity"})
    buffer = memoryview(bytearray(100))
    body = bytes(buffer[: response.fill(buffer)])
    connections.release(address, response)
    return body


def test_a_connection_is_kept_between_requests(hub: Hub) -> None:
    """The server sees one connection for two requests."""
    with closing(Connections(QUICK, Interrupter())) as connections:
        assert [b"tale", b"tale"] == [get_body(connections, hub) for _ in range(2)]
        assert 1 == len(hub.connections)
    block_until(lambda: not hub.connections)


def test_a_connection_that_the_server_closed_is_replaced(hub: Hub) -> None:
    """The caller does not notice."""
    with closing(Connections(QUICK, Interrupter())) as connections:
        get_body(connections, hub)
        (connection,) = hub.connections
        connection.shutdown(socket.SHUT_RDWR)
        block_until(lambda: not hub.connections)
        assert b"tale" == get_body(connections, hub)


def test_a_connection_with_an_unread_body_is_closed(hub: Hub) -> None:
    """The next request would read its rest."""
    hub.add("ada/large", {"a.txt": "tale" * 1_000_000}, lfs=False)
    address = parse_web_address(f"{hub.url}/datasets/ada/large/resolve/main/a.txt")
    with closing(Connections(QUICK, Interrupter())) as connections:
        connections.release(address, connections.get(address, {}))
        block_until(lambda: not hub.connections)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/", "http://no-such-host.invalid/", f"http://{'a' * 70}.test/", "http://127.0.0.1:9/ä b"],
)
def test_an_address_without_a_server_is_a_transport_error(hub: Hub, address: str) -> None:
    """Refused, unknown, or impossible as a host's name or in a request."""
    with closing(Connections(QUICK, Interrupter())) as connections, pytest.raises(TransportError):
        connections.get(parse_web_address(address), {})


def test_an_interrupt_ends_a_wait_for_an_answer(hub: Hub) -> None:
    """And refuses new connections."""
    hub.fault(delay=300.0)
    interrupter = Interrupter()
    with closing(Connections(PATIENT, interrupter)) as connections, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(get_body, connections, hub)
        block_until(lambda: hub.requests)
        interrupter.interrupt()
        with pytest.raises(TransportError):
            waiting.result()
        with pytest.raises(TransportError):
            get_body(connections, hub)
    assert 1 == len(hub.requests)


def test_an_interrupt_ends_a_read(hub: Hub) -> None:
    """In the middle of a body."""
    hub.add("ada/stalled", {"a.txt": "tale" * 100}, lfs=False)
    hub.fault("*/ada/stalled/*", stall_after=100, stall_seconds=300.0)
    address = parse_web_address(f"{hub.url}/datasets/ada/stalled/resolve/main/a.txt")
    interrupter, read = Interrupter(), 0
    with closing(Connections(PATIENT, interrupter)) as connections, ThreadPoolExecutor(1) as pool:
        response = connections.get(address, {})
        buffer = memoryview(bytearray(400))
        while read < 100:
            read += response.fill(buffer[: 100 - read])
        reading = pool.submit(response.fill, buffer)
        interrupter.interrupt()
        with pytest.raises(TransportError):
            reading.result()
        connections.release(address, response)
