"""Starting child processes that run a module of ours and speak over their pipes."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping


async def start_module(name: str, environment: Mapping[str, str], *, line_bytes: int) -> Process:
    """``python -m name`` with exactly this environment, whose lines are at most so long. Raises OSError.

    Ctrl-C is for the parent: the child has a session of its own, and ends with its pipe.
    """
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", name),
        stdin=PIPE,
        stdout=PIPE,
        env=environment,
        limit=line_bytes,
        start_new_session=True,
    )
