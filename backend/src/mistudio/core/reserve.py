"""Room that is kept for recovery: a file in DATA_DIR that is cut, step by step, when the disk is full.

To delete something, to cancel a job, to record how a job ended and to start a server all write a little. On a full disk
they would fail, and so the disk could never be cleared. Several processes may use the file at the same time.
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import DiskFull
from mistudio.utils.file_utils import free_bytes

RESERVE_NAME: Final = "emergency.reserve"
# Measured (docs/reliability.md): a start with an empty cache, a cancel and a deletion write less than this together.
STEP_BYTES: Final = 512 << 10
STEPS: Final = 8
_FILL_FACTOR: Final = 4

Answer = TypeVar("Answer")


class EmergencyReserve:
    """The reserve in ``folder``; it keeps no state of its own."""

    def __init__(self, folder: Path, *, step_bytes: int = STEP_BYTES, steps: int = STEPS) -> None:
        self._folder = folder
        self._path = folder / RESERVE_NAME
        self._step = step_bytes
        self._size = step_bytes * steps

    def fill(self) -> None:
        """Write what is missing if there is ample room; without room, do nothing."""
        missing = self._size - self._present()
        if missing <= 0 or free_bytes(self._folder) < missing * _FILL_FACTOR:
            return
        # Random bytes take their room also where the file system compresses or leaves holes.
        try:
            with self._path.open("ab") as file:
                file.write(os.urandom(missing))
        except OSError:
            self.release()

    def release(self) -> bool:
        """Give one step of the reserve back to the disk; False if nothing is left."""
        present = self._present()
        if present == 0:
            return False
        with translate_disk_errors(is_kept=False):
            os.truncate(self._path, max(present - self._step, 0))
        return True

    def make_room(self) -> None:
        """Release a step if the disk is full."""
        if self._path.exists() and free_bytes(self._folder) < self._step:
            self.release()

    async def use(self, action: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the result of a recovery action; while it finds the disk full, release a step and try again."""
        while True:
            try:
                with translate_disk_errors(is_kept=False):
                    return await action()
            except DiskFull:
                if not self.release():
                    raise

    def _present(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0
