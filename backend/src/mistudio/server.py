"""Runs the application in uvicorn: binds the port, announces the address, and ends on Ctrl-C or SIGTERM."""

import gc
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing

import pyarrow as pa
import uvicorn

from mistudio.core.config import Settings
from mistudio.core.errors import MiStudioError
from mistudio.core.logging import configure_logging
from mistudio.main import create_app

# pyarrow looks for pandas once, at its first value: it must do so while the command hides pandas.
pa.array([0])


class AddressInUse(RuntimeError):
    """Another process listens on the address."""


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise AddressInUse(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Another program may have the port: choose one with --port."
        ) from error
    return listener


class _AnnouncedServer(uvicorn.Server):
    """Announces the server once it answers; ``refusal`` is why it did not start.

    It runs the application's parts itself: uvicorn would log their refusal with a traceback.
    """

    def __init__(
        self, config: uvicorn.Config, parts: AbstractAsyncContextManager[None], announce: Callable[[], object]
    ) -> None:
        super().__init__(config)
        self._parts = parts
        self._announce = announce
        self.refusal: MiStudioError | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        try:
            await self._parts.__aenter__()
        except MiStudioError as error:
            self.refusal, self.should_exit = error, True
            return
        await super().startup(sockets)
        if not self.should_exit:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop answering, then stop the parts."""
        await super().shutdown(sockets)
        await self._parts.__aexit__(None, None, None)


def run(settings: Settings, *, announce: Callable[[str], object]) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises AddressInUse, AlreadyServed, and errors of the disk and the database."""
    configure_logging(settings)
    app = create_app(settings)
    # The application takes the lock as well; taken here, a refusal is one line.
    app.state.server.acquire()
    listener = _listen(settings)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=3, ws="websockets-sansio", lifespan="off"
    )
    url = f"http://{shown}:{port}"

    def announce_address() -> None:
        # The objects that exist now stay. Each garbage collection over all of them would take a tenth of a second, in
        # which no request is answered.
        gc.freeze()
        app.state.server.engine.announce(url)
        announce(f"miStudio is at {url}")

    server = _AnnouncedServer(config, app.state.server.running(), announce_address)
    with closing(listener):
        server.run([listener])
    if server.refusal:
        raise server.refusal
