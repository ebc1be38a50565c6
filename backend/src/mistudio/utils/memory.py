"""The memory of child processes: how much one has, how much it may have, and what ends one that takes more."""

import asyncio
import os
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path
from typing import Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_CHECK_SECONDS: Final = 0.05
_CGROUPS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def read_memory(process_id: int) -> int:
    """Return the bytes of memory that only this process has, 0 where the system does not say it.

    Pages of mapped files do not count: the system can drop them.
    """
    try:
        fields = Path(f"/proc/{process_id}/statm").read_bytes().split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * _PAGE if fields else 0


def machine_memory() -> int:
    """Return the memory of this machine, or of the container if that has less."""
    sizes = [os.sysconf("SC_PHYS_PAGES") * _PAGE]
    for path in _CGROUPS:
        # "max" is no limit.
        with suppress(OSError, ValueError):
            sizes.append(int(path.read_text(encoding="ascii")))
    return min(sizes)


async def kill_above(process: Process, limit: int) -> bool:
    """Watch a process until it ends or takes more than ``limit`` bytes, and kill it then; return whether it did.

    The parent watches, because a library may hold the lock of the child's interpreter while it allocates.
    """
    while process.returncode is None:
        if read_memory(process.pid) > limit:
            with suppress(ProcessLookupError):
                process.kill()
            return True
        await asyncio.sleep(_CHECK_SECONDS)
    return False
