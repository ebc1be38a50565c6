"""``mistudio.api.errors``: every error about the disk has an answer, wherever a request meets it."""

import errno
import os

import httpx2
import pytest
from fastapi import FastAPI

from mistudio.api.errors import install_error_handlers
from mistudio.api.middleware import CrashMiddleware


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        (errno.ENOSPC, 507, "disk_full"),
        (errno.EDQUOT, 507, "disk_full"),
        (errno.EIO, 500, "disk_error"),
        (errno.EROFS, 500, "disk_error"),
        (errno.ECONNRESET, 500, "internal_error"),
    ],
)
async def test_a_request_that_meets_a_bad_disk_says_so(number: int, status: int, code: str) -> None:
    """Any other error of the system is a defect."""
    app = FastAPI()
    app.add_middleware(CrashMiddleware)
    install_error_handlers(app)

    @app.get("/write")
    async def write() -> None:
        raise OSError(number, os.strerror(number), "/data/tokenizers")

    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.get("/write")
    assert (status, code) == (answer.status_code, answer.json()["code"])
