"""Ranges of a remote file: from a signed address, compared with the plan, with the token for the Hub only."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from fakes.fetching import QUICK, list_files
from fakes.hub import Hub, Repository
from mistudio.core.errors import BadToken, SourceChanged
from mistudio.corpus.fetch.connection import Connections, Interrupter
from mistudio.corpus.fetch.remote_file import PinnedRepository, RangeIgnored, RangeReader, normalize_etag

CONTENT = b"0123456789"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub, without this machine's own token and proxies."""
    for name in ("HTTP_PROXY", "ALL_PROXY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        yield running


@pytest.fixture
def tales(hub: Hub) -> Repository:
    """A repository with a file in LFS and one in git."""
    return hub.add("ada/tales", {"a.parquet": CONTENT, "b.txt": CONTENT})


@pytest.fixture
def connections() -> Iterator[Connections]:
    """One worker's connections."""
    with closing(Connections(QUICK, Interrupter())) as running:
        yield running


def make_reader(repository: Repository, number: int = 0, *, size: int | None = None) -> RangeReader:
    """Return a reader of the repository's file of this number, of another size in the plan if given."""
    file = list_files(repository)[number]
    planned = file if size is None else replace(file, size=size)
    return RangeReader(PinnedRepository(repository.repo_id, repository.refs["main"], None), planned)


def read_range(reader: RangeReader, connections: Connections, start: int, end: int) -> bytes:
    """Read a range."""
    body = reader.open(connections, start, end)
    buffer = memoryview(bytearray(100))
    content = bytes(buffer[: body.response.fill(buffer)])
    connections.release(body.address, body.response)
    return content


@pytest.mark.parametrize("number", [0, 1])
def test_ranges_and_the_whole_file(tales: Repository, connections: Connections, number: int) -> None:
    """From LFS and from git."""
    reader = make_reader(tales, number)
    assert [CONTENT[2:5], CONTENT, CONTENT[9:]] == [
        read_range(reader, connections, start, end) for start, end in ((2, 5), (0, 10), (9, 10))
    ]


def test_a_signed_address_serves_all_ranges(hub: Hub, tales: Repository, connections: Connections) -> None:
    """Until the store refuses it: then the Hub signs another one."""
    reader = make_reader(tales)
    for start in range(3):
        read_range(reader, connections, start, 10)
    assert (1, 3) == (len(hub.find_requests(origin="api")), len(hub.find_requests(origin="files")))
    hub.fault(origin="files", status=403, times=1)
    read_range(reader, connections, 3, 10)
    assert 2 == len(hub.find_requests(origin="api"))


def test_the_whole_file_in_place_of_a_range_is_noticed(hub: Hub, tales: Repository, connections: Connections) -> None:
    """A server without ranges."""
    hub.fault(origin="files", no_range=True)
    with pytest.raises(RangeIgnored):
        make_reader(tales).open(connections, 2, 10)
    assert CONTENT == read_range(make_reader(tales), connections, 0, 10)


@pytest.mark.parametrize(
    ("fault", "size"),
    [({"origin": "api", "etag": "0" * 64}, None), ({}, 9), ({}, 11), ({"origin": "files", "truncate_to": 4}, None)],
)
def test_a_file_that_differs_from_the_plan_is_refused(
    hub: Hub, tales: Repository, connections: Connections, fault: dict[str, Any], size: int | None
) -> None:
    """By its checksum, its size, or the size of its range."""
    hub.fault(**fault)
    with pytest.raises(SourceChanged, match=r"a\.parquet of ada/tales has changed"):
        make_reader(tales, size=size).open(connections, 2, size or 10)


def test_the_token_is_in_no_repr_and_must_fit_into_a_header() -> None:
    """Tracebacks and logs show the repr."""
    assert "hf_secret" not in repr(PinnedRepository("ada/tales", "c0ffee", "hf_secret"))
    with pytest.raises(BadToken):
        _ = PinnedRepository("ada/tales", "c0ffee", "hf_a\r\nX-Evil: 1").headers


def test_an_address_quotes_revision_and_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision may have a slash, a path any character."""
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.test/")
    repository = PinnedRepository("ada/tales", "wip/next", None)
    assert "https://hub.test/datasets/ada/tales/resolve/wip%2Fnext/a/b%20%3F.csv" == (
        repository.resolve_address("a/b ?.csv")
    )


@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"', "abc"])
def test_an_etag_has_quotes_or_none(etag: str) -> None:
    """A weak one has a prefix."""
    assert "abc" == normalize_etag(etag)
