"""Connecting: invalid addresses and proxies end the fetch with a message, and a cancel never waits."""

import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from fakes.fetching import RecordingMonitor, fetch_all
from fakes.hub import Hub, Repository
from fakes.timing import process_clock
from mistudio.core.errors import BadToken, HubUnreachable, JobCancelled


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub, without this machine's own token and proxies."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        yield running


@pytest.fixture
def tales(hub: Hub) -> Repository:
    """A repository with one file, which the Hub redirects to its store."""
    return hub.add("ada/tales", {"a.parquet": b"tale" * 1000})


@contextmanager
def run_server(*parts: bytes, seconds: float = 0.0) -> Iterator[str]:
    """Run a server that reads a request and sends ``parts`` with pauses between them; yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                try:
                    for part in parts:
                        connection.sendall(part)
                        time.sleep(seconds)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


INVALID_ORIGINS = [
    "ftp://store.test",
    "gopher://store.test",
    "file://",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:port",
    "http://[::1",
    f"http://{'a' * 70}.test",
    "https://.test",
]


@pytest.mark.parametrize("origin", INVALID_ORIGINS)
def test_a_redirect_to_an_invalid_address(hub: Hub, tales: Repository, tmp_path: Path, origin: str) -> None:
    """The Hub, or a proxy on the way, sent it."""
    hub.files_url = origin
    with pytest.raises(HubUnreachable) as refused:
        fetch_all(tales, tmp_path)
    assert refused.value.detail.endswith(".")


def test_an_invalid_endpoint(hub: Hub, tales: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message shows the setting with its typing error."""
    monkeypatch.setenv("HF_ENDPOINT", "htps://hub.test")
    with pytest.raises(HubUnreachable, match=re.escape("htps://hub.test")):
        fetch_all(tales, tmp_path)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"garbage\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 \r\n\r\n",
        b"SSH-2.0-x 200 y\r\n\r\n",
        b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        b"x" * 99_999,
    ],
)
def test_a_proxy_that_opens_no_tunnel(
    hub: Hub, tales: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    """Whatever it answers instead."""
    with run_server(answer) as proxy:
        monkeypatch.setenv("HF_ENDPOINT", "https://hub.test")
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        with pytest.raises(HubUnreachable, match=r"https://hub\.test"):
            fetch_all(tales, tmp_path, retries=1)


@pytest.mark.parametrize("proxy", ["http://me:secret@proxy.test:port", "http://me:secret@[::1", "http://"])
def test_a_proxy_with_an_invalid_address(
    hub: Hub, tales: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The message names the setting without its value, which may contain a password."""
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(HubUnreachable, match="HTTP_PROXY") as refused:
        fetch_all(tales, tmp_path)
    assert "secret" not in str(refused.value)


def test_a_cancel_does_not_wait_for_a_proxy(
    hub: Hub, tales: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for one whose answer never ends."""
    monitor = RecordingMonitor()
    with run_server(*[b"H"] * 60, seconds=0.05) as proxy:
        monkeypatch.setenv("HF_ENDPOINT", "https://hub.test")
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        threading.Timer(0.3, monitor.cancelled.set).start()
        with process_clock() as pace, pytest.raises(JobCancelled):
            fetch_all(tales, tmp_path, monitor=monitor, connect_seconds=30.0)
        assert pace.seconds < 1.3


@contextmanager
def run_full_server() -> Iterator[str]:
    """Run a server that completes no connection, as its queue is full; yield its address."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as queue:
        is_full = False
        while not is_full:
            client = queue.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
            is_full = not select.select([], [client], [], 0.5)[1]
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def run_silent_server() -> Iterator[str]:
    """Run a server that completes connections and never answers; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("server", "scheme"), [(run_full_server, "http"), (run_silent_server, "https")], ids=["connecting", "TLS handshake"]
)
def test_a_cancel_does_not_wait_for_a_connection(
    hub: Hub,
    tales: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: Callable[[], AbstractContextManager[str]],
    scheme: str,
) -> None:
    """Neither while connecting nor during the TLS handshake."""
    monitor = RecordingMonitor()
    with server() as address:
        monkeypatch.setenv("HF_ENDPOINT", f"{scheme}://{address}")
        threading.Timer(0.3, monitor.cancelled.set).start()
        with process_clock() as pace, pytest.raises(JobCancelled):
            fetch_all(tales, tmp_path, monitor=monitor, connect_seconds=30.0)
        assert pace.seconds < 1.3


@pytest.mark.parametrize("token", ["hf_a\r\nX-Evil: 1", "hf_a\nb", "hf_ä", "hf_日本", "hf a"])
def test_an_invalid_token_never_reaches_a_request(hub: Hub, tales: Repository, tmp_path: Path, token: str) -> None:
    """The error does not repeat it."""
    with pytest.raises(BadToken) as refused:
        fetch_all(tales, tmp_path, token=token)
    assert token not in str(refused.value)
    assert [] == hub.requests
