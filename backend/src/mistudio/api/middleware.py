"""Middleware of every request: HEAD as GET, responses to crashes, and a limit for bodies."""

from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mistudio.api.errors import RefusedBody, error_response
from mistudio.core.errors import InternalError, TooLarge
from mistudio.utils.file_utils import format_size

log = structlog.get_logger(__name__)


# A JSON body is held in memory, several times over. The longest text of a request has 100,000 characters, which take 12
# bytes each if they are escaped and beyond the Basic Multilingual Plane.
_MOST_BYTES: Final = 2 << 20
# The beginnings and ends of the files of an import, in Base64.
_MOST_PLAN_BYTES: Final = 32 << 20
_LIMITS: Final = {"/api/datasets/upload/plan": _MOST_PLAN_BYTES}
# Written to the disk as it is received, with a limit of its own.
_STREAMED: Final = frozenset({"/api/datasets/upload"})


class HeadMiddleware:
    """Answers HEAD as GET, without the body, so that no route has to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, HEAD as GET."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_without_body)


class CrashMiddleware:
    """Answers a crash of a route with an internal error, logs it once, and keeps the connection usable."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; raises the error of the route only if the response has begun already."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_noticed(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noticed)
        except Exception as error:
            if has_begun:
                raise
            await _report_crash(error, str(scope["path"]))(scope, receive, send)


def _report_crash(error: Exception, path: str) -> ASGIApp:
    correlation_id = uuid4().hex
    log.error("request crashed", correlation_id=correlation_id, path=path, exc_info=error)
    shown = InternalError(
        f"Internal error. The server's log has the details under {correlation_id}.",
        extra={"correlation_id": correlation_id},
    )
    return error_response(shown, path)


class BodyLimitMiddleware:
    """Refuses bodies that are larger than any request of the API, before they are held in memory.

    Starlette's own middleware for this answers in plain text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its announced size is allowed; count what is received, which may be more."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/") or scope["path"] in _STREAMED:
            await self._app(scope, receive, send)
            return
        limit = _LIMITS.get(scope["path"], _MOST_BYTES)
        if int(Headers(scope=scope).get("content-length", "0")) > limit:
            await error_response(_too_large(limit), str(scope["path"]))(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise RefusedBody(_too_large(limit))
            return message

        await self._app(scope, receive_counted, send)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"A request may have at most {format_size(limit)}: send shorter texts, or import them as a file.",
        extra={"limit_bytes": limit},
    )
