"""Opens ranges of a file: at the Hub's ``resolve`` address, or at the signed address to which it redirects.

The token goes to the Hub's own origin and nowhere else. A signed address is used for all ranges of a file until the
store refuses it; then the Hub is asked for a new one. Every answer is compared with the plan, as a pinned commit does
not change.
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
from mistudio.corpus.hub.errors import Refusal, refusal_error, require_sendable_token
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.utils.hf_utils import hub_endpoint, hub_headers

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS: Final = 5
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class RangeIgnored(Exception):
    """The server sends the whole file although a range was requested."""


@dataclass(frozen=True)
class PinnedRepository:
    """A dataset repository at one commit, and the token that opens it."""

    repo_id: str
    revision: str
    token: str | None = field(repr=False)

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers of every request to the Hub; raises BadToken for a token that no header can carry."""
        require_sendable_token(self.token)
        headers = hub_headers(self.token)
        # Without a token the Hub's client adds the server owner's own one.
        require_sendable_token(headers.get("authorization", "").removeprefix("Bearer "))
        return {**headers, "Accept-Encoding": "identity"}

    def resolve_address(self, path: str) -> str:
        """Return the ``resolve`` address of a file."""
        return f"{hub_endpoint()}/datasets/{self.repo_id}/resolve/{quote(self.revision, safe='')}/{quote(path)}"


@dataclass(frozen=True)
class Body:
    """A response with the requested bytes, and the address that sent it."""

    response: Response
    address: SplitResult


class RangeReader:
    """Opens ranges of one file of a repository, for any worker."""

    def __init__(self, repository: PinnedRepository, source: RemoteFile) -> None:
        self._repository = repository
        self._source = source
        self._hub_address = parse_web_address(repository.resolve_address(source.path))
        self._signed: SplitResult | None = None
        self._lock = threading.Lock()

    def open(self, connections: Connections, start: int, end: int) -> Body:
        """Request the bytes ``start`` to ``end``, as a range unless they are the whole file.

        Raises TransportError, RangeIgnored, SourceChanged, or the error for the Hub's refusal.
        """
        whole = start == 0 and end == self._source.size
        range_header = {} if whole else {"Range": f"bytes={start}-{end - 1}"}
        body = self._request_from_store(connections, range_header) or self._request_from_hub(connections, range_header)
        try:
            self._check_range(body.response, start, end)
        except BaseException:
            connections.release(body.address, body.response)
            raise
        return body

    def _request_from_store(self, connections: Connections, range_header: Mapping[str, str]) -> Body | None:
        with self._lock:
            signed = self._signed
        if signed is None:
            return None
        response = connections.get(signed, {"Accept-Encoding": "identity", **range_header})
        if response.status < 400 or response.status in (416, 429) or response.status >= 500:
            return self._accept(connections, signed, response, authorized=False)
        _discard(connections, signed, response)
        with self._lock:
            self._signed = None if self._signed == signed else self._signed
        return None

    def _request_from_hub(self, connections: Connections, range_header: Mapping[str, str]) -> Body:
        address = self._hub_address
        for _ in range(_MAX_REDIRECTS):
            is_hub = _origin(address) == _origin(self._hub_address)
            headers = self._repository.headers if is_hub else {"Accept-Encoding": "identity"}
            response = connections.get(address, {**headers, **range_header})
            if is_hub:
                self._check_identity(connections, address, response)
            if response.status not in _REDIRECTS:
                return self._accept_last(connections, address, response, is_hub=is_hub)
            _discard(connections, address, response)
            address = _resolve_redirect(address, response)
        raise HubUnreachable("The Hub redirects this download in a circle. Retry later.")

    def _accept_last(self, connections: Connections, address: SplitResult, response: Response, *, is_hub: bool) -> Body:
        if not is_hub and 400 <= response.status < 500 and response.status not in (416, 429):
            _discard(connections, address, response)
            raise HubUnreachable(f"The Hub's file store refused a new address ({response.status}). Retry later.")
        body = self._accept(connections, address, response, authorized=is_hub)
        if not is_hub:
            with self._lock:
                self._signed = address
        return body

    def _accept(self, connections: Connections, address: SplitResult, response: Response, *, authorized: bool) -> Body:
        if response.status in (200, 206):
            return Body(response, address)
        _discard(connections, address, response)
        if response.status == 416:
            raise self._source_changed()
        sent_token = authorized and "authorization" in self._repository.headers
        # typeshed does not know that the headers are a mapping.
        headers = cast("Mapping[str, str]", response.headers)
        refusal = Refusal.from_headers(response.status, headers, authorized=sent_token)
        raise refusal_error(refusal, self._repository.repo_id, pinned=True)

    def _check_identity(self, connections: Connections, address: SplitResult, response: Response) -> None:
        etag = response.headers.get("X-Linked-Etag") or response.headers.get("ETag")
        size = response.headers.get("X-Linked-Size")
        known = {self._source.sha256, self._source.git_sha1} - {None}
        if response.status >= 400 or etag is None or "X-Repo-Commit" not in response.headers:
            return
        if (known and normalize_etag(etag) not in known) or size not in (None, str(self._source.size)):
            _discard(connections, address, response)
            raise self._source_changed()

    def _check_range(self, response: Response, start: int, end: int) -> None:
        if response.status == 200:
            if start or end != self._source.size:
                raise RangeIgnored
            if response.length not in (None, self._source.size):
                raise self._source_changed()
            return
        sent = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if sent is None or int(sent[1]) != start or int(sent[3]) != self._source.size:
            raise self._source_changed()

    def _source_changed(self) -> SourceChanged:
        return SourceChanged(
            f"{self._source.path} of {self._repository.repo_id} has changed since this download was planned. "
            "Delete the dataset and download it again."
        )


def normalize_etag(etag: str) -> str:
    """Return an ETag without its quotes and without the prefix of a weak one."""
    return etag.removeprefix("W/").strip('"')


def _origin(address: SplitResult) -> tuple[str, str]:
    return (address.scheme, address.netloc)


def _resolve_redirect(address: SplitResult, redirect: Response) -> SplitResult:
    location = redirect.headers.get("Location", "")
    try:
        return parse_web_address(urljoin(address.geturl(), location))
    except ValueError:
        # urljoin raises for unbalanced brackets, and so names no address.
        return parse_web_address(location)


def _discard(connections: Connections, address: SplitResult, response: Response) -> None:
    response.drain()
    connections.release(address, response)
