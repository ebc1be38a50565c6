"""Ensures one server per DATA_DIR, by a lock that the kernel releases however the process ends."""

import fcntl
import os
from pathlib import Path
from typing import IO

_LOCK_NAME = "server.lock"
_TOKEN_NAME = "server.token"  # noqa: S105 (the name of a file)
# What the address of a server on a Unix socket begins with.
UNIX = "unix:"


class AlreadyServed(RuntimeError):
    """Another process serves this DATA_DIR."""


class DataDirLock:
    """The lock of one server on its DATA_DIR; ``release`` it, or let the process end."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / _LOCK_NAME
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock and write this process's id into its file. Raises AlreadyServed, which names the holder."""
        if self._file:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: a write that failed on a full disk is not tried again when the lock is released.
        file = self._path.open("a+b", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.readline().decode(errors="replace").strip() or "unknown"
            file.close()
            raise AlreadyServed(
                f"Process {holder} already serves {self._path.parent}. Stop it, or set another DATA_DIR."
            ) from None
        try:
            file.truncate(0)
            file.write(str(os.getpid()).encode())
        except OSError:
            file.close()
            raise
        self._file = file

    def announce(self, url: str) -> None:
        """Write the server's address into the file, for the commands of this machine."""
        if self._file:
            self._file.write(f"\n{url}\n".encode())

    def release(self) -> None:
        """Release the lock."""
        if self._file:
            self._file.close()
            self._file = None


def find_server_url(data_dir: Path) -> str | None:
    """Return the address of the folder's server; None if none runs, or it does not answer yet."""
    try:
        with (data_dir / _LOCK_NAME).open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                lines = file.read().splitlines()
                return lines[1] if len(lines) > 1 else None
    except OSError:
        # If the file cannot be read, no server runs here. The folder's next use reports the error.
        return None
    return None


def write_token(data_dir: Path, token: str) -> None:
    """Write the running server's token to a file that only this user can read; raise FileExistsError if it exists."""
    with os.fdopen(os.open(data_dir / _TOKEN_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)


def remove_token(data_dir: Path) -> None:
    """Remove the file of ``write_token``."""
    (data_dir / _TOKEN_NAME).unlink(missing_ok=True)


def find_token(data_dir: Path) -> str | None:
    """Return the token that the running server made, None if it made none."""
    try:
        return (data_dir / _TOKEN_NAME).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
