"""``mistudio.utils.file_utils``: sizes, safe deletion, atomic writes."""

import hashlib
from pathlib import Path

import pytest

from mistudio.utils.file_utils import (
    atomic_path,
    delete_directory,
    ensure_dir,
    format_size,
    free_bytes,
    fsync_directory,
    get_directory_size,
    replace_file,
    sha256_file,
    write_bytes_atomic,
)


def test_ensure_dir_makes_parents_and_accepts_an_existing_folder(tmp_path: Path) -> None:
    """A second call changes nothing; a file in its place is an error."""
    folder = tmp_path / "a" / "b"
    assert folder == ensure_dir(folder) == ensure_dir(folder)
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        ensure_dir(tmp_path / "file")


def test_sizes_count_files_and_follow_no_links(tmp_path: Path) -> None:
    """Files of all depths count; links and missing folders count 0."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"1" * 10)
    (tmp_path / "a" / "b" / "two").write_bytes(b"2" * 5)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "link").symlink_to(tmp_path / "a" / "one")
    assert 15 == get_directory_size(tmp_path / "a")
    assert 0 == get_directory_size(tmp_path / "none")


def test_a_folder_below_the_root_is_deleted(tmp_path: Path) -> None:
    """It returns the bytes freed, removes links but not their targets, and returns 0 the second time."""
    folder, kept = tmp_path / "root" / "x" / "ds", tmp_path / "kept"
    folder.mkdir(parents=True)
    (folder / "f").write_bytes(b"123")
    kept.write_bytes(b"keep")
    (folder / "link").symlink_to(kept)
    assert 3 == delete_directory(folder, root=tmp_path / "root")
    assert b"keep" == kept.read_bytes()
    assert not folder.exists()
    assert 0 == delete_directory(folder, root=tmp_path / "root")


def test_nothing_else_is_deleted(tmp_path: Path) -> None:
    """The root itself, folders outside it, links, paths that leave it by a link or dots, and files are refused."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (outside / "inner").mkdir(parents=True)
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "file").touch()
    for path in (
        root,
        outside,
        root / "link",
        root / "link" / "inner",
        root / ".." / "outside",
        root / "file",
        root / "..",
    ):
        with pytest.raises(ValueError, match="is"):
            delete_directory(path, root=root)
    assert (outside / "inner").is_dir()


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 B"),
        (1_023, "1023 B"),
        (1_024, "1.0 KB"),
        (450 * 1024**2, "450.0 MB"),
        (int(2.3 * 1024**3), "2.3 GB"),
        (1024**2 - 1, "1.0 MB"),
        (1024**4, "1.0 TB"),
        (5_000 * 1024**5, "5000.0 PB"),
    ],
)
def test_sizes_are_shown_with_a_1024_divisor(size: int, expected: str) -> None:
    """One decimal, whole bytes, a space before the unit, and never 1024.0 of a unit."""
    assert expected == format_size(size)


def test_an_atomic_write_is_complete_or_absent(tmp_path: Path) -> None:
    """A block that raises leaves the old file and no temporary one."""
    target = tmp_path / "file"
    write_bytes_atomic(target, b"old")

    def fail() -> None:
        with atomic_path(target) as path:
            path.write_bytes(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (b"old", ["file"]) == (target.read_bytes(), [path.name for path in tmp_path.iterdir()])
    write_bytes_atomic(target, b"new")
    assert hashlib.sha256(b"new").hexdigest() == sha256_file(target)


def test_a_file_moves_over_another(tmp_path: Path) -> None:
    """The target has the content of the source, which is gone."""
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    replace_file(tmp_path / "a", tmp_path / "b")
    fsync_directory(tmp_path)
    assert (b"a", False) == ((tmp_path / "b").read_bytes(), (tmp_path / "a").exists())
    assert free_bytes(tmp_path / "not" / "yet") > 0


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_a_file_moves_from_another_disk(tmp_path: Path) -> None:
    """It is copied beside the target first, then renamed."""
    source = Path("/dev/shm") / f"mistudio-{tmp_path.name}"
    source.write_bytes(b"far")
    try:
        replace_file(source, tmp_path / "near")
    finally:
        source.unlink(missing_ok=True)
    assert ["near"] == [path.name for path in tmp_path.iterdir()]
    assert b"far" == (tmp_path / "near").read_bytes()
