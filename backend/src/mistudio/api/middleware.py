"""What every request passes on its way to the routes: HEAD is a GET, crashes are answered, bodies have a limit."""

from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mistudio.api.errors import RefusedBody, error_response
from mistudio.core.errors import InternalError, TooLarge
from mistudio.utils.file_utils import format_size

log = structlog.get_logger(__name__)


# What is sent as JSON is held in memory, several times over. The longest text that may be sent has 100,000 characters,
# which take 12 bytes each where they are escaped and beyond the first plane.
_MOST_BYTES: Final = 2 << 20
# Goes to the disk as it comes, and has a limit of its own.
_STREAMED: Final = frozenset({"/api/datasets/upload"})


class HeadMiddleware:
    """Answers HEAD as GET, without the body: no route has to know of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, HEAD as GET."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, without_body)


class CrashMiddleware:
    """Answers with an internal error where a route crashed: logged once, and the connection stays of use."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; raises what was raised only where the answer has begun already."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if has_begun:
                raise
            await _crashed(error, str(scope["path"]))(scope, receive, send)


def _crashed(error: Exception, path: str) -> ASGIApp:
    correlation_id = uuid4().hex
    log.error("request crashed", correlation_id=correlation_id, path=path, exc_info=error)
    shown = InternalError(
        f"Something went wrong inside; the log has it under {correlation_id}.",
        extra={"correlation_id": correlation_id},
    )
    return error_response(shown, path)


class BodyLimitMiddleware:
    """Refuses bodies of the API that are larger than anything it takes, before they are held in memory.

    Starlette has the like, which answers in plain text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it announces more than it may send; what comes unannounced is counted."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/") or scope["path"] in _STREAMED:
            await self._app(scope, receive, send)
            return
        if int(Headers(scope=scope).get("content-length", "0")) > _MOST_BYTES:
            await error_response(_too_large(), str(scope["path"]))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > _MOST_BYTES:
                raise RefusedBody(_too_large())
            return message

        await self._app(scope, counted, send)


def _too_large() -> TooLarge:
    return TooLarge(
        f"A request may have at most {format_size(_MOST_BYTES)} here: send shorter texts, or import them as a file.",
        extra={"limit_bytes": _MOST_BYTES},
    )
