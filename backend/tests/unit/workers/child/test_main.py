"""``mistudio.workers.child.main``: what a child process does with the lines of its standard input."""

import os
from asyncio.subprocess import Process

import pytest

from mistudio.core.config import Settings
from mistudio.utils import processes
from mistudio.workers.child.main import MALFORMED_ORDER, ORPHANED
from mistudio.workers.messages import CancelOrder, PreloadOrder, to_line


async def start_child(*lines: str) -> Process:
    """A child process that was sent these lines."""
    process = await processes.start_module("mistudio.workers.child", dict(os.environ), line_bytes=1 << 16)
    assert process.stdin is not None
    process.stdin.write("".join(lines).encode())
    await process.stdin.drain()
    return process


@pytest.mark.parametrize("line", ["cancel\n", "{}\n", "[null, 1]\n"])
async def test_a_malformed_order_ends_it(line: str) -> None:
    """With an exit code of its own, whatever order is malformed."""
    child = await start_child(to_line(CancelOrder()), line)
    assert MALFORMED_ORDER == await child.wait()


async def test_it_ends_with_its_parent(settings: Settings) -> None:
    """Also where the tokenizer that it was to preload cannot be loaded."""
    order = PreloadOrder(tokenizer="./none", revision=None, cache_dir=settings.cache_dir, data_dir=settings.data_dir)
    child = await start_child(to_line(order))
    assert child.stdin is not None
    child.stdin.close()
    assert ORPHANED == await child.wait()
