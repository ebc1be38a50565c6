"""Locks on files and folders: who waits, and what is there when the waiting is over."""

import threading
from pathlib import Path

import pytest

from fakes.pace import PATIENCE
from mistudio.utils.locks import LOCK_NAME, empty_folder, lock_file, owned_folder


class GivenUp(Exception):
    """Who waits was told to stop."""


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return [path.name for path in folder.iterdir()]


def give_up() -> None:
    """Wait for nobody."""
    raise GivenUp


def test_one_owner_at_a_time(tmp_path: Path) -> None:
    """A second one waits until it is told to stop; afterwards the folder is free."""
    with owned_folder(tmp_path / "work", give_up):
        with pytest.raises(GivenUp), owned_folder(tmp_path / "work", give_up):
            pass
        with owned_folder(tmp_path / "other", give_up):
            assert [LOCK_NAME] == names(tmp_path / "other")
    with owned_folder(tmp_path / "work", give_up):
        assert [LOCK_NAME] == names(tmp_path / "work")


def test_who_waited_for_a_folder_that_moved_away_owns_a_new_one(tmp_path: Path) -> None:
    """The lock of the old one is nobody's any more, and is not mistaken for the new one's."""
    folder, waits, owns = tmp_path / "work", threading.Event(), threading.Event()

    def wait_and_own() -> None:
        with owned_folder(folder, waits.set):
            owns.set()

    waiting = threading.Thread(target=wait_and_own)
    with owned_folder(folder, give_up):
        (folder / "made").touch()
        waiting.start()
        assert waits.wait(PATIENCE)
        folder.rename(tmp_path / "done")
        assert owns.wait(PATIENCE)
        waiting.join()
    assert [LOCK_NAME] == names(folder)
    assert {LOCK_NAME, "made"} == set(names(tmp_path / "done"))


def test_emptying_leaves_the_owner_its_lock(tmp_path: Path) -> None:
    """Files, folders and links go; nobody else comes in."""
    with owned_folder(tmp_path, give_up):
        (tmp_path / "folder" / "deep").mkdir(parents=True)
        (tmp_path / "file").touch()
        (tmp_path / "link").symlink_to(tmp_path / "folder")
        empty_folder(tmp_path)
        assert [LOCK_NAME] == names(tmp_path)
        with pytest.raises(GivenUp):
            lock_file(tmp_path / LOCK_NAME, give_up)
