"""Reading ahead: the next item is made in a thread of its own while the present one is worked on."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def prefetch(items: Iterator[Item]) -> Generator[Item]:
    """The same items, in order, each taken in another thread while the one before is worked on; close it when done."""
    with ThreadPoolExecutor(1, thread_name_prefix="reading-ahead") as reader:
        coming = reader.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = reader.submit(next, items, None)
            yield item
