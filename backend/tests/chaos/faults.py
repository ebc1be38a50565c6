"""Failing file operations: a server whose n-th write, rename or the like goes wrong, whichever library makes it."""

import errno
import os
import shutil
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Final

_SOURCE: Final = Path(__file__).with_name("faulty_files.c")
# How an operation may go wrong; see ``faulty_files.c``.
KINDS: Final[Mapping[str, str]] = {
    "ENOSPC": str(errno.ENOSPC),
    "EIO": str(errno.EIO),
    "EINTR": str(errno.EINTR),
    "torn": "torn",
    "kill": "kill",
}


@cache
def faulty_library() -> Path | None:
    """Compile the library that injects faults; None where this machine has no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or os.uname().sysname != "Linux":
        return None
    target = Path(gettempdir()) / f"mistudio-faulty-files-{os.getuid()}-{os.getpid()}.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", str(target), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return target


@dataclass(frozen=True)
class Fault:
    """The operation of number ``at`` below ``folder`` goes wrong, once, in the way ``kind``; ``at`` 0 only counts."""

    folder: Path
    counter: Path
    kind: str = "EIO"
    at: int = 0

    def environment(self) -> dict[str, str]:
        """Return the variables that make a process, and those that it starts, behave so."""
        library = faulty_library()
        assert library is not None, "there is no C compiler"
        return {
            "LD_PRELOAD": str(library),
            "FAULTY_FOLDER": str(self.folder),
            "FAULTY_COUNTER": str(self.counter),
            "FAULTY_AT": str(self.at),
            "FAULTY_HOW": KINDS[self.kind],
        }

    def operations(self) -> int:
        """Return how many operations there were so far."""
        return int(struct.unpack("@q", self.counter.read_bytes()[:8])[0]) if self.counter.exists() else 0
