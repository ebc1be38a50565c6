"""Starts child processes that run a module of this program and communicate over their pipes."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping


async def start_module(name: str, environment: Mapping[str, str], *, line_bytes: int) -> Process:
    """Start ``python -m name`` with exactly this environment, and pipes for its input and output. Raises OSError.

    Ctrl-C reaches only the parent, because the child has a session of its own; the child ends with its pipe.
    ``line_bytes`` limits the lines of its output.
    """
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", name),
        stdin=PIPE,
        stdout=PIPE,
        env=environment,
        limit=line_bytes,
        start_new_session=True,
    )
