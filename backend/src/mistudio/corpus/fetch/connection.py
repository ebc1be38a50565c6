"""Connections on ``http.client`` whose waits another thread can end.

A cancel must not wait for a stalled server. ``http.client`` cannot go on after a read that timed out, so waits are not
cut into short slices: ``Interrupter`` shuts the sockets down.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import cast
from urllib.parse import SplitResult

from mistudio.corpus.fetch.http import Response, TransportError, translate_http_errors
from mistudio.corpus.fetch.route import Route
from mistudio.corpus.fetch.settings import FetchSettings


@cache
def tls_context() -> ssl.SSLContext:
    """Return a context that trusts the system's certificates, or those of SSL_CERT_FILE and SSL_CERT_DIR."""
    return ssl.create_default_context()


class Interrupter:
    """Ends the waits of all threads on all sockets of one fetch.

    Shutting a socket down wakes a thread that connects, shakes hands or reads; closing it would not.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._is_interrupted = False

    def add(self, sock: socket.socket) -> None:
        """Let ``interrupt`` end the waits on ``sock``; raise ConnectionAbortedError if it was called already."""
        with self._lock:
            if self._is_interrupted:
                raise ConnectionAbortedError
            self._sockets.add(sock)

    def remove(self, sock: socket.socket) -> None:
        """Forget ``sock``, which its owner is about to close."""
        with self._lock:
            self._sockets.discard(sock)

    def interrupt(self) -> None:
        """End every wait, and refuse new sockets."""
        with self._lock:
            self._is_interrupted = True
            for sock in self._sockets:
                # OSError: it is not connected.
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


class Connection:
    """One connection to one origin, used for one request after another; creating it raises TransportError."""

    def __init__(self, route: Route, settings: FetchSettings, interrupter: Interrupter) -> None:
        self._route = route
        self._interrupter = interrupter
        self._handle: socket.socket | None = None
        self._proxy_answer: Response | None = None
        with translate_http_errors():
            self._client = self._make_client(settings.connect_seconds)
            try:
                self._client.connect()
            except BaseException:
                self.close()
                raise
            self._client.response_class = Response
        self._client.sock.settimeout(settings.stall_seconds)

    def _make_client(self, seconds: float) -> http.client.HTTPConnection:
        route = self._route
        host, port = route.via or (route.host, route.port)
        client: http.client.HTTPConnection
        if route.scheme == "https":
            client = http.client.HTTPSConnection(host, port, timeout=seconds, context=tls_context())
            if route.via:
                client.set_tunnel(route.host, route.port, route.tunnel_headers)
        else:
            client = http.client.HTTPConnection(host, port, timeout=seconds)
        # http.client leaves the proxy's answer open if it is none, at least in Python 3.11.2.
        client.response_class = self._open_proxy_answer  # type: ignore[assignment]
        # http.client has no other hook between making a socket and connecting it.
        client._create_connection = self._open_socket  # type: ignore[attr-defined]  # noqa: SLF001
        return client

    def _open_proxy_answer(self, sock: socket.socket, method: str | None = None) -> Response:
        self._proxy_answer = Response(sock, method=method)
        return self._proxy_answer

    def _open_socket(self, address: tuple[str, int], seconds: float, _source: object) -> socket.socket:
        failure: OSError = OSError(f"{address[0]} has no address.")
        for family, kind, protocol, _, target in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            sock = socket.socket(family, kind, protocol)
            try:
                self._register(sock)
                sock.settimeout(seconds)
                sock.connect(target)
                return sock
            except OSError as error:
                sock.close()
                failure = error
        raise failure

    def _register(self, sock: socket.socket) -> None:
        self._unregister()
        # A duplicate: TLS moves the descriptor into a socket that exists only after the handshake.
        self._handle = sock.dup()
        self._interrupter.add(self._handle)

    def _unregister(self) -> None:
        if self._handle is not None:
            self._interrupter.remove(self._handle)
            self._handle.close()
            self._handle = None

    def get(self, address: SplitResult, headers: Mapping[str, str]) -> Response:
        """Send a GET and read the answer's headers; raise TransportError."""
        host = {"Host": address.netloc.rpartition("@")[2]}
        target = self._route.format_target(address)
        with translate_http_errors():
            self._client.request("GET", target, headers={**host, **self._route.headers, **headers})
            return cast("Response", self._client.getresponse())

    def close(self) -> None:
        """Close the connection."""
        self._unregister()
        if self._proxy_answer is not None:
            self._proxy_answer.close()
        self._client.close()


class Connections:
    """One worker's connections, at most one per origin, kept open between requests; only one thread may use them."""

    def __init__(self, settings: FetchSettings, interrupter: Interrupter) -> None:
        self._settings = settings
        self._interrupter = interrupter
        self._open: dict[tuple[str, str], Connection] = {}

    def get(self, address: SplitResult, headers: Mapping[str, str]) -> Response:
        """Send a GET and read the answer's headers; raise TransportError."""
        kept = self._open.pop((address.scheme, address.netloc), None)
        if kept is not None:
            # TransportError: the server has closed it since the last request.
            with suppress(TransportError):
                return self._get(kept, address, headers)
        fresh = Connection(Route.find(address), self._settings, self._interrupter)
        return self._get(fresh, address, headers)

    def _get(self, connection: Connection, address: SplitResult, headers: Mapping[str, str]) -> Response:
        try:
            response = connection.get(address, headers)
        except TransportError:
            connection.close()
            raise
        self._open[address.scheme, address.netloc] = connection
        return response

    def release(self, address: SplitResult, response: Response) -> None:
        """Keep the connection of ``response`` if it can be used again, else close it."""
        origin = (address.scheme, address.netloc)
        if not response.is_reusable and (connection := self._open.pop(origin, None)):
            connection.close()

    def close(self) -> None:
        """Close all connections."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()
