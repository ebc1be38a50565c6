"""``mistudio.utils.gc_paused``: the garbage collector pauses in a block and resumes after it."""

import gc
import threading

import pytest

from fakes.timing import TIMEOUT
from mistudio.utils.gc_paused import gc_paused


def test_the_collector_pauses_in_the_block_and_resumes_after_it() -> None:
    """Blocks nest, and an error resumes it too."""
    with gc_paused():
        with gc_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), gc_paused():
        raise KeyError
    assert gc.isenabled()


def test_the_last_of_several_threads_resumes_it() -> None:
    """A thread that leaves earlier does not."""
    arrived, may_leave = threading.Event(), threading.Event()

    def pause() -> None:
        with gc_paused():
            arrived.set()
            may_leave.wait(TIMEOUT)

    other = threading.Thread(target=pause)
    with gc_paused():
        other.start()
        assert arrived.wait(TIMEOUT)
    still_paused = not gc.isenabled()
    may_leave.set()
    other.join()
    assert (True, True) == (still_paused, gc.isenabled())


def test_a_disabled_collector_stays_disabled() -> None:
    """The block restores the state that it found."""
    gc.disable()
    try:
        with gc_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
