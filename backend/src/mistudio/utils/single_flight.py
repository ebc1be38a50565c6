"""One answer for all who ask the same at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

Answer = TypeVar("Answer")


class SingleFlight(Generic[Answer]):
    """Puts a question once for everybody who waits for it.

    Whoever asks gets an answer that was looked up after they asked, never one that was under way before: so nobody
    misses what they have just written. Questions under one key are put one after the other.
    """

    def __init__(self) -> None:
        self._next: dict[Hashable, asyncio.Task[Answer]] = {}
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, key: Hashable, question: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to ``question``, which is what everyone means who asks with ``key``; or what it raised."""
        if key not in self._next:
            self._next[key] = asyncio.create_task(self._put(key, question))
            # Those who asked may all be gone by the time it fails.
            self._next[key].add_done_callback(lambda task: task.cancelled() or task.exception())
        # One who no longer waits does not take the answer from the others.
        return await asyncio.shield(self._next[key])

    async def _put(self, key: Hashable, question: Callable[[], Awaitable[Answer]]) -> Answer:
        async with self._locks.setdefault(key, asyncio.Lock()):
            del self._next[key]
            return await question()
