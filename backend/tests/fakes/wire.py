"""The network between a client and a server: TLS, and a proxy that opens tunnels.

Both are real servers on this machine, so that tests check the fetcher's sockets against the protocols.
"""

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from inspect import CORO_CREATED, getcoroutinestate, iscoroutine
from pathlib import Path
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Serve: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Authority:
    """A certificate authority that only clients with ``certificate`` trust, and its server's context."""

    certificate: Path
    server: ssl.SSLContext

    @classmethod
    def make(cls, folder: Path, *names: str) -> "Authority":
        """Make an authority and one server with these names."""
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's own authority")])
        signed = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
            .sign(key, hashes.SHA256())
        )
        certificate, private = folder / "authority.pem", folder / "key.pem"
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, private)
        return cls(certificate, server)


@dataclass
class Network:
    """TLS servers and proxies on this machine, and the tunnels that they opened, each as ``host:port``."""

    loop: asyncio.AbstractEventLoop
    tunnels: list[str] = field(default_factory=list)
    servers: list[asyncio.Server] = field(default_factory=list)
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    def add_tls(self, port: int, authority: Authority) -> int:
        """Put TLS in front of the server on ``port``; return the port of the TLS server."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _relay(reader, writer, port)

        return self._start(serve, authority.server)

    def add_proxy(self, ports: Mapping[str, int], *, credentials: str) -> int:
        """Start a proxy to the hosts in ``ports`` (``host:port``) for ``user:password``; return its port."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            secret = base64.b64encode(credentials.encode()).decode()
            method, target, _version = head.split("\r\n", maxsplit=1)[0].split(" ")
            if method != "CONNECT" or f"Proxy-Authorization: Basic {secret}\r\n" not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                await _close(writer)
                return
            self.tunnels.append(target)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _relay(reader, writer, ports[target])

        return self._start(serve)

    def _start(self, serve: Serve, tls: ssl.SSLContext | None = None) -> int:
        def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections.add(task := self.loop.create_task(serve(reader, writer)))
            task.add_done_callback(self.connections.discard)
            # A task that is cancelled before it starts runs none of its code.
            task.add_done_callback(lambda _: writer.transport.abort())

        server = asyncio.start_server(connect, "127.0.0.1", 0, ssl=tls)
        started = asyncio.run_coroutine_threadsafe(server, self.loop).result()
        self.servers.append(started)
        return int(started.sockets[0].getsockname()[1])

    async def end(self) -> None:
        """Close the servers, and cancel their connections."""
        # asyncio leaves a connection open that it has accepted, but whose task has not started when its server closes.
        while not all(_has_started(task) for task in asyncio.all_tasks()):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _has_started(task: asyncio.Task[Any]) -> bool:  # whatever a task returns
    routine = task.get_coro()
    return not iscoroutine(routine) or getcoroutinestate(routine) != CORO_CREATED


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Copy bytes in both directions until both sides have closed."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        await _close(far_writer)
        await _close(writer)
    finally:
        far_writer.transport.abort()


@contextmanager
def open_network() -> Iterator[Network]:
    """Run a network for the length of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    network = Network(loop)
    try:
        yield network
    finally:
        asyncio.run_coroutine_threadsafe(network.end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
