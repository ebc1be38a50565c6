"""``mistudio.server``: a start that fails late is refused like one that fails early."""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from mistudio.core.errors import DiskFull
from mistudio.server import _AnnouncedServer


async def _answer_nothing(_scope: object, _receive: object, _send: object) -> None:
    """No request comes."""


async def test_a_disk_that_is_full_at_the_announcement_ends_the_start() -> None:
    """The error is a sentence, and the parts are stopped."""
    steps: list[str] = []

    @asynccontextmanager
    async def parts() -> AsyncIterator[None]:
        steps.append("start")
        yield
        steps.append("stop")

    def announce() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    config = uvicorn.Config(_answer_nothing, port=0, lifespan="off", log_config=None)
    server = _AnnouncedServer(config, parts(), announce, lambda: steps.append("clean up"))
    async with asyncio.timeout(60):
        await server.serve()
    assert isinstance(server.refusal, DiskFull)
    assert ["start", "stop", "clean up"] == steps
