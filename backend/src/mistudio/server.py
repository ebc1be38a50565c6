"""Runs the application in uvicorn: takes the port first, says where it listens, and ends on Ctrl-C or SIGTERM."""

import gc
import socket
from collections.abc import Callable

import pyarrow as pa
import uvicorn

from mistudio.core.config import Settings
from mistudio.core.logging import configure_logging
from mistudio.main import create_app

# pyarrow looks for pandas at its first value, once: it must do so while the command hides it.
pa.array([0])


class AddressInUse(RuntimeError):
    """Another process listens there."""


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


class _Announcing(uvicorn.Server):
    """Says where it listens, once it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], object]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if not self.should_exit:
            self._announce()


def run(settings: Settings, *, announce: Callable[[str], object]) -> None:
    """Serve until told to end. Raises AddressInUse, AlreadyServed."""
    configure_logging(settings)
    app = create_app(settings)
    # The application takes the lock as well; taken here, its refusal can be said in one line.
    app.state.server.engine.acquire()
    listener = _listen(settings)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3, ws="websockets-sansio")
    url = f"http://{shown}:{port}"

    def started() -> None:
        # What is there by now is there for good. To look through all of it for garbage takes a tenth of a second, again
        # and again, in which nobody is answered.
        gc.freeze()
        app.state.server.engine.announce(url)
        announce(f"miStudio is at {url}")

    _Announcing(config, started).run([listener])
