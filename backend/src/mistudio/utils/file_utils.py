"""Files and folders: sizes, safe deletion, and writes that a crash cannot leave incomplete.

A file gets its final name by an atomic rename, after its bytes have reached the disk.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")
_CHUNK = 1 << 20
TEMPORARY_SUFFIX = ".writing"


def ensure_dir(path: Path) -> Path:
    """Create the folder and its parents if needed, and return ``path``. Raises FileExistsError if it is a file."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def get_directory_size(path: Path) -> int:
    """Return the bytes of all regular files below ``path``, without following links; files that vanish count 0."""
    total, folders = 0, [os.fspath(path)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += _entry_size(entry)
        except (FileNotFoundError, NotADirectoryError):
            continue
    return total


def get_allocated_size(path: Path) -> int:
    """Return the bytes that the tree below ``path`` takes on disk; holes in unfinished files do not count."""
    sizes = 0
    for folder, _folders, names in os.walk(path):
        for name in names:
            try:
                sizes += (Path(folder) / name).lstat().st_blocks * 512
            except FileNotFoundError:
                continue
    return sizes


def _entry_size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size if entry.is_file(follow_symlinks=False) else 0
    except FileNotFoundError:
        return 0


def delete_directory(path: Path, *, root: Path) -> int:
    """Delete the folder ``path`` with its content, and return the bytes freed; 0 if it does not exist.

    Raises ValueError unless ``path`` is a real folder strictly below ``root``: no link, and no link on the way.
    """
    root, parent = root.resolve(), path.parent.resolve()
    resolved = parent / path.name
    if path.name in {"", ".", ".."} or not resolved.is_relative_to(root) or resolved == root:
        raise ValueError(f"{path} is not below {root}.")
    if path.is_symlink():
        raise ValueError(f"{path} is a symbolic link.")
    if not path.exists():
        return 0
    if not path.is_dir():
        raise ValueError(f"{path} is not a folder.")
    freed = get_directory_size(path)
    shutil.rmtree(path)
    return freed


def format_size(size: int) -> str:
    """Return a size in bytes for people, with divisor 1024 and one decimal: 512 B, 450.0 MB, 2.3 GB."""
    amount, unit = float(size), 0
    while unit < len(_UNITS) - 1 and abs(amount) >= (1024 if unit == 0 else 1023.95):
        amount, unit = amount / 1024, unit + 1
    return f"{size} B" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"


def free_bytes(path: Path) -> int:
    """Return the bytes that this user may still write on the disk of ``path``, which need not exist yet."""
    existing = path.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    return shutil.disk_usage(existing).free


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of the file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def fsync_file(path: Path) -> None:
    """Flush the file's bytes to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def fsync_directory(path: Path) -> None:
    """Flush the folder's entries (renames, new files) to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(source: Path, target: Path) -> None:
    """Move ``source`` to ``target`` atomically and durably, replacing the file there.

    From another disk, copy it to a temporary name beside ``target`` first.
    """
    fsync_file(source)
    if source.stat().st_dev != target.parent.stat().st_dev:
        temporary = temporary_name(target)
        shutil.copyfile(source, temporary)
        fsync_file(temporary)
        temporary.replace(target)
        source.unlink()
    else:
        source.replace(target)
    fsync_directory(target.parent)


def temporary_name(target: Path) -> Path:
    """Return where to write ``target`` before its rename: always the same, so that a second try overwrites it."""
    return target.with_name(f".{target.name}{TEMPORARY_SUFFIX}")


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path to write to. It becomes ``target`` when the block ends, and is removed if it raises."""
    temporary = temporary_name(target)
    try:
        yield temporary
        replace_file(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def file_stamp(path: Path) -> tuple[int, int]:
    """Return the file's inode and modification time, which differ for every new file. Raises FileNotFoundError."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def write_bytes_atomic(target: Path, data: bytes) -> None:
    """Write ``data`` to ``target``, which has all of the new content or all of the old, even after a crash."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(data)
