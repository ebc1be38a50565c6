"""Single flight: concurrent callers of the same query share one call."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

Answer = TypeVar("Answer")


class SingleFlight(Generic[Answer]):
    """Runs a query once for all callers that wait for it.

    A caller gets the result of a call that started after its own request, never of an earlier one, so it sees what it
    has just written. Calls with the same key run one after the other.
    """

    def __init__(self) -> None:
        self._next: dict[Hashable, asyncio.Task[Answer]] = {}
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    async def run(self, key: Hashable, query: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the result of ``query``, or raise its error. Callers with the same key must mean the same query."""
        if key not in self._next:
            self._next[key] = asyncio.create_task(self._run_next(key, query))
            # Every caller may be gone by the time it fails: its error must count as retrieved.
            self._next[key].add_done_callback(lambda task: task.cancelled() or task.exception())
        # A caller that is cancelled must not cancel the call of the others.
        return await asyncio.shield(self._next[key])

    async def _run_next(self, key: Hashable, query: Callable[[], Awaitable[Answer]]) -> Answer:
        async with self._locks.setdefault(key, asyncio.Lock()):
            del self._next[key]
            return await query()
