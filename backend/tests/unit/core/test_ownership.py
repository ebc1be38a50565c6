"""``mistudio.core.ownership``: one server per DATA_DIR, and where it answers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.file_limit import file_limit
from mistudio.core.ownership import AlreadyServed, DataDirLock, find_server_url

HOLD = """
import sys
from pathlib import Path
from mistudio.core.ownership import DataDirLock
lock = DataDirLock(Path(sys.argv[1]))
lock.acquire()
lock.announce("http://127.0.0.1:1")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_server_is_refused_by_name(tmp_path: Path) -> None:
    """The message names the process that serves the folder, and what to do."""
    first, second = DataDirLock(tmp_path / "data"), DataDirLock(tmp_path / "data")
    first.acquire()
    first.acquire()
    with pytest.raises(AlreadyServed, match=f"Process {os.getpid()} already serves .*set another DATA_DIR"):
        second.acquire()
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_commands_find_the_server_once_it_answers(tmp_path: Path) -> None:
    """Before its announcement and after its end there is none."""
    lock = DataDirLock(tmp_path)
    lock.announce("http://127.0.0.1:1")
    assert find_server_url(tmp_path) is None
    lock.acquire()
    assert find_server_url(tmp_path) is None
    lock.announce("http://127.0.0.1:1")
    assert "http://127.0.0.1:1" == find_server_url(tmp_path)
    lock.release()
    assert find_server_url(tmp_path) is None


def test_a_killed_server_leaves_its_folder_free(tmp_path: Path) -> None:
    """The kernel releases the lock, and the old address counts no more."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert b"held\n" == server.stdout.readline()
        assert "http://127.0.0.1:1" == find_server_url(tmp_path)
        server.kill()
    assert find_server_url(tmp_path) is None
    lock = DataDirLock(tmp_path)
    lock.acquire()
    lock.release()


def test_a_full_disk_does_not_keep_the_lock(tmp_path: Path) -> None:
    """The write fails once: releasing the lock does not write again, and the next server takes it."""
    lock, second = DataDirLock(tmp_path), DataDirLock(tmp_path)
    with file_limit(0), pytest.raises(OSError, match="too large"):
        lock.acquire()
    lock.acquire()
    with file_limit(0):
        with pytest.raises(OSError, match="too large"):
            lock.announce("http://127.0.0.1:1")
        lock.release()
    second.acquire()
    second.release()
