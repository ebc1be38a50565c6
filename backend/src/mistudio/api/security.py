"""Decides which clients may use this server.

On a loopback address there is no login, but any web page in the user's browser could send requests. So the Host header
must be a loopback name (no DNS rebinding), and a browser's Origin must be the server's own (no cross-site requests). On
any other address every API call and the socket need the server's token.
"""

import hmac
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from mistudio.api.errors import error_response
from mistudio.core.config import Settings
from mistudio.core.errors import AccessDenied, HostNotAllowed, OriginNotAllowed, Unauthorized

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# A browser opens the page of the OpenAPI document without a token; the document itself needs it.
_OPEN_PATHS = frozenset({"/api/health", "/api/docs"})


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _hostname(netloc: str) -> str:
    try:
        return (urlsplit(f"//{netloc}").hostname or "").lower()
    except ValueError:
        return ""


class AccessRules:
    """The access rules of HTTP requests and sockets."""

    def __init__(self, settings: Settings) -> None:
        self._loopback_only = settings.is_loopback
        self._token = settings.api_token.get_secret_value() if settings.api_token else None

    def check_origin(self, headers: Headers) -> None:
        """Raise HostNotAllowed or OriginNotAllowed for a request that another site may have caused."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._loopback_only and _hostname(host) not in _LOOPBACK_NAMES:
            raise HostNotAllowed("This server answers on this machine only: open it as http://127.0.0.1 or localhost.")
        if origin is not None and _netloc(origin) != host:
            raise OriginNotAllowed("This request came from a page of another site: open the panel at its own address.")

    def check_site(self, headers: Headers) -> None:
        """Raise OriginNotAllowed for a request that the browser marks as cross-site; links to the page are allowed."""
        if headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            raise OriginNotAllowed("This request came from a page of another site: open the panel at its own address.")

    def check_token(self, token: str | None) -> None:
        """Raise Unauthorized unless ``token`` is the server's own, if it has one. Compared in constant time."""
        if self._token is None:
            return
        given = (token or "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(given, self._token.encode()):
            raise Unauthorized("This server needs its access token (MISTUDIO_API_TOKEN): send it as a Bearer token.")

    def can_open_socket(self, headers: Headers, token: str | None) -> bool:
        """Whether this client may open a socket."""
        try:
            self.check_origin(headers)
            self.check_token(token)
        except AccessDenied:
            return False
        return True


class AccessMiddleware:
    """Applies the rules to every request; a socket sends its token in its first packet, where it is checked."""

    def __init__(self, app: ASGIApp, rules: AccessRules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), str(scope["path"])
        try:
            self._rules.check_origin(headers)
            if path.startswith(("/api/", "/socket.io")):
                self._rules.check_site(headers)
            if path == "/metrics" or (path.startswith("/api/") and path not in _OPEN_PATHS):
                self._rules.check_token(_bearer(headers))
        except AccessDenied as error:
            await self._refuse(error, scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _refuse(self, error: AccessDenied, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": HTTPStatus.FORBIDDEN.phrase})
        else:
            await error_response(error, str(scope["path"]))(scope, receive, send)


def _bearer(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
