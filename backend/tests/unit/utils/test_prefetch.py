"""Prefetched items: their order, the overlap, errors and an early end."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from fakes.timing import TIMEOUT
from mistudio.utils.prefetch import prefetch


def test_items_keep_their_order() -> None:
    """However many there are, or none."""
    assert list(range(50)) == list(prefetch(iter(range(50))))
    assert [] == list(prefetch(iter(())))


def test_the_next_item_is_computed_meanwhile() -> None:
    """While the caller holds the first item, the second one is computed in another thread."""
    computed = threading.Event()
    threads = []

    def items() -> Iterator[int]:
        yield 1
        threads.append(threading.current_thread())
        computed.set()
        yield 2

    with closing(prefetch(items())) as prefetched:
        assert 1 == next(prefetched)
        assert computed.wait(TIMEOUT)
        assert [2] == list(prefetched)
    assert threading.current_thread() not in threads


def test_an_error_reaches_the_caller() -> None:
    """After the items that precede it."""

    def items() -> Iterator[int]:
        yield 1
        raise KeyError("broken")

    prefetched = prefetch(items())
    assert 1 == next(prefetched)
    with pytest.raises(KeyError, match="broken"):
        next(prefetched)


def test_closing_early_ends_the_thread() -> None:
    """No thread is left behind."""
    before = threading.active_count()
    with closing(prefetch(iter(range(9)))) as prefetched:
        assert 0 == next(prefetched)
    assert before == threading.active_count()
