"""Makes imports cheaper, because they decide how soon a process is ready."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder


class _HidingFinder(MetaPathFinder):
    """Hides packages from imports."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for a hidden package; leave every other to the next finder."""
        if fullname in self._names:
            raise ModuleNotFoundError(f"{fullname} is hidden from this import", name=fullname)


@contextmanager
def hide_packages(*names: str) -> Iterator[None]:
    """Hide optional packages from imports, and pause the garbage collector, while the block runs.

    The collector would scan every new module for garbage and find none. Imported modules are then exempt from it.
    """
    finder = _HidingFinder(frozenset(names))
    gc.disable()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        gc.freeze()
        gc.enable()
