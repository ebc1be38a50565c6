"""Runs the application in uvicorn: binds the port, announces the address, and ends on Ctrl-C or SIGTERM."""

import asyncio
import gc
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack, closing
from pathlib import Path

import pyarrow as pa
import uvicorn

from mistudio.core.config import Settings
from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import MiStudioError
from mistudio.core.logging import configure_logging
from mistudio.core.ownership import UNIX, remove_token, write_token
from mistudio.http_protocol import BoundedHttpProtocol
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


def _listen_on_file(path: Path) -> socket.socket:
    """Listen on a Unix socket that only this user can open; one that nobody listens on any more is replaced."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket() and listener.connect_ex(str(path)):
            path.unlink()
        listener.close()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        path.chmod(0o600)
    except OSError as error:
        listener.close()
        raise AddressInUse(
            f"Cannot listen on {path} ({error.strerror or error}). Name a new file in a folder of your own."
        ) from error
    return listener


def _address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _AnnouncedServer(uvicorn.Server):
    """Announces the server once it answers; ``refusal`` is why it did not start.

    It runs the application's parts itself: uvicorn would log their refusal with a traceback. At its end it cleans up,
    after which uvicorn repeats the signal.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        parts: AbstractAsyncContextManager[None],
        announce: Callable[[], object],
        clean_up: Callable[[], object],
    ) -> None:
        super().__init__(config)
        self._parts = parts
        self._announce = announce
        self._clean_up = clean_up
        self.refusal: MiStudioError | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        try:
            await self._parts.__aenter__()
        except MiStudioError as error:
            self.refusal, self.should_exit = error, True
            return
        await super().startup(sockets)
        if self.should_exit:
            return
        try:
            with translate_disk_errors(is_kept=False, is_start=True):
                self._announce()
        except MiStudioError as error:
            # uvicorn shuts down what it has started.
            self.refusal, self.should_exit = error, True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop answering, then stop the parts, and clean up."""
        await super().shutdown(sockets)
        await self._parts.__aexit__(None, None, None)
        self._clean_up()


def run(
    settings: Settings, *, announce: Callable[[str], object], login_token: str | None = None, uds: Path | None = None
) -> None:
    """Serve until Ctrl-C or SIGTERM, on a Unix socket if ``uds`` is given.

    Raises AddressInUse, AlreadyServed, and errors of the disk and the database. ``login_token`` is the API token if it
    was made for this run: the announced link logs a browser in with it, and a file that only this user can read has it
    for the commands of this machine.
    """
    configure_logging(settings)
    app = create_app(settings)
    # The application takes the lock as well; taken here, a refusal is one line.
    app.state.server.acquire()
    try:
        listener = _listen_on_file(uds) if uds else _listen(settings)
    except AddressInUse:
        asyncio.run(app.state.server.engine.release())
        raise
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        ws="websockets-sansio",
        http=BoundedHttpProtocol,
        lifespan="off",
    )
    url = f"{UNIX}{uds}" if uds else _address_of(listener)
    link = f"{url}/#token={login_token}" if login_token and not uds else url

    def announce_address() -> None:
        # The objects that exist now stay. Each garbage collection over all of them would take a tenth of a second, in
        # which no request is answered.
        gc.freeze()
        app.state.server.engine.announce(url)
        # A server that was killed left its own.
        remove_token(settings.data_dir)
        if login_token:
            write_token(settings.data_dir, login_token)
        announce(f"miStudio is at {link}")

    def clean_up() -> None:
        remove_token(settings.data_dir)
        if uds:
            uds.unlink(missing_ok=True)

    server = _AnnouncedServer(config, app.state.server.running(), announce_address, clean_up)
    with ExitStack() as stack:
        stack.callback(clean_up)
        stack.enter_context(closing(listener))
        server.run([listener])
    if server.refusal:
        raise server.refusal
