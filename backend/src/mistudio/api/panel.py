"""Serves the built panel: its files by name, and its page for every other path.

The page that shows the OpenAPI document is one of the built files: it loads nothing from another origin.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_CONTENT_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PanelFiles(StaticFiles):
    """Static files; a path without a file (a deep link) gets the panel's page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, or else the page. Only files with a hash in their name may be cached."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or Path(path).suffix or path.startswith("assets/"):
                raise
            response = await super().get_response("index.html", scope)
        hashed = path.startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        response.headers.update(_HEADERS)
        return response


class _PanelMount(Mount):
    """Every GET outside the API: a missing path of the API is answered by the API itself."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match paths outside the API, by the path as requested: ``..`` does not lead out of the API."""
        if scope["type"] != "http" or f"{scope['path']}/".startswith(f"{scope.get('root_path', '')}/api/"):
            return Match.NONE, {}
        match, matched = super().matches(scope)
        return (match if scope["method"] in {"GET", "HEAD"} else Match.PARTIAL), matched


def mount_panel(app: FastAPI, folder: Path) -> None:
    """Serve the panel from ``folder``, with the page of the OpenAPI document, or say how to build it."""
    built = (folder / "index.html").is_file()

    @app.get("/api/docs", include_in_schema=False)
    async def api_document() -> Response:
        if not built:
            return _say_not_built()
        return FileResponse(folder / "swagger-ui" / "index.html", headers={**_HEADERS, "Cache-Control": "no-cache"})

    if built:
        app.router.routes.append(_PanelMount("/", PanelFiles(directory=folder, html=True)))
        return

    @app.get("/", include_in_schema=False)
    async def panel() -> Response:
        return _say_not_built()


def _say_not_built() -> Response:
    return PlainTextResponse("The panel is not built. In a checkout, `make run` builds it.\n", status_code=503)
