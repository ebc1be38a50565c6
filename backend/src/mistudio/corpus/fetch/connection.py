"""How a connection comes about: straight or through a proxy, with TLS where asked, and never deaf to a cancel."""

import base64
import contextlib
import http.client
import re
import select
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import SplitResult, unquote, urlsplit

from mistudio.core.errors import HubUnreachable
from mistudio.corpus.fetch.settings import FetchSettings

_PORTS: Final = {"http": 80, "https": 443}
_ANSWER_BYTES: Final = 64 * 1024
_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")


def web_address(text: str) -> SplitResult:
    """An http or https address in its parts; raises HubUnreachable for anything else."""
    if (parts := _parsed(text)) is None:
        # Without the query, which may be a signature.
        told = text.partition("?")[0][:200]
        raise HubUnreachable(f"“{told}” is no web address: check HF_ENDPOINT, or try again later if the Hub names it.")
    return parts


def _parsed(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        # A port that is none is only found when it is asked for.
        return parts if parts.scheme in _PORTS and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Route:
    """How an origin is reached: ``via`` is the proxy's address; a tunnel is dug where the origin speaks TLS."""

    scheme: str
    host: str
    port: int
    via: tuple[str, int] | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    tunnel_headers: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def to(cls, address: SplitResult) -> Self:
        """The route to a web address, by HTTP_PROXY, HTTPS_PROXY and NO_PROXY. HubUnreachable for a bad proxy."""
        host, port = address.hostname or "", address.port or _PORTS[address.scheme]
        proxy = urllib.request.getproxies().get(address.scheme)
        if not proxy or urllib.request.proxy_bypass(f"{host}:{port}"):
            return cls(address.scheme, host, port)
        parts = _parsed(proxy if "://" in proxy else f"http://{proxy}")
        if parts is None:
            # What it holds is not told: there may be a password in it.
            name = f"{address.scheme.upper()}_PROXY"
            raise HubUnreachable(
                f"{name} does not hold the address of a proxy: correct it, and start the server again."
            )
        via = (parts.hostname or "", parts.port or _PORTS["http"])
        credentials = _credentials(parts)
        if address.scheme == "https":
            return cls(address.scheme, host, port, via, tunnel_headers=credentials)
        return cls(address.scheme, host, port, via, headers=credentials)

    def target(self, address: SplitResult) -> str:
        """What the request line asks for: the whole address of a plain proxy, else path and query."""
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        return f"{address.scheme}://{address.netloc}{path}" if self.via and self.scheme == "http" else path


def _credentials(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def connect(
    route: Route, context: ssl.SSLContext | None, settings: FetchSettings, checkpoint: Callable[[], None]
) -> socket.socket:
    """A socket to the route's origin, ready for a request; raises OSError or HTTPException."""
    host, port = route.via or (route.host, route.port)
    sock = _open_socket(host, port, settings, checkpoint)
    try:
        if context is None:
            return sock
        if route.via:
            _dig_tunnel(sock, route, settings, checkpoint)
        return _secure(sock, context, route.host, settings, checkpoint)
    except BaseException:
        sock.close()
        raise


def _open_socket(host: str, port: int, settings: FetchSettings, checkpoint: Callable[[], None]) -> socket.socket:
    failure: OSError = OSError(f"No address for {host}.")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            _await_connection(sock, address, settings, checkpoint)
        except OSError as error:
            sock.close()
            failure = error
            continue
        except BaseException:
            sock.close()
            raise
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(settings.connect_seconds)
        return sock
    raise failure


def _await_connection(
    sock: socket.socket, address: object, settings: FetchSettings, checkpoint: Callable[[], None]
) -> None:
    sock.setblocking(False)
    deadline = time.monotonic() + settings.connect_seconds
    # typeshed does not name the kinds of address that getaddrinfo gives and connect takes.
    sock.connect_ex(address)  # type: ignore[arg-type]
    waiting = select.poll()
    waiting.register(sock, select.POLLOUT)
    while not waiting.poll(settings.poll_seconds * 1000):
        checkpoint()
        if time.monotonic() > deadline:
            raise TimeoutError(f"No connection within {settings.connect_seconds:g} seconds.")
    if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(code, "The connection was refused.")


def _dig_tunnel(sock: socket.socket, route: Route, settings: FetchSettings, checkpoint: Callable[[], None]) -> None:
    lines = [f"CONNECT {route.host}:{route.port} HTTP/1.1", f"Host: {route.host}:{route.port}"]
    lines += [f"{name}: {value}" for name, value in route.tunnel_headers.items()]
    sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
    status = _STATUS.match(_read_head(sock, settings, checkpoint))
    if status is None:
        raise http.client.BadStatusLine("The proxy speaks no HTTP.")
    if status[1] != b"200":
        raise OSError(f"The proxy refused the tunnel ({status[1].decode()}).")


def _read_head(sock: socket.socket, settings: FetchSettings, checkpoint: Callable[[], None]) -> bytes:
    """The proxy's answer, byte by byte: what comes after its end is the origin's."""
    sock.settimeout(settings.poll_seconds)
    deadline = time.monotonic() + settings.connect_seconds
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        checkpoint()
        if time.monotonic() > deadline or len(head) > _ANSWER_BYTES:
            raise TimeoutError("The proxy's answer has no end.")
        with contextlib.suppress(TimeoutError):
            if not (piece := sock.recv(1)):
                raise http.client.BadStatusLine("The proxy gave no answer.")
            head += piece
    return bytes(head)


def _secure(
    sock: socket.socket,
    context: ssl.SSLContext,
    host: str,
    settings: FetchSettings,
    checkpoint: Callable[[], None],
) -> socket.socket:
    secured = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    secured.settimeout(settings.poll_seconds)
    deadline = time.monotonic() + settings.connect_seconds
    while True:
        try:
            secured.do_handshake()
            return secured
        except TimeoutError:
            checkpoint()
            if time.monotonic() > deadline:
                secured.close()
                raise
        except BaseException:
            secured.close()
            raise
