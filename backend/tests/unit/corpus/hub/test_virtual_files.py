"""Virtual files: fsspec sees them below their folder, and the real file system elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import fsspec  # type: ignore[import-untyped]  # fsspec ships no types
import pytest

from mistudio.corpus.hub.virtual_files import PREFIX, add_virtual_files, remove_virtual_files


@pytest.fixture
def folder() -> Iterator[Path]:
    """A planning folder."""
    with TemporaryDirectory(prefix=PREFIX) as path:
        yield Path(path).resolve()
        remove_virtual_files(Path(path))


def test_virtual_files_and_their_folders_are_listed(folder: Path) -> None:
    """Nothing of them is on disk."""
    add_virtual_files(folder, ["README.md", "data/a/1.csv", "data/a/2.csv"])
    files = fsspec.filesystem("file")

    assert [f"{folder}/README.md", f"{folder}/data"] == sorted(files.ls(str(folder)))
    assert ["file", "file"] == [entry["type"] for entry in files.ls(f"{folder}/data/a", detail=True)]
    assert "directory" == files.info(f"{folder}/data")["type"]
    assert files.isfile(f"{folder}/data/a/1.csv")
    assert files.isdir(f"{folder}/data/a")
    assert not files.isfile(f"{folder}/data/a")
    assert [f"{folder}/data/a/{number}.csv" for number in (1, 2)] == files.glob(f"{folder}/data/**/*.csv")
    assert [] == list(folder.iterdir())


def test_paths_that_lead_outside_are_left_out(folder: Path) -> None:
    """Absolute ones, and those with two dots."""
    add_virtual_files(folder, ["/etc/x.csv", "../x.csv", "a/../../x.csv", "a.csv"])
    assert [f"{folder}/a.csv"] == fsspec.filesystem("file").ls(str(folder))


def test_a_missing_path_is_not_found(folder: Path) -> None:
    """Also if it exists on disk, and after the files were removed."""
    add_virtual_files(folder, ["a.csv"])
    (folder / "real.csv").write_text("x")
    files = fsspec.filesystem("file")
    for path in ("real.csv", "b"):
        with pytest.raises(FileNotFoundError):
            files.info(f"{folder}/{path}")
        with pytest.raises(FileNotFoundError):
            files.ls(f"{folder}/{path}")
    remove_virtual_files(folder)
    assert not files.isfile(f"{folder}/a.csv")


def test_other_folders_are_those_of_the_disk(folder: Path, tmp_path: Path) -> None:
    """The same file system answers for both."""
    add_virtual_files(folder, ["a.csv"])
    (tmp_path / "real.csv").write_text("x")
    files = fsspec.filesystem("file")
    assert [str(tmp_path / "real.csv")] == files.ls(str(tmp_path))
    assert files.isfile(str(tmp_path / "real.csv"))
    assert files.isdir(str(tmp_path))
    assert 1 == files.info(str(tmp_path / "real.csv"))["size"]
