"""Python's garbage collector, put to rest where many objects are made and none is garbage.

It looks through all objects again and again while their number grows: half of the time that reading a tokenizer of half
a million merges takes, and all of it for nothing.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Within, nothing is looked for. Threads may be in it at once: the first one ends it for all."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
