"""Imports that cost less: what decides how soon a process stands."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder


class _Without(MetaPathFinder):
    """Finds none of the packages that are not needed."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse them by name, leave everything else to the finders that follow."""
        if fullname in self._names:
            raise ModuleNotFoundError(f"{fullname} is hidden for a moment", name=fullname)


@contextmanager
def imports_without(*names: str) -> Iterator[None]:
    """While the block runs, packages that import these where they are there do without them, and the collector is at
    rest: it would look through every new module for garbage that is not there. What was imported is there for good.
    """
    finder = _Without(frozenset(names))
    gc.disable()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        gc.freeze()
        gc.enable()
