"""``mistudio.workers.child.main``: what a child process does with the lines of its standard input."""

import os

import pytest

from mistudio.core.config import Settings
from mistudio.utils import processes
from mistudio.workers.child.main import MALFORMED_ORDER, ORPHANED
from mistudio.workers.messages import CancelOrder, PreloadOrder, to_line


async def exit_code_after(*lines: str, hang_up: bool = False) -> int:
    """How a child ends that was sent these lines; ``hang_up``: and then the end of its standard input."""
    child = await processes.start_module("mistudio.workers.child", dict(os.environ), line_bytes=1 << 16)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("".join(lines).encode())
    await child.stdin.drain()
    if hang_up:
        child.stdin.close()
    assert b"" == await child.stdout.read()
    return await child.wait()


@pytest.mark.parametrize("line", ["cancel\n", "{}\n", "[null, 1]\n"])
async def test_a_malformed_order_ends_a_child(line: str) -> None:
    """The exit code says why, whichever order is malformed."""
    assert MALFORMED_ORDER == await exit_code_after(to_line(CancelOrder()), line)


async def test_a_child_ends_with_its_parent(settings: Settings) -> None:
    """It also does where the tokenizer that it was to preload cannot be loaded."""
    order = PreloadOrder(tokenizer="./none", revision=None, cache_dir=settings.cache_dir, data_dir=settings.data_dir)
    assert ORPHANED == await exit_code_after(to_line(order), hang_up=True)
