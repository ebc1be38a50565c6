"""Checksums of growing files: of a prefix, of the whole file, and by a thread behind the writer."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.timing import block_until
from mistudio.corpus.fetch.checksum import HashThread, PrefixHash
from mistudio.corpus.hub.plan_types import RemoteFile

CONTENT = bytes(index % 251 for index in range(3_000_000))
SHA256 = hashlib.sha256(CONTENT).hexdigest()
GIT_SHA1 = hashlib.sha1(b"blob %d\0" % len(CONTENT) + CONTENT).hexdigest()


def check_nothing() -> None:
    """A checkpoint that never raises."""


@pytest.fixture
def fd(tmp_path: Path) -> Iterator[int]:
    """The descriptor of a file with the content."""
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    with path.open("rb") as file:
        yield file.fileno()


@pytest.mark.parametrize(
    ("sha256", "git_sha1", "expected"),
    [
        (SHA256, None, True),
        (None, GIT_SHA1, True),
        (None, None, True),
        ("0" * 64, None, False),
        (None, "0" * 40, False),
        (SHA256, "0" * 40, True),
    ],
)
def test_a_file_is_checked_by_the_checksum_that_the_hub_has(
    fd: int, sha256: str | None, git_sha1: str | None, expected: bool
) -> None:
    """The sha256 if there is one, else git's sha1, else only the size."""
    prefix_hash = PrefixHash(RemoteFile("a", "train", len(CONTENT), sha256, git_sha1))
    assert not prefix_hash.is_correct()
    prefix_hash.catch_up(fd, len(CONTENT), check_nothing)
    assert (expected, SHA256) == (prefix_hash.is_correct(), prefix_hash.sha256)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(prefixes=st.lists(st.integers(0, len(CONTENT)), max_size=5))
def test_a_prefix_is_hashed_in_any_steps(fd: int, prefixes: list[int]) -> None:
    """A shorter prefix than before changes nothing."""
    prefix_hash = PrefixHash(RemoteFile("a", "train", len(CONTENT), SHA256))
    for prefix in prefixes:
        prefix_hash.catch_up(fd, prefix, check_nothing)
    longest = max(prefixes, default=0)
    assert longest == prefix_hash.position
    assert hashlib.sha256(CONTENT[:longest]).hexdigest() == prefix_hash.sha256
    prefix_hash.restart()
    assert (0, hashlib.sha256().hexdigest()) == (prefix_hash.position, prefix_hash.sha256)


def test_a_file_that_is_too_short_is_an_error(fd: int) -> None:
    """The journal claimed bytes that are not on disk."""
    prefix_hash = PrefixHash(RemoteFile("a", "train", len(CONTENT) + 1, SHA256))
    with pytest.raises(OSError, match="ends before byte 3,000,001"):
        prefix_hash.catch_up(fd, len(CONTENT) + 1, check_nothing)


def test_a_thread_hashes_up_to_its_goal(fd: int) -> None:
    """And no further, until it gets another goal."""
    prefix_hash = PrefixHash(RemoteFile("a", "train", len(CONTENT), SHA256))
    thread = HashThread(prefix_hash, fd, check_nothing)
    thread.extend_to(1_000_000)
    block_until(lambda: prefix_hash.position == 1_000_000)
    thread.wait(len(CONTENT), check_nothing)
    thread.stop()
    assert prefix_hash.is_correct()


def test_a_wait_raises_the_threads_error(fd: int) -> None:
    """The thread has ended then."""
    prefix_hash = PrefixHash(RemoteFile("a", "train", len(CONTENT) + 1, SHA256))
    thread = HashThread(prefix_hash, fd, check_nothing)
    with pytest.raises(OSError, match="ends before byte"):
        thread.wait(len(CONTENT) + 1, check_nothing)
    thread.stop()


def test_a_cancel_ends_the_thread(fd: int) -> None:
    """Its checkpoint raises."""

    def cancel() -> None:
        raise KeyError("cancelled")

    thread = HashThread(PrefixHash(RemoteFile("a", "train", len(CONTENT), SHA256)), fd, cancel)
    with pytest.raises(KeyError, match="cancelled"):
        thread.wait(len(CONTENT), check_nothing)
    thread.stop()
