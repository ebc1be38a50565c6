"""HTTP responses whose bodies go from the socket straight into the caller's buffer."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_FILL_SECONDS: Final = 0.1
_DRAIN_BYTES: Final = 64 * 1024
# http.client raises ValueError for an address that it cannot write or a chunk's size that it cannot read.
_FAILURES: Final = (OSError, http.client.HTTPException, ValueError)


class TransportError(Exception):
    """The connection failed, was dropped, stalled, or spoke no HTTP."""


@contextmanager
def translate_http_errors() -> Iterator[None]:
    """Translate the errors of sockets and ``http.client`` within into TransportError."""
    try:
        yield
    except _FAILURES as error:
        raise TransportError(str(error) or type(error).__name__) from error


class Response(http.client.HTTPResponse):
    """The answer to a GET; ``length`` is the number of bytes still to come, None where the server does not say it."""

    is_complete = False

    @property
    def is_reusable(self) -> bool:
        """Whether the connection can carry another request: the body was read and the server keeps it open."""
        return self.is_complete and not self.will_close

    def fill(self, view: memoryview) -> int:
        """Read into ``view`` until it is full, the body ends or 0.1 s passed; return the number of bytes, 0 at the end.

        Raises TransportError only if no byte came: bytes that came before a failure are returned first.
        """
        filled, deadline = 0, time.monotonic() + _FILL_SECONDS
        while filled < len(view) and (not filled or time.monotonic() < deadline):
            try:
                count = self._receive(view[filled:])
            except _FAILURES as error:
                if filled:
                    break
                raise TransportError(str(error) or type(error).__name__) from error
            if count == 0:
                break
            filled += count
        return filled

    def drain(self) -> None:
        """Read a short body to its end, so that the connection can be used again."""
        if self.length is None or self.length <= _DRAIN_BYTES:
            rest = memoryview(bytearray(_DRAIN_BYTES))
            while self.fill(rest):
                pass

    def _receive(self, view: memoryview) -> int:
        if self.is_complete:
            return 0
        if self.length is None:
            count = self.readinto1(view)
            self.is_complete = count == 0
            return count
        # ``self.readinto1`` would copy each read through a bytes object: 8 % more processor time per GB.
        count = self.fp.readinto1(view[: self.length])
        if count == 0 and self.length:
            raise http.client.IncompleteRead(b"", self.length)
        self.length -= count
        if self.length == 0:
            # http.client sends the next request only after the response is closed.
            self.is_complete = True
            self.close()
        return count
