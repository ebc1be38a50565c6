"""A process that is forked from one whose imports are made is to its parent what one is that was started."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.starts import Nursery
from mistudio.workers.child.main import MALFORMED_ORDER, ORPHANED

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only there are children forked.")


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    """Forks processes for jobs."""
    made = Nursery("job")
    yield made
    made.close()


def status(process_id: int) -> dict[str, str]:
    """What the system says of this process."""
    lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


async def test_it_is_a_child_with_a_session_of_its_own(nursery: Nursery) -> None:
    """Its end is told to its parent, whether it goes by itself, as its pipe closes, or is killed."""
    first = await nursery.start(dict(os.environ), line_bytes=1 << 16)
    second = await nursery.start(dict(os.environ), line_bytes=1 << 16)
    for process in (first, second):
        assert str(os.getpid()) == status(process.pid)["PPid"]
        assert process.pid == os.getsid(process.pid)
        assert process.returncode is None
    first.stdin.close()
    assert ORPHANED == await first.wait()
    second.kill()
    assert -9 == await second.wait()
    with pytest.raises(ProcessLookupError):
        second.kill()


async def test_it_says_what_a_started_one_says(nursery: Nursery) -> None:
    """A malformed order ends it with an exit code of its own, and its parent reads to the end."""
    process = await nursery.start({"PYTHONWARNINGS": "ignore"}, line_bytes=1 << 16)
    process.stdin.write(b"{}}\n")
    await process.stdin.drain()
    assert MALFORMED_ORDER == await process.wait()
    assert b"" == await process.stdout.read()
