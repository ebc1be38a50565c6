"""The test network: what is open when it ends is closed."""

import base64
import socket

from fakes.wire import open_network


def test_relays_that_are_open_at_the_end_are_closed() -> None:
    """Both sides hear of it at once."""
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(10)
        with open_network() as network:
            port = network.add_proxy({"hub.test:443": host.getsockname()[1]}, credentials="me:secret")
            client = socket.create_connection(("127.0.0.1", port), timeout=10)
            secret = base64.b64encode(b"me:secret").decode()
            client.sendall(f"CONNECT hub.test:443 HTTP/1.1\r\nProxy-Authorization: Basic {secret}\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 200")
            far, _ = host.accept()
            far.settimeout(10)
        with client, far:
            assert (b"", b"") == (client.recv(1), far.recv(1))
