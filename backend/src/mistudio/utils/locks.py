"""Locks on files, which the kernel lets go of with the process: one writer at a time, whoever believes to be it."""

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
    """The descriptor of the file ``path``, which is made with its folder, once its lock is ours.

    Waits as long as somebody has it, calls ``checkpoint`` meanwhile, and raises what that raises. The file may be
    removed or moved away while it is locked: then whoever waited has the one that is made anew.
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
def owned_folder(folder: Path, checkpoint: Callable[[], None]) -> Iterator[None]:
    """Be the only one at work in ``folder``, which is made if it is not there; see ``lock_file`` for the waiting.

    Who lost its job without knowing it is still at work in there, and stops at its own next checkpoint.
    """
    descriptor = lock_file(folder / LOCK_NAME, checkpoint)
    try:
        yield
    finally:
        os.close(descriptor)


def empty_folder(folder: Path) -> None:
    """Remove everything in an owned folder but its lock, without which a second owner could come."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK_NAME:
            path.unlink()


def forget_owner(folder: Path) -> None:
    """Remove the lock from a folder that has its final name, and so no owner any more."""
    (folder / LOCK_NAME).unlink(missing_ok=True)


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
