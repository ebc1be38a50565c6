"""The fetcher on a real network's protocols: a Hub that speaks TLS, straight and through a proxy that digs tunnels."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fakes.fetching import fetch_all
from fakes.hub import Hub
from fakes.wire import Authority, Wire, wire
from mistudio.core.errors import HubUnreachable
from mistudio.corpus.fetch.connection import tls_context

CONTENT = bytes(range(256)) * 40_000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with one file of several ranges, and a client without proxies and without certificates of before."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    tls_context.cache_clear()
    with Hub() as running:
        running.add("ada/tales", {"a.parquet": CONTENT, "notes.txt": "few\n"}, gated=True)
        running.add_token("hf_ada", "ada/tales")
        yield running
    tls_context.cache_clear()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """It vouches for a Hub and its store, and for this machine by name."""
    return Authority.make(tmp_path_factory.mktemp("authority"), "localhost", "hub.test", "store.test")


@pytest.fixture
def lines() -> Iterator[Wire]:
    """Listeners."""
    with wire() as running:
        yield running


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def _fetched(hub: Hub, folder: Path) -> dict[str, bytes]:
    repository = hub.find("datasets", "ada/tales")
    assert repository is not None
    files = fetch_all(repository, folder, token="hf_ada", retries=1)
    return {file.source.path: file.path.read_bytes() for file in files}


def test_a_hub_that_speaks_tls(
    hub: Hub, lines: Wire, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several ranges at once, each on a connection whose certificate is checked; a stranger's is refused, and so is
    one of another name.
    """
    secured = lines.secured(_port(hub.url), authority)
    hub.files_url = f"https://localhost:{lines.secured(_port(hub.files_url), authority)}"
    monkeypatch.setenv("HF_ENDPOINT", f"https://localhost:{secured}")
    with pytest.raises(HubUnreachable):
        _fetched(hub, tmp_path / "untrusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    tls_context.cache_clear()
    assert {"a.parquet": CONTENT, "notes.txt": b"few\n"} == _fetched(hub, tmp_path / "trusted")
    assert len(hub.seen(origin="files", method="GET")) > 1
    monkeypatch.setenv("HF_ENDPOINT", f"https://127.0.0.1:{secured}")
    with pytest.raises(HubUnreachable):
        _fetched(hub, tmp_path / "misnamed")


def test_a_hub_behind_a_proxy(
    hub: Hub, lines: Wire, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hub and store are reached through tunnels, TLS within; a proxy that wants another password is told apart."""
    ports = {
        "hub.test:443": lines.secured(_port(hub.url), authority),
        "store.test:443": lines.secured(_port(hub.files_url), authority),
    }
    proxy = lines.proxy(ports, credentials="me:secret")
    hub.files_url = "https://store.test"
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:wrong@127.0.0.1:{proxy}")
    with pytest.raises(HubUnreachable):
        _fetched(hub, tmp_path / "refused")
    assert [] == lines.tunnels
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{proxy}")
    assert {"a.parquet": CONTENT, "notes.txt": b"few\n"} == _fetched(hub, tmp_path / "fetched")
    assert set(ports) == set(lines.tunnels)
