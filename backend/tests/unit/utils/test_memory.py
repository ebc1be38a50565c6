"""``mistudio.utils.memory``: what a process takes, and the end of one that takes too much."""

import asyncio
import subprocess
import sys

import pytest

from mistudio.utils.memory import kill_above, machine_memory, read_memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_memory_is_read_in_bytes() -> None:
    """What a process allocates counts; a process that is gone has none."""
    code = "import sys; held = b'x' * (64 << 20); sys.stdout.write('.'); sys.stdout.flush(); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"."
        assert 64 << 20 < read_memory(process.pid) < 128 << 20 < machine_memory()
        process.communicate()
    assert 0 == read_memory(2**22 + 1)


@pytest.mark.parametrize(("megabytes", "is_killed"), [(200, True), (1, False)])
async def test_a_process_that_takes_too_much_is_killed(megabytes: int, is_killed: bool) -> None:
    """A small one ends by itself."""
    code = f"import sys; held = b'x' * ({megabytes} << 20); sys.stdin.read() if {megabytes} > 1 else None"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=asyncio.subprocess.PIPE)
    assert is_killed == await kill_above(process, 100 << 20)
    assert (-9 if is_killed else 0) == await process.wait()
