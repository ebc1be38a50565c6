"""Background counts: the newest first, none of deleted datasets, none while a page is searched."""

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


class StepLog:
    """Records the steps and the finished searches; no step ends before ``may_continue`` is set."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.finished: Queue[str] = Queue()
        self.has_begun = threading.Event()
        self.may_continue = threading.Event()

    def make_search(self, name: str) -> HitCounter:
        """Return a search of this name."""
        return HitCounter(Source(name, self))


class Source:
    """A search of windows of one hit each, which records when they are counted."""

    windows = WINDOWS

    def __init__(self, name: str, log: StepLog) -> None:
        self._name = name
        self._log = log

    def counts(self) -> None:
        """Only counting can tell."""
        return

    def find(self, windows: Sequence[int], limit: Deadline) -> list[Ids]:
        """The hits."""
        self._log.steps.append(self._name)
        self._log.has_begun.set()
        assert self._log.may_continue.wait(TIMEOUT)
        limit.check()
        if windows[-1] == WINDOWS - 1:
            self._log.finished.put(self._name)
        return [np.array([window], dtype=np.int64) for window in windows]


@contextmanager
def counting(is_busy: Callable[[], bool] = lambda: False) -> Iterator[BackgroundCounts]:
    """Counts of a service that is idle unless ``is_busy`` says otherwise."""
    counts = BackgroundCounts(is_busy)
    try:
        yield counts
    finally:
        counts.close()


def test_the_newest_is_counted_first() -> None:
    """Also before one that is being counted; a search that is added again is the newest, and continues."""
    log = StepLog()
    with counting() as counts:
        again = log.make_search("again")
        counts.add(1, "ds", log.make_search("first"))
        assert log.has_begun.wait(TIMEOUT)
        counts.add(2, "ds", again)
        counts.add(3, "ds", log.make_search("third"))
        counts.add(2, "ds", again)
        log.may_continue.set()
        assert ["again", "third", "first"] == [log.finished.get(timeout=TIMEOUT) for _number in range(3)]


def test_what_is_forgotten_or_given_up_is_not_counted_on() -> None:
    """The dataset was deleted, or sixteen others were added: a search that is being counted ends with its step."""
    log = StepLog()
    with counting() as counts:
        counts.add(0, "gone", log.make_search("gone"))
        assert log.has_begun.wait(TIMEOUT)
        counts.forget("gone")
        for number in range(1, 18):
            counts.add(number, "ds", log.make_search(str(number)))
        log.may_continue.set()
        finished = [log.finished.get(timeout=TIMEOUT) for _number in range(16)]
        assert [str(number) for number in range(17, 1, -1)] == finished
    assert 1 == log.steps.count("gone")
    assert counts.is_idle


def test_pages_come_before_counts() -> None:
    """Nothing is counted while the service is busy, and after its end nothing at all."""
    log, busy, asked = StepLog(), threading.Event(), threading.Semaphore(0)

    def is_busy() -> bool:
        asked.release()
        return busy.is_set()

    busy.set()
    log.may_continue.set()
    with counting(is_busy) as counts:
        counts.add(1, "ds", log.make_search("first"))
        assert all(asked.acquire(timeout=TIMEOUT) for _time in range(3))
        assert [] == log.steps
        busy.clear()
        assert "first" == log.finished.get(timeout=TIMEOUT)
    counts.add(2, "ds", log.make_search("late"))
    assert counts.is_idle
    assert {"first"} == set(log.steps)
