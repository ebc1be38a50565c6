"""What stands between a client and a server on a real network: TLS, and a proxy that digs tunnels.

Both are real ones on this machine, so that what the fetcher does on its sockets is proven against the protocols.
"""

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Authority:
    """A certificate authority that nobody trusts who was not given ``certificate``, and a server's context by it."""

    certificate: Path
    server: ssl.SSLContext

    @classmethod
    def make(cls, folder: Path, *names: str) -> "Authority":
        """An authority with one server, which has these names."""
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
class Wire:
    """Listeners on this machine, and the tunnels that were asked for, ``host:port`` each."""

    loop: asyncio.AbstractEventLoop
    tunnels: list[str] = field(default_factory=list)
    servers: list[asyncio.Server] = field(default_factory=list)

    def secured(self, port: int, authority: Authority) -> int:
        """The port at which what listens on ``port`` is to be had by TLS."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _joined(reader, writer, port)

        return self._listening(asyncio.start_server(serve, "127.0.0.1", 0, ssl=authority.server))

    def proxy(self, ports: Mapping[str, int], *, credentials: str) -> int:
        """The port of a proxy that knows these hosts, ``host:port`` each, and lets in who brings ``user:password``."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            secret = base64.b64encode(credentials.encode()).decode()
            method, target, _version = head.split("\r\n", maxsplit=1)[0].split(" ")
            if method != "CONNECT" or f"Proxy-Authorization: Basic {secret}\r\n" not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                await _closed(writer)
                return
            self.tunnels.append(target)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _joined(reader, writer, ports[target])

        return self._listening(asyncio.start_server(serve, "127.0.0.1", 0))

    def _listening(
        self, starting: Coroutine[Any, Any, asyncio.Server]
    ) -> int:  # what a coroutine takes and yields is asyncio's own
        future: Future[asyncio.Server] = asyncio.run_coroutine_threadsafe(starting, self.loop)
        self.servers.append(server := future.result())
        return int(server.sockets[0].getsockname()[1])

    async def end(self) -> None:
        """Close the listeners, and cancel all that is under way."""
        for server in self.servers:
            server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """All that one side says to the other, until both have ended."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_copied(reader, far_writer), _copied(far_reader, writer))
    await _closed(far_writer)
    await _closed(writer)


@contextmanager
def wire() -> Iterator[Wire]:
    """Listeners for as long as the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    running = Wire(loop)
    try:
        yield running
    finally:
        asyncio.run_coroutine_threadsafe(running.end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
