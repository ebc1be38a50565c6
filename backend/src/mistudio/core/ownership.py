"""One server per DATA_DIR: a lock that the kernel releases when the process ends, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import IO

_LOCK_NAME = "server.lock"


class AlreadyServed(RuntimeError):
    """Another process serves this DATA_DIR."""


class DataDirLock:
    """Held while a server runs; ``release`` it, or let the process end."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / _LOCK_NAME
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock, unless it is held, and write down who has it. Raises AlreadyServed, naming who has it."""
        if self._file:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise AlreadyServed(f"{self._path.parent} is served already by process {holder}.") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let another server have the folder."""
        if self._file:
            self._file.close()
            self._file = None
