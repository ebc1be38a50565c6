"""The garbage collector rests while asked to, and works afterwards, whatever happened."""

import gc
import threading

import pytest

from fakes.pace import PATIENCE
from mistudio.utils.gc_paused import gc_paused


def test_it_rests_within_and_works_after() -> None:
    """Within another rest it stays at rest; after an error it works, too."""
    with gc_paused():
        with gc_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), gc_paused():
        raise KeyError
    assert gc.isenabled()


def test_the_last_of_several_threads_ends_the_rest() -> None:
    """One that leaves earlier does not, whichever it is."""
    arrived, may_leave = threading.Event(), threading.Event()

    def rest() -> None:
        with gc_paused():
            arrived.set()
            may_leave.wait(PATIENCE)

    other = threading.Thread(target=rest)
    with gc_paused():
        other.start()
        assert arrived.wait(PATIENCE)
    rested_on = not gc.isenabled()
    may_leave.set()
    other.join()
    assert (True, True) == (rested_on, gc.isenabled())


def test_one_that_is_at_rest_anyway_stays_so() -> None:
    """Whoever switched the collector off for good finds it as it was."""
    gc.disable()
    try:
        with gc_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
