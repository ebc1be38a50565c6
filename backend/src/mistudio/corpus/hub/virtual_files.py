"""Virtual files: the ``datasets`` library sees a repository's thousands of files, and none is created on disk.

The library decides by names, and asks for the same listings some sixty times. It reads through fsspec, whose registry
accepts another implementation for local paths: this one answers from memory below a planning folder, and like the
original elsewhere. Creating 3,000 files on disk took 2 to 7 seconds.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os.path import normpath
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final

import fsspec  # type: ignore[import-untyped]  # fsspec ships no types
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]  # as above

PREFIX: Final = "mistudio-plan-"

Entry = dict[str, Any]

_lock = threading.Lock()
_entries: dict[str, Entry] = {}
_folders: dict[str, list[Entry]] = {}


class _VirtualFileSystem(LocalFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """The local file system, plus the virtual files of planning folders."""

    def ls(self, path: Any, detail: bool = False, **options: Any) -> list[Any]:
        """List the entries of a folder."""
        name = self._strip_protocol(path)
        if PREFIX not in name:
            return list(super().ls(path, detail=detail, **options))
        key = normpath(name)
        if key not in _folders:
            raise FileNotFoundError(name)
        # Below "a/." the library expects "a/./b", as in a real folder.
        entries = list(_folders[key])
        if key != name:
            entries = [{**entry, "name": name.rstrip("/") + entry["name"][len(key) :]} for entry in entries]
        return entries if detail else [entry["name"] for entry in entries]

    def info(self, path: Any, **options: Any) -> Entry:
        """Return one entry."""
        name = self._strip_protocol(path)
        if PREFIX not in name:
            return dict(super().info(path, **options))
        if normpath(name) not in _entries:
            raise FileNotFoundError(name)
        return {**_entries[normpath(name)], "name": name}

    def isdir(self, path: Any) -> bool:
        """Return whether it is a folder."""
        name = self._strip_protocol(path)
        return normpath(name) in _folders if PREFIX in name else bool(super().isdir(path))

    def isfile(self, path: Any) -> bool:
        """Return whether it is a file."""
        name = self._strip_protocol(path)
        if PREFIX not in name:
            return bool(super().isfile(path))
        return normpath(name) in _entries and normpath(name) not in _folders


@contextmanager
def open_planning_folder() -> Iterator[Path]:
    """Open an empty folder whose virtual files are removed with it."""
    with TemporaryDirectory(prefix=PREFIX) as folder:
        try:
            yield Path(folder)
        finally:
            remove_virtual_files(Path(folder))


def add_virtual_files(root: Path, paths: Iterable[str]) -> None:
    """Let fsspec see files at these paths below ``root``; paths that lead outside are left out."""
    fsspec.register_implementation("file", _VirtualFileSystem, clobber=True)
    fsspec.register_implementation("local", _VirtualFileSystem, clobber=True)
    base = root.resolve().as_posix()
    folders: dict[str, list[Entry]] = defaultdict(list)
    entries = {base: _make_entry(base, "directory")}
    folders[base] = []
    for path in paths:
        parts = PurePosixPath(path).parts
        if path.startswith("/") or ".." in parts:
            continue
        for depth in range(1, len(parts) + 1):
            name = "/".join([base, *parts[:depth]])
            if name not in entries:
                entries[name] = _make_entry(name, "file" if depth == len(parts) else "directory")
                folders["/".join([base, *parts[: depth - 1]])].append(entries[name])
    with _lock:
        _entries.update(entries)
        _folders.update(folders)


def remove_virtual_files(folder: Path) -> None:
    """Remove the virtual files below ``folder``."""
    base = folder.resolve().as_posix()
    with _lock:
        for known in (_entries, _folders):
            for name in [name for name in known if name.startswith(base)]:
                del known[name]


def _make_entry(name: str, kind: str) -> Entry:
    return {"name": name, "size": 0, "type": kind, "islink": False, "mtime": 0.0}
