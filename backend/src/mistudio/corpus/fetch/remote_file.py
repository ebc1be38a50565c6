"""Where a file's bytes come from: the Hub's ``resolve`` address, and the signed address at another origin behind it.

The token goes to the Hub's own origin and nowhere else. A signed address is kept for all ranges of a file until it is
refused, and then asked for anew. Every answer is compared with the plan: a pinned commit does not change.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, cast
from urllib.parse import SplitResult, quote, urljoin

from mistudio.core.errors import HubUnreachable, SourceChanged
from mistudio.corpus.fetch.connection import Connections
from mistudio.corpus.fetch.http import Response
from mistudio.corpus.fetch.route import parse_web_address
from mistudio.corpus.hub.errors import Refusal, refusal_error, require_sendable
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.utils.hf_utils import hub_endpoint, hub_headers

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS: Final = 5
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class RangeIgnored(Exception):
    """The server sends the whole file where a part was asked for."""


@dataclass(frozen=True)
class Repository:
    """The dataset repository at one commit, and the token with which to ask for it."""

    repo_id: str
    revision: str
    token: str | None = field(repr=False)

    @cached_property
    def headers(self) -> dict[str, str]:
        """What the Hub is told with every request; raises BadToken for what cannot be one."""
        require_sendable(self.token)
        headers = hub_headers(self.token)
        # Without a token it is the server owner's own, from wherever that is kept.
        require_sendable(headers.get("authorization", "").removeprefix("Bearer "))
        return {**headers, "Accept-Encoding": "identity"}

    def address(self, path: str) -> str:
        """The ``resolve`` address of a file."""
        return f"{hub_endpoint()}/datasets/{self.repo_id}/resolve/{quote(self.revision, safe='')}/{quote(path)}"


@dataclass(frozen=True)
class Body:
    """An answer that carries the bytes that were asked for, and where it came from."""

    response: Response
    address: SplitResult


class RangeReader:
    """One file of a repository, opened at any byte by any worker."""

    def __init__(self, repository: Repository, source: RemoteFile) -> None:
        self._repository = repository
        self._source = source
        self._home = parse_web_address(repository.address(source.path))
        self._signed: SplitResult | None = None
        self._lock = threading.Lock()

    def open(self, connections: Connections, start: int, end: int) -> Body:
        """The bytes ``start`` to ``end``; asked for as a range unless they are the whole file.

        Raises TransportError, RangeIgnored, SourceChanged, or the error for what the Hub refused.
        """
        whole = start == 0 and end == self._source.size
        wanted = {} if whole else {"Range": f"bytes={start}-{end - 1}"}
        body = self._from_signed(connections, wanted) or self._from_hub(connections, wanted)
        try:
            self._check_range(body.response, start, end)
        except BaseException:
            connections.release(body.address, body.response)
            raise
        return body

    def _from_signed(self, connections: Connections, wanted: Mapping[str, str]) -> Body | None:
        with self._lock:
            signed = self._signed
        if signed is None:
            return None
        response = connections.get(signed, {"Accept-Encoding": "identity", **wanted})
        if response.status < 400 or response.status in (416, 429) or response.status >= 500:
            return self._accept(connections, signed, response, authorized=False)
        _discard(connections, signed, response)
        with self._lock:
            self._signed = None if self._signed == signed else self._signed
        return None

    def _from_hub(self, connections: Connections, wanted: Mapping[str, str]) -> Body:
        address = self._home
        for _ in range(_MAX_REDIRECTS):
            is_home = _origin(address) == _origin(self._home)
            headers = self._repository.headers if is_home else {"Accept-Encoding": "identity"}
            response = connections.get(address, {**headers, **wanted})
            if is_home:
                self._check_identity(connections, address, response)
            if response.status not in _REDIRECTS:
                return self._arrived(connections, address, response, is_home=is_home)
            _discard(connections, address, response)
            address = _target(address, response)
        raise HubUnreachable("The Hub sends this download in circles: try again in a while.")

    def _arrived(self, connections: Connections, address: SplitResult, response: Response, *, is_home: bool) -> Body:
        if not is_home and 400 <= response.status < 500 and response.status not in (416, 429):
            _discard(connections, address, response)
            raise HubUnreachable(f"The Hub's file store refused a fresh address ({response.status}): try again.")
        body = self._accept(connections, address, response, authorized=is_home)
        if not is_home:
            with self._lock:
                self._signed = address
        return body

    def _accept(self, connections: Connections, address: SplitResult, response: Response, *, authorized: bool) -> Body:
        if response.status in (200, 206):
            return Body(response, address)
        _discard(connections, address, response)
        if response.status == 416:
            raise self._changed()
        sent_token = authorized and "authorization" in self._repository.headers
        # typeshed does not know that the headers are a mapping.
        headers = cast("Mapping[str, str]", response.headers)
        refusal = Refusal.of(response.status, headers, authorized=sent_token)
        raise refusal_error(refusal, self._repository.repo_id, pinned=True)

    def _check_identity(self, connections: Connections, address: SplitResult, response: Response) -> None:
        etag = response.headers.get("X-Linked-Etag") or response.headers.get("ETag")
        size = response.headers.get("X-Linked-Size")
        known = {self._source.sha256, self._source.git_sha1} - {None}
        if response.status >= 400 or etag is None or "X-Repo-Commit" not in response.headers:
            return
        if (known and normalized_etag(etag) not in known) or size not in (None, str(self._source.size)):
            _discard(connections, address, response)
            raise self._changed()

    def _check_range(self, response: Response, start: int, end: int) -> None:
        if response.status == 200:
            if start or end != self._source.size:
                raise RangeIgnored
            if response.length not in (None, self._source.size):
                raise self._changed()
            return
        told = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if told is None or int(told[1]) != start or int(told[3]) != self._source.size:
            raise self._changed()

    def _changed(self) -> SourceChanged:
        return SourceChanged(
            f"{self._source.path} of {self._repository.repo_id} is not what it was when this download was planned: "
            "delete it and start again."
        )


def normalized_etag(etag: str) -> str:
    """An ETag without its quotes and without the mark of a weak one."""
    return etag.removeprefix("W/").strip('"')


def _origin(address: SplitResult) -> tuple[str, str]:
    return (address.scheme, address.netloc)


def _target(address: SplitResult, redirect: Response) -> SplitResult:
    location = redirect.headers.get("Location", "")
    try:
        return parse_web_address(urljoin(address.geturl(), location))
    except ValueError:
        # Brackets that do not match: urljoin itself cannot read it.
        return parse_web_address(location)


def _discard(connections: Connections, address: SplitResult, response: Response) -> None:
    response.drain()
    connections.release(address, response)
