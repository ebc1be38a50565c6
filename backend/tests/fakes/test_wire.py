"""The test network: what is open when it ends is closed."""

import base64
import contextlib
import socket

import pytest

from fakes.wire import open_network

_SECRET = base64.b64encode(b"me:secret").decode()
_CONNECT = f"CONNECT hub.test:443 HTTP/1.1\r\nProxy-Authorization: Basic {_SECRET}\r\n\r\n".encode()


@pytest.mark.parametrize("sent", [b"", b"CONNECT hub", _CONNECT])
def test_connections_that_are_open_at_the_end_are_closed(sent: bytes) -> None:
    """However much a client has sent, it hears of the end at once."""
    with socket.create_server(("127.0.0.1", 0)) as host:
        with open_network() as network:
            client = _connect(network.add_proxy({"hub.test:443": host.getsockname()[1]}, credentials="me:secret"))
            client.sendall(sent)
        with client:
            _read_to_the_end(client)


def test_tunnels_that_are_open_at_the_end_are_closed() -> None:
    """Both sides hear of it at once."""
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(10)
        with open_network() as network:
            client = _connect(network.add_proxy({"hub.test:443": host.getsockname()[1]}, credentials="me:secret"))
            client.sendall(_CONNECT)
            assert client.recv(100).startswith(b"HTTP/1.1 200")
            far, _ = host.accept()
            far.settimeout(10)
        with client, far:
            _read_to_the_end(client)
            _read_to_the_end(far)


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def _read_to_the_end(side: socket.socket) -> None:
    """Read until the other side has closed, which the kernel may say as a reset; time out where it has not."""
    with contextlib.suppress(ConnectionResetError):
        while side.recv(1 << 10):
            pass
