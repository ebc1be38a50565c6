"""How long tests wait, and how they measure time, on a machine that may be busy."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

# Seconds until a test gives up waiting: many times what the busiest machine needs.
TIMEOUT: Final = 300.0
_TICK: Final = 0.01


class ProcessClock:
    """A clock that stops while this process is not scheduled, so that nothing looks slow on a busy machine."""

    def __init__(self) -> None:
        self._ticks = 0
        self._stopped = threading.Event()

    @property
    def seconds(self) -> float:
        """Seconds for which this process was scheduled."""
        return self._ticks * _TICK

    def run(self) -> None:
        """Count short sleeps until stopped."""
        while not self._stopped.is_set():
            time.sleep(_TICK)
            self._ticks += 1

    def stop(self) -> None:
        """Stop the clock."""
        self._stopped.set()


@contextmanager
def process_clock() -> Iterator[ProcessClock]:
    """Yield a clock that runs during the block."""
    clock = ProcessClock()
    thread = threading.Thread(target=clock.run, name="process-clock")
    thread.start()
    try:
        yield clock
    finally:
        clock.stop()
        thread.join()


async def wait_until(condition: Callable[[], object]) -> None:
    """Wait until the condition is true."""
    async with asyncio.timeout(TIMEOUT):
        while not condition():
            await asyncio.sleep(0.01)


def block_until(condition: Callable[[], object]) -> None:
    """Wait until the condition is true, in a thread that may block."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
