"""``mistudio.utils.locks``: who waits for a lock, and what the lock is on afterwards."""

import threading
from pathlib import Path

import pytest

from fakes.timing import TIMEOUT
from mistudio.utils.locks import LOCK_NAME, empty_folder, lock_file, lock_folder


class StoppedWaiting(Exception):
    """The checkpoint stopped the wait."""


def names(folder: Path) -> list[str]:
    """The names in a folder."""
    return [path.name for path in folder.iterdir()]


def stop_waiting() -> None:
    """A checkpoint that does not allow waiting."""
    raise StoppedWaiting


def test_one_process_at_a_time_has_a_folder(tmp_path: Path) -> None:
    """A second one waits until its checkpoint raises; after the block the folder is free."""
    with lock_folder(tmp_path / "work", stop_waiting):
        with pytest.raises(StoppedWaiting), lock_folder(tmp_path / "work", stop_waiting):
            pass
        with lock_folder(tmp_path / "other", stop_waiting):
            assert [LOCK_NAME] == names(tmp_path / "other")
    with lock_folder(tmp_path / "work", stop_waiting):
        assert [LOCK_NAME] == names(tmp_path / "work")


def test_waiting_for_a_folder_that_moves_away_ends_with_a_new_one(tmp_path: Path) -> None:
    """The lock of the moved folder does not count as the lock of the new one."""
    folder, waits, has_lock = tmp_path / "work", threading.Event(), threading.Event()

    def wait_for_lock() -> None:
        with lock_folder(folder, waits.set):
            has_lock.set()

    waiting = threading.Thread(target=wait_for_lock)
    with lock_folder(folder, stop_waiting):
        (folder / "made").touch()
        waiting.start()
        assert waits.wait(TIMEOUT)
        folder.rename(tmp_path / "done")
        assert has_lock.wait(TIMEOUT)
        waiting.join()
    assert [LOCK_NAME] == names(folder)
    assert {LOCK_NAME, "made"} == set(names(tmp_path / "done"))


def test_emptying_a_folder_keeps_its_lock(tmp_path: Path) -> None:
    """Files, folders and links go; the folder stays locked."""
    with lock_folder(tmp_path, stop_waiting):
        (tmp_path / "folder" / "deep").mkdir(parents=True)
        (tmp_path / "file").touch()
        (tmp_path / "link").symlink_to(tmp_path / "folder")
        empty_folder(tmp_path)
        assert [LOCK_NAME] == names(tmp_path)
        with pytest.raises(StoppedWaiting):
            lock_file(tmp_path / LOCK_NAME, stop_waiting)
