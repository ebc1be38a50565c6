"""Ending tasks of an event loop for good."""

import asyncio
from typing import Any, Final

_AGAIN_SECONDS: Final = 2.0


async def end_task(task: asyncio.Task[Any]) -> None:
    """Cancel the task, and return when it is over, however it ended.

    Once is not always enough: a library that is cancelled while it talks to its server may raise an error of its own
    instead, and a task that goes on after such errors goes on after this one, too.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_AGAIN_SECONDS)
