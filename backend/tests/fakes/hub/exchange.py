"""One HTTP exchange as both origins of the Hub hold it: answers, bodies with faults, and the record of it all."""

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
PIECE = 64 << 10
BIG_PIECE = 4 << 20


@dataclass
class Record:
    """A request that arrived, and what was sent for it; ``bytes_sent`` counts the body and grows while it is sent."""

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
    """Base of the handlers of both origins; a subclass routes, this one answers."""

    protocol_version = "HTTP/1.1"
    hub: "Hub"
    origin: Origin
    wbufsize = 0
    disable_nagle_algorithm = True

    record: Record
    fault: Fault | None

    def setup(self) -> None:
        """Remember the connection, so that the Hub can end it."""
        super().setup()
        self.hub.connections.add(self.connection)

    def finish(self) -> None:
        """Forget the connection."""
        self.hub.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        """Serve requests until the client goes."""
        with contextlib.suppress(ConnectionError, socket.timeout, ValueError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Keep still."""

    def do_GET(self) -> None:
        """Answer, unless a fault comes first."""
        self.begin()
        if not self.refuse_by_fault():
            self.route()

    do_HEAD = do_GET  # noqa: N815 (the base class names it so)
    do_POST = do_GET  # noqa: N815 (the base class names it so)

    @abstractmethod
    def route(self) -> None:
        """Answer the request; each origin has its own way."""

    def begin(self) -> None:
        """Take the request down."""
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
        self.hub.note(self.record)
        self.fault = self.hub.faults.meet(self.origin, self.command, self.record.path)

    def refuse_by_fault(self) -> bool:
        """Whether a fault has answered in the route's place."""
        if self.fault is None:
            return False
        if self.fault.delay:
            self.hub.sleep(self.fault.delay)
        if self.fault.status is None:
            return False
        self.refuse(self.fault.status, self.fault.error_code, self.fault.error_message or "A fault, on request.")
        return True

    def refuse(self, status: int, code: str | None, message: str) -> None:
        """Answer as the Hub refuses."""
        headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
        if self.fault and self.fault.retry_after is not None:
            headers["Retry-After"] = self.fault.retry_after
        self.answer_json({"error": message}, status=status, headers=headers)

    def answer_json(self, value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer with a JSON body."""
        body = json.dumps(value, default=str).encode()
        if self.fault and self.fault.body is not None:
            body = self.fault.body
        self.head(status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})})
        if self.command != "HEAD":
            self.pour(memoryview(body))

    def redirect(self, status: int, location: str, headers: dict[str, str] | None = None) -> None:
        """Send the client elsewhere."""
        self.head(status, {"Location": location, "Content-Length": "0", **(headers or {})})

    def head(self, status: int, headers: dict[str, str]) -> None:
        """Send status and headers."""
        self.record.status = status
        self.send_response(status)
        headers = {**headers, **(self.fault.headers if self.fault else {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def answer_file(self, file: RepoFile, headers: dict[str, str]) -> None:
        """Send a file, or the range of it that was asked for, with whatever fault befalls it."""
        size = file.size
        if self.fault and self.fault.truncate_to is not None:
            size = min(size, self.fault.truncate_to)
        start, end, status = 0, size, 200
        wanted = RANGE.fullmatch(self.headers.get("Range", ""))
        if wanted and not (self.fault and self.fault.no_range):
            start, status = int(wanted[1]), 206
            end = min(size, int(wanted[2]) + 1) if wanted[2] else size
            if start >= size:
                self.head(416, {"Content-Range": f"bytes */{size}", "Content-Length": "0"})
                return
            headers = {**headers, "Content-Range": f"bytes {start}-{end - 1}/{size}"}
        self.head(status, {**headers, "Content-Length": str(end - start), "Accept-Ranges": "bytes"})
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
                self.pour(body)
        else:
            self.pour(memoryview(file.content)[start:end])

    def send_from_disk(self, path: Path, start: int, end: int) -> None:
        """Let the kernel copy a file to the socket."""
        with path.open("rb") as file:
            while start < end:
                sent = os.sendfile(self.connection.fileno(), file.fileno(), start, min(end - start, BIG_PIECE))
                start += sent
                self.record.bytes_sent += sent

    def pour(self, body: memoryview) -> None:
        """Send ``body`` piece by piece, as fast as the rate allows and as far as the fault lets it."""
        fault = self.fault or Fault()
        rate = fault.rate or self.hub.rate
        if fault.corrupt and len(body):
            damaged = bytearray(body)
            damaged[len(damaged) // 2] ^= 0xFF
            body = memoryview(damaged)
        piece = BIG_PIECE if self.fault is None and not rate else PIECE
        if rate:
            piece = max(1, min(piece, int(rate / 20)))
        sent, stalled, begun = 0, False, time.monotonic()
        while sent < len(body):
            if fault.drop_after is not None and sent >= fault.drop_after:
                self.drop()
                return
            if fault.stall_after is not None and sent >= fault.stall_after and not stalled:
                stalled = True
                self.hub.sleep(fault.stall_seconds)
            step = min(_next_stop(sent, piece, fault), len(body) - sent)
            with body[sent : sent + step] as part:
                self.connection.sendall(part)
            sent += step
            self.record.bytes_sent = sent
            if rate:
                self.hub.sleep(begun + sent / rate - time.monotonic())

    def drop(self) -> None:
        """End the connection in the middle."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _next_stop(sent: int, piece: int, fault: Fault) -> int:
    stops = [stop - sent for stop in (fault.drop_after, fault.stall_after) if stop is not None and stop > sent]
    return min([piece, *stops])
