"""Responses: bodies of known, unknown and wrong length, read into the caller's buffer."""

import socket
from collections.abc import Callable, Iterator

import pytest

from mistudio.corpus.fetch.http import Response, TransportError, translate_http_errors

Respond = Callable[[bytes], Response]


@pytest.fixture
def respond() -> Iterator[Respond]:
    """Return the response that a server sends with these bytes, after which it closes the connection."""
    sockets: list[socket.socket] = []
    responses: list[Response] = []

    def make_response(raw: bytes) -> Response:
        client, server = socket.socketpair()
        sockets.append(client)
        with server:
            server.sendall(raw)
        response = Response(client, method="GET")
        response.begin()
        responses.append(response)
        return response

    yield make_response
    for response in responses:
        response.close()
    for sock in sockets:
        sock.close()


def read_all(response: Response, size: int = 4) -> bytes:
    """Read the body in pieces of at most ``size`` bytes."""
    buffer, body = memoryview(bytearray(size)), b""
    while count := response.fill(buffer):
        body += buffer[:count]
    return body


def test_a_body_of_known_length_leaves_the_connection_reusable(respond: Respond) -> None:
    """``length`` counts down; bytes after the body are not part of it."""
    response = respond(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789 more")
    assert (10, False) == (response.length, response.is_reusable)
    assert b"0123456789" == read_all(response)
    assert response.is_reusable


def test_a_chunked_body_leaves_the_connection_reusable(respond: Respond) -> None:
    """Its length is unknown."""
    response = respond(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n")
    assert response.length is None
    assert b"0123456789" == read_all(response)
    assert response.is_reusable


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\n\r\n0123456789",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n0123456789",
        b"HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n0123456789",
    ],
)
def test_a_connection_that_the_server_closes_is_not_reusable(respond: Respond, raw: bytes) -> None:
    """By its version, its header, or as only the end of the connection ends the body."""
    response = respond(raw)
    assert b"0123456789" == read_all(response)
    assert not response.is_reusable


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n",
    ],
)
def test_bytes_before_a_break_are_returned_before_the_error(respond: Respond, head: bytes) -> None:
    """The next read raises, and the connection is not reusable."""
    response = respond(head + b"012345")
    buffer = memoryview(bytearray(100))
    assert 6 == response.fill(buffer)
    assert b"012345" == bytes(buffer[:6])
    with pytest.raises(TransportError):
        response.fill(buffer)
    assert not response.is_reusable


def test_an_invalid_chunk_size_is_a_transport_error(respond: Respond) -> None:
    """``http.client`` raises ValueError."""
    response = respond(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\n")
    with pytest.raises(TransportError):
        response.fill(memoryview(bytearray(4)))


def test_an_empty_body_is_complete_after_draining(respond: Respond) -> None:
    """As that of a redirect."""
    response = respond(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")
    response.drain()
    assert response.is_reusable


def test_a_short_body_is_drained_and_a_long_one_is_not(respond: Respond) -> None:
    """Reading a long one would take longer than a new connection."""
    short = respond(b"HTTP/1.1 404 No\r\nContent-Length: 10\r\n\r\n0123456789")
    long = respond(b"HTTP/1.1 404 No\r\nContent-Length: 1000000\r\n\r\n0123456789")
    short.drain()
    long.drain()
    assert (True, False) == (short.is_reusable, long.is_reusable)


@pytest.mark.parametrize("error", [OSError("broken"), ValueError("broken"), TimeoutError()])
def test_errors_of_the_connection_are_transport_errors(error: Exception) -> None:
    """An error without a text is named by its class."""
    with pytest.raises(TransportError, match=r"broken|TimeoutError"), translate_http_errors():
        raise error
