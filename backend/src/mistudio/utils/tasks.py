"""Cancels tasks of an event loop until they end."""

import asyncio
from typing import Any, Final

_RETRY_SECONDS: Final = 2.0


async def end_task(task: asyncio.Task[Any], *, retry_seconds: float = _RETRY_SECONDS) -> None:
    """Cancel the task until it has ended.

    One cancel is not always enough: a library that is cancelled while it talks to its server may raise an error of its
    own instead, and a task that survives such errors survives this one too. Each further cancel follows after
    ``retry_seconds``.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=retry_seconds)
