"""``fakes.forked_starts``: to its parent, a forked process is like one that was started."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.forked_starts import ForkServer
from mistudio.workers.child.main import MALFORMED_ORDER, ORPHANED

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="The fork server needs Linux.")


@pytest.fixture
def fork_server() -> Iterator[ForkServer]:
    """A fork server of job processes."""
    server = ForkServer("job")
    yield server
    server.close()


def status(process_id: int) -> dict[str, str]:
    """Return the kernel's status of this process."""
    lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


async def test_it_is_a_child_with_a_session_of_its_own(fork_server: ForkServer) -> None:
    """Its parent learns its end, whether it exits because its pipe closes or is killed."""
    first = await fork_server.start(dict(os.environ), line_bytes=1 << 16)
    second = await fork_server.start(dict(os.environ), line_bytes=1 << 16)
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


async def test_its_output_and_exit_code_reach_the_parent(fork_server: ForkServer) -> None:
    """A malformed order ends it, and its parent reads its output to the end."""
    process = await fork_server.start({"PYTHONWARNINGS": "ignore"}, line_bytes=1 << 16)
    process.stdin.write(b"{}}\n")
    await process.stdin.drain()
    assert MALFORMED_ORDER == await process.wait()
    assert b"" == await process.stdout.read()
