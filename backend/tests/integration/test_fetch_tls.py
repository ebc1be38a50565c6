"""The fetcher with TLS, directly and through a proxy's tunnels."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fakes.fetching import fetch_all
from fakes.hub import Hub
from fakes.wire import Authority, Network, open_network
from mistudio.core.errors import HubUnreachable
from mistudio.corpus.fetch.connection import tls_context

CONTENT = bytes(range(256)) * 40_000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with a file of several ranges, and a client without proxies or cached certificates."""
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
    """An authority for the Hub, its store, and localhost."""
    return Authority.make(tmp_path_factory.mktemp("authority"), "localhost", "hub.test", "store.test")


@pytest.fixture
def network() -> Iterator[Network]:
    """TLS servers and proxies."""
    with open_network() as running:
        yield running


def _get_port(url: str) -> int:
    return urlsplit(url).port or 0


def _fetch(hub: Hub, folder: Path) -> dict[str, bytes]:
    repository = hub.find("datasets", "ada/tales")
    assert repository is not None
    files = fetch_all(repository, folder, token="hf_ada", retries=1)
    return {file.source.path: file.path.read_bytes() for file in files}


def test_a_hub_with_tls(
    hub: Hub, network: Network, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every range's connection checks the certificate: untrusted ones are refused, and those of another name."""
    port = network.add_tls(_get_port(hub.url), authority)
    hub.files_url = f"https://localhost:{network.add_tls(_get_port(hub.files_url), authority)}"
    monkeypatch.setenv("HF_ENDPOINT", f"https://localhost:{port}")
    with pytest.raises(HubUnreachable):
        _fetch(hub, tmp_path / "untrusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    tls_context.cache_clear()
    assert {"a.parquet": CONTENT, "notes.txt": b"few\n"} == _fetch(hub, tmp_path / "trusted")
    assert len(hub.find_requests(origin="files", method="GET")) > 1
    monkeypatch.setenv("HF_ENDPOINT", f"https://127.0.0.1:{port}")
    with pytest.raises(HubUnreachable):
        _fetch(hub, tmp_path / "misnamed")


def test_a_hub_behind_a_proxy(
    hub: Hub, network: Network, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fetcher reaches Hub and store through tunnels with TLS inside; a wrong password ends the fetch."""
    ports = {
        "hub.test:443": network.add_tls(_get_port(hub.url), authority),
        "store.test:443": network.add_tls(_get_port(hub.files_url), authority),
    }
    proxy = network.add_proxy(ports, credentials="me:secret")
    hub.files_url = "https://store.test"
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:wrong@127.0.0.1:{proxy}")
    with pytest.raises(HubUnreachable):
        _fetch(hub, tmp_path / "refused")
    assert [] == network.tunnels
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{proxy}")
    assert {"a.parquet": CONTENT, "notes.txt": b"few\n"} == _fetch(hub, tmp_path / "fetched")
    assert set(ports) == set(network.tunnels)
