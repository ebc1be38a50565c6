"""Stops the work of a request whose client has left."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import Request

from mistudio.core.errors import Unavailable
from mistudio.utils.tasks import end_task

Answer = TypeVar("Answer")


async def wait_for_disconnect(request: Request) -> None:
    """Return once the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        continue


async def cancel_without_client(request: Request, work: Awaitable[Answer]) -> Answer:
    """Return the result of ``work``; cancel it as soon as the client leaves. Nobody reads the error of that."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.create_task(wait_for_disconnect(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Unavailable("The client left before the answer was ready.")
        return working.result()
    finally:
        await end_task(leaving)
        await end_task(asyncio.ensure_future(working))
