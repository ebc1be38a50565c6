"""Locks on files: at most one writer. The kernel releases a lock when its process dies."""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mistudio.utils.file_utils import ensure_dir

LOCK_NAME: Final = ".lock"
_POLL_SECONDS: Final = 0.05


def lock_file(path: Path, checkpoint: Callable[[], None]) -> int:
    """Create the file ``path`` with its folder, wait for its lock, and return its descriptor.

    While waiting, calls ``checkpoint`` and raises what that raises. If the file is removed or moved meanwhile, the lock
    is taken on a new file.
    """
    while True:
        descriptor = os.open(ensure_dir(path.parent) / path.name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_same_file(descriptor, path):
                return descriptor
        except BlockingIOError:
            pass
        os.close(descriptor)
        checkpoint()
        time.sleep(_POLL_SECONDS)


@contextmanager
def lock_folder(folder: Path, checkpoint: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of ``folder``, which is created if needed, during the block; see ``lock_file`` for the waiting.

    A runner that lost its job may still work in the folder until its next checkpoint.
    """
    descriptor = lock_file(folder / LOCK_NAME, checkpoint)
    try:
        yield
    finally:
        os.close(descriptor)


def empty_folder(folder: Path) -> None:
    """Delete everything in a locked folder but its lock, without which a second process could lock it."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK_NAME:
            path.unlink()


def remove_lock(folder: Path) -> None:
    """Delete the lock from a folder that has its final name and is complete."""
    (folder / LOCK_NAME).unlink(missing_ok=True)


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
