"""How long tests wait, and how they measure time, on a machine that may be busy with other things."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

# After so many seconds a test gives up waiting for what must come: many times what the busiest machine needs.
PATIENCE: Final = 300.0
_TICK: Final = 0.01


class Pace:
    """A clock that stands still while this process is not let run, so that a busy machine makes nothing look slow."""

    def __init__(self) -> None:
        self._ticks = 0
        self._ended = threading.Event()

    @property
    def seconds(self) -> float:
        """Seconds for which this process was able to go on."""
        return self._ticks * _TICK

    def run(self) -> None:
        """Count short sleeps until it is ended."""
        while not self._ended.is_set():
            time.sleep(_TICK)
            self._ticks += 1

    def end(self) -> None:
        """Stand still from now on."""
        self._ended.set()


@contextmanager
def paced() -> Iterator[Pace]:
    """Measures what stands in its block."""
    pace = Pace()
    thread = threading.Thread(target=pace.run, name="pace")
    thread.start()
    try:
        yield pace
    finally:
        pace.end()
        thread.join()


async def until_true(condition: Callable[[], object]) -> None:
    """Wait for what must come to pass."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def until(condition: Callable[[], object]) -> None:
    """Wait, in a thread that may block, for what must come to pass."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
