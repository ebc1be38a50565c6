"""Measures response times by route; by path, each id would make a time series of its own."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mistudio.core.metrics import REQUEST_SECONDS


class MetricsMiddleware:
    """Observes the time from a request's arrival until its response begins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and measure."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                labels = {"method": scope["method"], "route": route, "status": str(message["status"])}
                REQUEST_SECONDS.labels(**labels).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, send_measured)
