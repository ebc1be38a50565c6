"""Serves the built panel: its files under their own names, and its page for every address that the panel knows.

The page that shows the API's document is one of the built files, too: nothing of it comes from another origin.
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
    """Static files; an address without a file of its own (a deep link) gets the panel's page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, else the page. Files with a hash in their name may be kept for ever, the page never."""
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


class _BesideApi(Mount):
    """The panel's place: everything that is got, but for the API, whose own routes say what is not there."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the address is one of the panel's, by what was asked for: ``..`` does not lead out of the API."""
        if scope["type"] != "http" or f"{scope['path']}/".startswith(f"{scope.get('root_path', '')}/api/"):
            return Match.NONE, {}
        match, matched = super().matches(scope)
        return (match if scope["method"] in {"GET", "HEAD"} else Match.PARTIAL), matched


def mount_panel(app: FastAPI, folder: Path) -> None:
    """Serve the panel from ``folder``, and its page of the API's document; where it was not built, say how to."""
    built = (folder / "index.html").is_file()

    @app.get("/api/docs", include_in_schema=False)
    async def api_document() -> Response:
        if not built:
            return _not_built()
        return FileResponse(folder / "swagger-ui" / "index.html", headers={**_HEADERS, "Cache-Control": "no-cache"})

    if built:
        app.router.routes.append(_BesideApi("/", PanelFiles(directory=folder, html=True)))
        return

    @app.get("/", include_in_schema=False)
    async def panel() -> Response:
        return _not_built()


def _not_built() -> Response:
    return PlainTextResponse("The panel is not built. In a checkout, `make run` builds it.\n", status_code=503)
