"""Background counts: the newest first, none of what is gone, none while somebody waits for a page."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Queue

import numpy as np

from fakes.timing import TIMEOUT
from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.hit_counter import Deadline, HitCounter
from mistudio.services.samples.background_counts import BackgroundCounts

WINDOWS = 40


class Told:
    """What was counted, step by step, and what came to its end; no step ends before it may."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.finished: Queue[str] = Queue()
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def tally(self, name: str) -> HitCounter:
        """Something to count."""
        return HitCounter(Source(name, self))


class Source:
    """Windows of one hit each, that tell when they are counted."""

    windows = WINDOWS

    def __init__(self, name: str, told: Told) -> None:
        self._name = name
        self._told = told

    def counts(self) -> None:
        """Only looking can tell."""
        return

    def find(self, windows: Sequence[int], limit: Deadline) -> list[Ids]:
        """The hits."""
        self._told.steps.append(self._name)
        self._told.has_begun.set()
        assert self._told.may_go_on.wait(TIMEOUT)
        limit.check()
        if windows[-1] == WINDOWS - 1:
            self._told.finished.put(self._name)
        return [np.array([window], dtype=np.int64) for window in windows]


@contextmanager
def counting(is_busy: Callable[[], bool] = lambda: False) -> Iterator[BackgroundCounts]:
    """Counts of a service that is at rest unless told otherwise."""
    counts = BackgroundCounts(is_busy)
    try:
        yield counts
    finally:
        counts.close()


def test_the_newest_is_counted_first() -> None:
    """Also before one that is under way; one that is asked for again is the newest, and goes on where it is."""
    told = Told()
    with counting() as counts:
        again = told.tally("again")
        counts.add(1, "ds", told.tally("first"))
        assert told.has_begun.wait(TIMEOUT)
        counts.add(2, "ds", again)
        counts.add(3, "ds", told.tally("third"))
        counts.add(2, "ds", again)
        told.may_go_on.set()
        assert ["again", "third", "first"] == [told.finished.get(timeout=TIMEOUT) for _number in range(3)]


def test_what_is_forgotten_or_given_up_is_not_counted_on() -> None:
    """The dataset is gone, or nobody asked for it while sixteen others were: what is under way ends with its step."""
    told = Told()
    with counting() as counts:
        counts.add(0, "gone", told.tally("gone"))
        assert told.has_begun.wait(TIMEOUT)
        counts.forget("gone")
        for number in range(1, 18):
            counts.add(number, "ds", told.tally(str(number)))
        told.may_go_on.set()
        finished = [told.finished.get(timeout=TIMEOUT) for _number in range(16)]
        assert [str(number) for number in range(17, 1, -1)] == finished
    assert 1 == told.steps.count("gone")
    assert counts.is_idle


def test_pages_come_before_counts() -> None:
    """Nothing is counted while the service is busy, and after its end nothing at all."""
    told, busy, asked = Told(), threading.Event(), threading.Semaphore(0)

    def is_busy() -> bool:
        asked.release()
        return busy.is_set()

    busy.set()
    told.may_go_on.set()
    with counting(is_busy) as counts:
        counts.add(1, "ds", told.tally("first"))
        assert all(asked.acquire(timeout=TIMEOUT) for _time in range(3))
        assert [] == told.steps
        busy.clear()
        assert "first" == told.finished.get(timeout=TIMEOUT)
    counts.add(2, "ds", told.tally("late"))
    assert counts.is_idle
    assert {"first"} == set(told.steps)
