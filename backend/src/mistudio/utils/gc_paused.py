"""Python's garbage collector, put to rest where many objects are made and none is garbage.

It looks through all objects again and again while their number grows: half of the time that reading a tokenizer of half
a million merges takes, and all of it for nothing.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Rest:
    """The one rest of this process: how many are in it, and whether the collector worked before the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_enabled = False

    def enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._was_enabled:
                gc.enable()


_REST = _Rest()


@contextmanager
def gc_paused() -> Iterator[None]:
    """Within, nothing is looked for. Of threads that are in it at once, the last one to leave ends it."""
    _REST.enter()
    try:
        yield
    finally:
        _REST.leave()
