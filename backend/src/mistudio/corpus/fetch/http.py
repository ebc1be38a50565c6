"""HTTP/1.1 over plain sockets, as thin as a download needs it.

A general client hands out each piece as a new bytes object and cannot be interrupted in a read. Here a body goes from
the socket into one reused buffer, and every wait is cut into short slices, between which ``checkpoint`` may raise: so
a cancel takes a fraction of a second even on a stalled line. Status line, headers and chunked bodies are left to
``http.client``; proxies and certificates are found as the standard library finds them.
"""

import http.client
import io
import ssl
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, Self, cast
from urllib.parse import SplitResult

from mistudio.corpus.fetch.connection import Route, connect
from mistudio.corpus.fetch.settings import FetchSettings

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer

Checkpoint = Callable[[], None]

_FILL_SECONDS: Final = 0.1
_DRAIN_BYTES: Final = 64 * 1024


class TransportError(Exception):
    """The connection failed, was dropped, stalled, or spoke no HTTP."""


@cache
def tls_context() -> ssl.SSLContext:
    """What the system trusts; SSL_CERT_FILE and SSL_CERT_DIR say otherwise."""
    return ssl.create_default_context()


class _Polled(io.RawIOBase):
    """A socket as a raw stream whose reads wait in slices."""

    def __init__(self, sock: "socket.socket", settings: FetchSettings, checkpoint: Checkpoint) -> None:
        self._sock = sock
        self._stall_seconds = settings.stall_seconds
        self._checkpoint = checkpoint

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        deadline = time.monotonic() + self._stall_seconds
        while True:
            try:
                return self._sock.recv_into(buffer)
            except TimeoutError:
                self._checkpoint()
                if time.monotonic() > deadline:
                    raise TransportError(f"No byte for {self._stall_seconds:g} seconds.") from None
            except OSError as error:
                raise TransportError(str(error)) from error


class _Reader(io.BufferedReader):
    """A connection's buffer, which outlives its answers: ``http.client`` closes what it reads from after each."""

    def close(self) -> None:
        pass

    def makefile(self, _mode: str) -> Self:
        """What ``http.client`` wants of a socket: a file of it."""
        return self


class Response:
    """An answer whose body is read into a buffer; ``length`` is None where the server does not say it."""

    def __init__(self, parsed: http.client.HTTPResponse, reader: _Reader) -> None:
        self._parsed = parsed
        self._reader = reader
        self.status = parsed.status
        self.headers: Mapping[str, str] = cast("Mapping[str, str]", parsed.headers)
        self.length = None if parsed.chunked else parsed.length
        self._left = self.length

    @property
    def is_reusable(self) -> bool:
        """Whether the connection may carry another request: the body was read and the server keeps it open."""
        return self._left == 0 and not self._parsed.will_close

    def fill(self, view: memoryview) -> int:
        """Read into ``view`` until it is full, the body ends or a moment has passed; 0 at the end.

        Raises TransportError where nothing came; what came before a failure is given first.
        """
        filled, until = 0, time.monotonic() + _FILL_SECONDS
        while filled < len(view) and (not filled or time.monotonic() < until):
            try:
                count = self._read(view[filled:])
            except (TransportError, http.client.HTTPException) as error:
                if filled:
                    break
                raise TransportError(str(error)) from error
            if count == 0:
                break
            filled += count
        return filled

    def _read(self, view: memoryview) -> int:
        if self._left is None:
            piece = self._parsed.read1(len(view))
            view[: len(piece)] = piece
            if not piece:
                self._left = 0
            return len(piece)
        if self._left == 0:
            return 0
        count = self._reader.readinto1(view[: self._left])
        if count == 0:
            raise TransportError(f"The server ended the connection {self._left:,} bytes early.")
        self._left -= count
        return count

    def drain(self) -> None:
        """Read away a short body that nobody wants, so that the connection can be used again."""
        rest = memoryview(bytearray(_DRAIN_BYTES))
        if self._left is None or self._left <= _DRAIN_BYTES:
            while self.fill(rest):
                pass


class Connection:
    """One connection to one origin, used for one request after another."""

    def __init__(self, route: Route, settings: FetchSettings, checkpoint: Checkpoint) -> None:
        context = tls_context() if route.scheme == "https" else None
        try:
            self._sock = connect(route, context, settings, checkpoint)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # A ValueError: the name of a host that can be none.
            raise TransportError(str(error)) from error
        self._sock.settimeout(settings.poll_seconds)
        self._route = route
        self._reader = _Reader(_Polled(self._sock, settings, checkpoint))
        self.is_fresh = True

    def get(self, address: SplitResult, headers: Mapping[str, str]) -> Response:
        """Send a GET and read the answer's headers; raises TransportError."""
        target = self._route.target(address)
        lines = [f"GET {target} HTTP/1.1", f"Host: {address.netloc.rpartition('@')[2]}"]
        lines += [f"{name}: {value}" for name, value in {**self._route.headers, **headers}.items()]
        try:
            self._sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            # typeshed wants a whole socket here; http.client calls makefile and nothing else.
            parsed = http.client.HTTPResponse(cast("socket.socket", self._reader), method="GET")
            parsed.begin()
        except (OSError, http.client.HTTPException) as error:
            raise TransportError(str(error) or type(error).__name__) from error
        self.is_fresh = False
        return Response(parsed, self._reader)

    def close(self) -> None:
        """End the connection."""
        self._sock.close()


class Connections:
    """One worker's connections, one an origin, kept open between requests; not shared between threads."""

    def __init__(self, settings: FetchSettings, checkpoint: Checkpoint) -> None:
        self._settings = settings
        self._checkpoint = checkpoint
        self._open: dict[tuple[str, str], Connection] = {}

    def get(self, address: SplitResult, headers: Mapping[str, str]) -> Response:
        """GET ``address``; a kept connection that the server has closed meanwhile is silently replaced."""
        origin = (address.scheme, address.netloc)
        kept = self._open.pop(origin, None)
        if kept is not None:
            try:
                return self._remember(origin, kept, kept.get(address, headers))
            except TransportError:
                kept.close()
        fresh = Connection(Route.to(address), self._settings, self._checkpoint)
        try:
            return self._remember(origin, fresh, fresh.get(address, headers))
        except BaseException:
            fresh.close()
            raise

    def _remember(self, origin: tuple[str, str], connection: Connection, response: Response) -> Response:
        self._open[origin] = connection
        return response

    def done_with(self, address: SplitResult, response: Response) -> None:
        """Keep the connection of ``response`` if it can be used again, else end it."""
        origin = (address.scheme, address.netloc)
        if not response.is_reusable and (connection := self._open.pop(origin, None)):
            connection.close()

    def close(self) -> None:
        """End all."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()
