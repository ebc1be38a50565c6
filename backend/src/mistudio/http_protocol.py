"""The HTTP protocol of uvicorn with limits of time: a request that is not sent to its end does not stay open.

uvicorn closes connections that are idle between two requests, but waits for ever for the rest of a request.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS: Final = 30.0
BODY_SECONDS: Final = 60.0


class BoundedHttpProtocol(HttpToolsProtocol):
    """Closes a connection whose headers take too long, or whose body brings no byte for too long."""

    header_seconds = HEADER_SECONDS
    body_seconds = BODY_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request; see uvicorn."""
        super().connection_made(transport)
        self._expect(self.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer; see uvicorn."""
        self._stop()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Wait for the headers."""
        super().on_message_begin()
        self._expect(self.header_seconds)

    def on_headers_complete(self) -> None:
        """Wait for the body."""
        self._expect(self.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Wait for the rest of the body."""
        self._expect(self.body_seconds)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there: how long its answer takes is not the client's matter."""
        self._stop()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the socket's protocol, which has timers of its own."""
        self._stop()
        super().handle_websocket_upgrade()

    def _expect(self, seconds: float) -> None:
        self._stop()
        self._deadline = self.loop.call_later(seconds, self._close_late, seconds)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close_late(self, seconds: float) -> None:
        answers = self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete
        if answers or self.flow.read_paused:
            # The server itself still works on what it has.
            self._expect(seconds)
            return
        self.transport.close()
