"""The test Hub: a real HTTP server with the two origins that the Hugging Face Hub has.

The first origin answers the API and ``resolve``; the second one has the LFS files at signed addresses that expire. A
test can read all requests (``requests``) and make them fail (``fault``).
"""

import contextlib
import hashlib
import hmac
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from fakes.hub.api_origin import ApiOrigin
from fakes.hub.exchange import Exchange, Record
from fakes.hub.faults import Fault, Faults, Origin
from fakes.hub.file_origin import FileOrigin
from fakes.hub.repository import Files, Kind, RepoFile, Repository, find_files


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:  # the base class says Any
        """Ignore clients that went away."""


class Hub:
    """A local Hub; use it as a context manager. ``rate`` limits every body, in bytes a second."""

    def __init__(self, *, rate: float | None = None, url_seconds: float = 3600.0) -> None:
        self.rate = rate
        self.url_seconds = url_seconds
        self.faults = Faults()
        self.requests: list[Record] = []
        self.connections: set[socket.socket] = set()
        self.page_entries = 1000
        self._repositories: dict[tuple[Kind, str], Repository] = {}
        self._renamed: dict[tuple[Kind, str], str] = {}
        self._tokens: dict[str, frozenset[str]] = {}
        self._files: dict[str, RepoFile] = {}
        self._key = secrets.token_bytes(16)
        self._stopped = threading.Event()
        self._servers: list[_Server] = []
        self._threads: list[threading.Thread] = []
        self.url = self.files_url = ""

    def start(self, *, port: int = 0) -> Self:
        """Listen on ``port`` (0: any); the second origin listens on any port."""
        self.url = self._listen("api", ApiOrigin, port)
        self.files_url = self._listen("files", FileOrigin, 0)
        return self

    def stop(self) -> None:
        """End every connection and close both origins."""
        self._stopped.set()
        for server in self._servers:
            server.shutdown()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for server in self._servers:
            server.server_close()
        for thread in self._threads:
            thread.join()
        self._servers.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        leaks = [record.path for record in self.requests if record.origin == "files" and record.authorized]
        assert leaks == [] or error is not None, f"The token reached the second origin: {leaks}"

    def _listen(self, origin: Origin, base: type[Exchange], port: int) -> str:
        handler = type(f"Bound{base.__name__}", (base,), {"hub": self, "origin": origin})
        server = _Server(("127.0.0.1", port), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self._servers.append(server)
        self._threads.append(thread)
        return f"http://127.0.0.1:{server.server_address[1]}"

    def add(
        self,
        repo_id: str,
        files: Files | Path,
        *,
        kind: Kind = "datasets",
        private: bool = False,
        gated: bool = False,
        disabled: bool = False,
        lfs: bool | None = None,
    ) -> Repository:
        """Add a repository with ``files`` (path → content, or a folder) on its branch ``main``."""
        repository = Repository(repo_id, kind, private=private, gated=gated, disabled=disabled)
        repository.commit(files if isinstance(files, Mapping) else find_files(files), lfs=lfs)
        self._repositories[kind, repo_id] = repository
        return repository

    def put(self, repository: Repository) -> None:
        """Have a repository that was made elsewhere."""
        self._repositories[repository.kind, repository.repo_id] = repository

    def add_token(self, token: str, *repo_ids: str) -> None:
        """Make ``token`` valid, with access to ``repo_ids`` in addition to public ones."""
        self._tokens[token] = frozenset(repo_ids)

    def rename(self, old: str, new: str, *, kind: Kind = "datasets") -> None:
        """Give a repository a new name; the old one redirects."""
        repository = self._repositories.pop((kind, old))
        repository.repo_id = new
        self._repositories[kind, new] = repository
        self._renamed[kind, old] = new

    def alias(self, bare: str, repo_id: str, *, kind: Kind = "datasets") -> None:
        """Redirect the name ``bare`` to ``repo_id``."""
        self._renamed[kind, bare] = repo_id

    def find(self, kind: Kind, repo_id: str) -> Repository | None:
        """Return the repository of exactly this name."""
        return self._repositories.get((kind, repo_id))

    def get_new_name(self, kind: Kind, repo_id: str) -> str | None:
        """Return the current name of a renamed repository."""
        return self._renamed.get((kind, repo_id))

    def is_token(self, token: str) -> bool:
        """Return whether the token is valid."""
        return token in self._tokens

    def has_access(self, token: str | None, repo_id: str) -> bool:
        """Return whether the token's owner was granted access."""
        return token is not None and repo_id in self._tokens.get(token, frozenset())

    def fault(self, path: str = "*", **what: Any) -> None:  # the fields of Fault
        """Switch on a fault; see ``Fault`` for its fields."""
        self.faults.add(Fault(path, **what))

    def record_request(self, record: Record) -> None:
        """Remember a request."""
        self.requests.append(record)

    def sleep(self, seconds: float) -> None:
        """Wait; raise ConnectionAbortedError when the Hub stops."""
        if seconds > 0 and self._stopped.wait(seconds):
            raise ConnectionAbortedError

    def find_requests(self, part: str = "", *, origin: Origin | None = None, method: str | None = None) -> list[Record]:
        """Return the requests so far whose path contains ``part``."""
        return [
            record
            for record in list(self.requests)
            if part in record.path and origin in (None, record.origin) and method in (None, record.method)
        ]

    def bytes_sent(self, *, origin: Origin | None = None) -> int:
        """Return how many bytes of bodies were sent so far."""
        return sum(record.bytes_sent for record in self.find_requests(origin=origin))

    def environment(self, home: Path) -> dict[str, str]:
        """Return the environment with which a process uses this Hub and no other."""
        return {"HF_ENDPOINT": self.url, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1"}

    def sign_address(self, file: RepoFile, path: str) -> str:
        """Return an address of ``file`` at the second origin, valid for ``url_seconds``."""
        self._files[file.sha256] = file
        location = f"/{file.sha256}/{quote(path.rsplit('/', maxsplit=1)[-1])}"
        expires = f"{time.time() + self.url_seconds:.3f}"
        return f"{self.files_url}{location}?Expires={expires}&Signature={self.compute_signature(location, expires)}"

    def compute_signature(self, location: str, expires: str) -> str:
        """Return the signature of a path and its time of expiry."""
        return hmac.new(self._key, f"{location}{expires}".encode(), hashlib.sha256).hexdigest()

    def find_file(self, sha256: str) -> RepoFile | None:
        """Return the LFS file of this checksum, if an address of it was signed."""
        return self._files.get(sha256)
