"""Files that are only shown: the library is to see a repository's thousands of files without one being made on disk.

It decides by names, and asks for the same listings some sixty times. Its file access is fsspec, whose registry takes
another implementation for local paths: this one answers from memory below a planning folder and is the usual one
elsewhere. Made on disk, 3,000 files took 2 to 7 seconds.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, Final

import fsspec  # type: ignore[import-untyped]  # fsspec ships no types
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]  # as above

PREFIX: Final = "mistudio-plan-"

Entry = dict[str, Any]

_lock = threading.Lock()
_shown: dict[str, Entry] = {}
_folders: dict[str, list[Entry]] = {}


class _ShowingFileSystem(LocalFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """The local file system, with what is shown in planning folders."""

    def ls(self, path: Any, detail: bool = False, **options: Any) -> list[Any]:
        """The entries of a folder."""
        name = self._strip_protocol(path)
        if PREFIX not in name:
            return list(super().ls(path, detail=detail, **options))
        if name not in _folders:
            raise FileNotFoundError(name)
        return list(_folders[name]) if detail else [entry["name"] for entry in _folders[name]]

    def info(self, path: Any, **options: Any) -> Entry:
        """One entry."""
        name = self._strip_protocol(path)
        if PREFIX not in name:
            return dict(super().info(path, **options))
        if name not in _shown:
            raise FileNotFoundError(name)
        return _shown[name]

    def isdir(self, path: Any) -> bool:
        """Whether it is a folder."""
        name = self._strip_protocol(path)
        return name in _folders if PREFIX in name else bool(super().isdir(path))

    def isfile(self, path: Any) -> bool:
        """Whether it is a file."""
        name = self._strip_protocol(path)
        return name in _shown and name not in _folders if PREFIX in name else bool(super().isfile(path))


def show_files(root: Path, paths: Iterable[str]) -> None:
    """Show files at these paths below ``root``, until they are forgotten; paths that lead outside are left out."""
    fsspec.register_implementation("file", _ShowingFileSystem, clobber=True)
    fsspec.register_implementation("local", _ShowingFileSystem, clobber=True)
    base = root.resolve().as_posix()
    folders: dict[str, list[Entry]] = defaultdict(list)
    shown = {base: _entry(base, "directory")}
    folders[base] = []
    for path in paths:
        parts = PurePosixPath(path).parts
        if path.startswith("/") or ".." in parts:
            continue
        for depth in range(1, len(parts) + 1):
            name = "/".join([base, *parts[:depth]])
            if name not in shown:
                shown[name] = _entry(name, "file" if depth == len(parts) else "directory")
                folders["/".join([base, *parts[: depth - 1]])].append(shown[name])
    with _lock:
        _shown.update(shown)
        _folders.update(folders)


def forget_files(folder: Path) -> None:
    """Forget what was shown below ``folder``."""
    base = folder.resolve().as_posix()
    with _lock:
        for known in (_shown, _folders):
            for name in [name for name in known if name.startswith(base)]:
                del known[name]


def _entry(name: str, kind: str) -> Entry:
    return {"name": name, "size": 0, "type": kind, "islink": False, "mtime": 0.0}
