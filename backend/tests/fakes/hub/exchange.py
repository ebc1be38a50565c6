"""One HTTP exchange, for both origins of the Hub: the answer, its faults, and its record."""

import contextlib
import json
import mmap
import os
import re
import socket
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from fakes.hub.faults import Fault, Origin
from fakes.hub.repository import RepoFile

if TYPE_CHECKING:
    from fakes.hub.server import Hub

RANGE = re.compile(r"bytes=(\d+)-(\d*)")
CHUNK_BYTES = 64 << 10
BIG_CHUNK_BYTES = 4 << 20


@dataclass
class Record:
    """A request and its answer; ``bytes_sent`` counts the body's bytes while they are sent."""

    origin: Origin
    method: str
    path: str
    range: str | None
    authorized: bool
    headers: dict[str, str]
    status: int = 0
    bytes_sent: int = 0
    started: float = field(default_factory=time.monotonic)


class Exchange(BaseHTTPRequestHandler, ABC):
    """Base of both origins' handlers: a subclass routes, this class answers."""

    protocol_version = "HTTP/1.1"
    hub: "Hub"
    origin: Origin
    wbufsize = 0
    disable_nagle_algorithm = True

    record: Record
    fault: Fault | None

    def setup(self) -> None:
        """Register the connection, so that the Hub can close it."""
        super().setup()
        self.hub.connections.add(self.connection)

    def finish(self) -> None:
        """Unregister the connection."""
        self.hub.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        """Serve requests until the client leaves."""
        with contextlib.suppress(ConnectionError, socket.timeout, ValueError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Log nothing."""

    def do_GET(self) -> None:
        """Answer, unless a fault answers instead."""
        self.record_request()
        if not self.refuse_by_fault():
            self.route()

    do_HEAD = do_GET  # noqa: N815 (the base class names it so)
    do_POST = do_GET  # noqa: N815 (the base class names it so)

    @abstractmethod
    def route(self) -> None:
        """Answer the request; each origin routes by its own rules."""

    def record_request(self) -> None:
        """Record the request, and find the fault that applies to it."""
        parts = urlsplit(self.path)
        self.raw_path, self.query = parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.record = Record(
            self.origin,
            self.command,
            unquote(parts.path),
            self.headers.get("Range"),
            "Authorization" in self.headers,
            dict(self.headers.items()),
        )
        self.hub.record_request(self.record)
        self.fault = self.hub.faults.match(self.origin, self.command, self.record.path)

    def refuse_by_fault(self) -> bool:
        """Let a fault answer; return whether it did."""
        if self.fault is None:
            return False
        if self.fault.delay:
            self.hub.sleep(self.fault.delay)
        if self.fault.status is None:
            return False
        self.refuse(self.fault.status, self.fault.error_code, self.fault.error_message or "A fault of the test.")
        return True

    def refuse(self, status: int, code: str | None, message: str) -> None:
        """Answer with a refusal as the Hub sends it."""
        headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
        if self.fault and self.fault.retry_after is not None:
            headers["Retry-After"] = self.fault.retry_after
        self.answer_json({"error": message}, status=status, headers=headers)

    def answer_json(self, value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer with a JSON body."""
        body = json.dumps(value, default=str).encode()
        if self.fault and self.fault.body is not None:
            body = self.fault.body
        self.send_head(
            status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        )
        if self.command != "HEAD":
            self.send_bytes(memoryview(body))

    def redirect(self, status: int, location: str, headers: dict[str, str] | None = None) -> None:
        """Redirect the client."""
        self.send_head(status, {"Location": location, "Content-Length": "0", **(headers or {})})

    def send_head(self, status: int, headers: dict[str, str]) -> None:
        """Send status and headers."""
        self.record.status = status
        self.send_response(status)
        headers = {**headers, **(self.fault.headers if self.fault else {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def answer_file(self, file: RepoFile, headers: dict[str, str]) -> None:
        """Send a file, or the requested range of it, with the fault that applies."""
        size = file.size
        if self.fault and self.fault.truncate_to is not None:
            size = min(size, self.fault.truncate_to)
        start, end, status = 0, size, 200
        wanted = RANGE.fullmatch(self.headers.get("Range", ""))
        if wanted and not (self.fault and self.fault.no_range):
            start, status = int(wanted[1]), 206
            end = min(size, int(wanted[2]) + 1) if wanted[2] else size
            if start >= size:
                self.send_head(416, {"Content-Range": f"bytes */{size}", "Content-Length": "0"})
                return
            headers = {**headers, "Content-Range": f"bytes {start}-{end - 1}/{size}"}
        self.send_head(status, {**headers, "Content-Length": str(end - start), "Accept-Ranges": "bytes"})
        if self.command != "HEAD":
            self.send_body(file, start, end)

    def send_body(self, file: RepoFile, start: int, end: int) -> None:
        """Send bytes ``start`` to ``end`` of ``file``."""
        plain = (self.fault is None and not self.hub.rate) or start == end
        if isinstance(file.content, Path) and plain:
            self.send_from_disk(file.content, start, end)
        elif isinstance(file.content, Path):
            with (
                file.content.open("rb") as opened,
                mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
                memoryview(mapped) as whole,
                whole[start:end] as body,
            ):
                self.send_bytes(body)
        else:
            self.send_bytes(memoryview(file.content)[start:end])

    def send_from_disk(self, path: Path, start: int, end: int) -> None:
        """Send a file's bytes with ``sendfile``."""
        with path.open("rb") as file:
            while start < end:
                sent = os.sendfile(self.connection.fileno(), file.fileno(), start, min(end - start, BIG_CHUNK_BYTES))
                start += sent
                self.record.bytes_sent += sent

    def send_bytes(self, body: memoryview) -> None:
        """Send ``body`` in chunks, at the rate limit and until the fault applies."""
        fault = self.fault or Fault()
        rate = fault.rate or self.hub.rate
        if fault.corrupt and len(body):
            damaged = bytearray(body)
            damaged[len(damaged) // 2] ^= 0xFF
            body = memoryview(damaged)
        chunk = BIG_CHUNK_BYTES if self.fault is None and not rate else CHUNK_BYTES
        if rate:
            chunk = max(1, min(chunk, int(rate / 20)))
        sent, has_stalled, start = 0, False, time.monotonic()
        while sent < len(body):
            if fault.drop_after is not None and sent >= fault.drop_after:
                self.drop_connection()
                return
            if fault.stall_after is not None and sent >= fault.stall_after and not has_stalled:
                has_stalled = True
                self.hub.sleep(fault.stall_seconds)
            step = min(_limit_chunk(sent, chunk, fault), len(body) - sent)
            with body[sent : sent + step] as part:
                self.connection.sendall(part)
            sent += step
            self.record.bytes_sent = sent
            if rate:
                self.hub.sleep(start + sent / rate - time.monotonic())

    def drop_connection(self) -> None:
        """Close the connection in the middle of a body."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _limit_chunk(sent: int, chunk: int, fault: Fault) -> int:
    stops = [stop - sent for stop in (fault.drop_after, fault.stall_after) if stop is not None and stop > sent]
    return min([chunk, *stops])
