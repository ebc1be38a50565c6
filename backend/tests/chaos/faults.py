"""Failing file operations: a server whose n-th write, rename or the like goes wrong, whichever library makes it."""

import errno
import mmap
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
_FIELDS: Final = struct.Struct("@6q")  # as in ``struct control``
_KILL, _TORN, _ROOM = -1, -2, -3
# How an operation may go wrong; see ``faulty_files.c``.
KINDS: Final[Mapping[str, int]] = {
    "ENOSPC": errno.ENOSPC,
    "EIO": errno.EIO,
    "EINTR": errno.EINTR,
    "kill": _KILL,
    "torn": _TORN,
    "full": _ROOM,
    "EROFS": errno.EROFS,
}
# Ways that last.
_LENGTHS: Final = {"full": 60, "EROFS": 1 << 40}
_NEEDS_ROOM: Final = frozenset(
    {"open", "write", "pwrite", "writev", "mkdir", "link", "symlink", "sendfile", "copy_file_range", "posix_fallocate"}
)
_INTERRUPTIBLE: Final = frozenset({"open", "write", "pwrite", "writev", "fsync", "fdatasync"})


@dataclass(frozen=True)
class Operation:
    """A file operation of a life: its number, what it is, and on what."""

    number: int
    name: str
    path: str

    def kinds(self) -> list[str]:
        """Return the ways in which a real file system lets this operation fail."""
        may = {"EIO", "kill", "torn"}
        may |= {"ENOSPC", "full"} if self.name in _NEEDS_ROOM else set()
        may |= {"EINTR"} if self.name in _INTERRUPTIBLE else set()
        return [kind for kind in KINDS if kind in may]


@dataclass(frozen=True)
class Fault:
    """From operation ``at`` on, counted from 1, operations go wrong in the way ``kind``: one, or some if it is full."""

    kind: str
    at: int

    @property
    def length(self) -> int:
        """Return how many operations go wrong."""
        return _LENGTHS.get(self.kind, 1)


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


class FaultyFiles:
    """Controls the faults of all processes that were started with its ``environment``, while they run."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        self._log = scratch / "operations.log"
        self._control = scratch / "control"
        self._control.write_bytes(bytes(_FIELDS.size))
        with self._control.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _FIELDS.size)

    def environment(self) -> dict[str, str]:
        """Return the variables that make a process, and those that it starts, count and fail."""
        library = faulty_library()
        assert library is not None, "there is no C compiler"
        return {
            "LD_PRELOAD": str(library),
            "FAULTY_FOLDER": f"{self._folder}/",
            "FAULTY_CONTROL": str(self._control),
            "FAULTY_LOG": str(self._log),
        }

    def arm(self, fault: Fault | None, *, is_recorded: bool = False) -> None:
        """Count from 0 again, with this fault to come."""
        self._log.unlink(missing_ok=True)
        first, length, how = (fault.at, fault.length, KINDS[fault.kind]) if fault else (0, 0, 0)
        _FIELDS.pack_into(self._shared, 0, 0, first, length, how, self._group(), int(is_recorded))

    def set_group(self, number: int) -> None:
        """Name the process group that a power cut ends."""
        struct.pack_into("@q", self._shared, 32, number)

    def _group(self) -> int:
        return int(_FIELDS.unpack_from(self._shared)[4])

    def count(self) -> int:
        """Return how many operations there were since ``arm``."""
        return int(_FIELDS.unpack_from(self._shared)[0])

    def operations(self) -> list[Operation]:
        """Return the operations that were recorded, or those that failed."""
        if not self._log.exists():
            return []
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        parts = [line.split(" ", 2) for line in lines]
        return sorted((Operation(int(one[0]), one[1], one[2]) for one in parts if len(one) == 3), key=_number)


def _number(operation: Operation) -> int:
    return operation.number
