"""The garbage collector rests while asked to, and works afterwards, whatever happened."""

import gc

import pytest

from mistudio.utils.collector import collector_at_rest


def test_it_rests_within_and_works_after() -> None:
    """Within another rest it stays at rest; after an error it works, too."""
    with collector_at_rest():
        with collector_at_rest():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), collector_at_rest():
        raise KeyError
    assert gc.isenabled()
