"""Pauses Python's garbage collector while code makes many objects and no garbage.

The collector scans all objects again and again while their number grows. That takes half of the time to read a
tokenizer of half a million merges, and finds nothing.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Pause:
    """The pause of this process: how many blocks are in it, and whether the collector ran before the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks = 0
        self._was_enabled = False

    def enter(self) -> None:
        with self._lock:
            if not self._blocks:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._blocks += 1

    def leave(self) -> None:
        with self._lock:
            self._blocks -= 1
            if not self._blocks and self._was_enabled:
                gc.enable()


_PAUSE = _Pause()


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the collector during the block. Among concurrent threads, the last one to leave resumes it."""
    _PAUSE.enter()
    try:
        yield
    finally:
        _PAUSE.leave()
