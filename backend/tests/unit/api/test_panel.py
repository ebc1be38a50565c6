"""The built panel, and the page of the OpenAPI document: all from one origin."""

import re
import shutil
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from mistudio.api.panel import mount_panel
from mistudio.api.security import AccessMiddleware, AccessRules
from mistudio.core.config import Settings

PUBLIC = Path(__file__).parents[4] / "frontend" / "public"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A panel as the build leaves it: its page, and what it copies."""
    folder = tmp_path / "web"
    shutil.copytree(PUBLIC, folder)
    (folder / "index.html").write_text("<title>the panel</title>")
    return folder


async def answer(folder: Path, path: str, **settings: object) -> httpx2.Response:
    """The response of a server with this panel to a client without a token."""
    app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    mount_panel(app, folder)
    rules = AccessRules(Settings.model_validate({"data_dir": folder.parent, **settings}))
    app.add_middleware(AccessMiddleware, rules=rules)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        return await http.get(path)


async def test_the_document_refers_to_no_other_origin(built: Path) -> None:
    """Scripts, styles and pictures are the server's own; the policy forbids others, and scripts within the page."""
    page = await answer(built, "/api/docs")
    assert 200 == page.status_code
    named = re.findall(r'(?:src|href|url)="([^"]*)"', page.text)
    assert named
    assert [] == [address for address in named if not re.match(r"/\w", address)]
    assert [] == re.findall(r"<script(?![^>]*src=)|https?:", page.text)
    policy = page.headers["content-security-policy"]
    assert "default-src 'self';" in policy
    assert "script-src" not in policy
    start = await answer(built, "/swagger-ui/start.js")
    assert (200, []) == (start.status_code, re.findall("https?:", start.text))


async def test_the_page_is_open_and_the_document_is_not(built: Path) -> None:
    """A browser opens the page without a token, and the page sends the one that the panel keeps."""
    guarded = {"host": "0.0.0.0", "api_token": "a long secret"}
    assert 200 == (await answer(built, "/api/docs", **guarded)).status_code
    assert 401 == (await answer(built, "/api/openapi.json", **guarded)).status_code
    key = re.search(r"KEY = '([\w.]+)'", (PUBLIC.parent / "src/api/accessToken.ts").read_text(encoding="utf-8"))
    assert key is not None
    assert f"getItem('{key[1]}')" in (built / "swagger-ui" / "start.js").read_text(encoding="utf-8")


async def test_a_panel_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    """In one line, at every path of it."""
    for path in ("/", "/api/docs"):
        refused = await answer(tmp_path, path)
        assert (503, True) == (refused.status_code, "make run" in refused.text)
