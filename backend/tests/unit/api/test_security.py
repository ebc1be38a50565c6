"""The access rules: host, origin and token, for requests and sockets alike."""

from pathlib import Path

import pytest
from starlette.datastructures import Headers

from mistudio.api.security import AccessRules
from mistudio.core.config import Settings
from mistudio.core.errors import HostNotAllowed, OriginNotAllowed, Unauthorized


def rules(tmp_path: Path, **fields: object) -> AccessRules:
    """The rules of a server with these settings."""
    return AccessRules(Settings.model_validate({"data_dir": tmp_path, **fields}))


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost", "LOCALHOST:8001", "[::1]:8001"])
def test_loopback_names_are_allowed(tmp_path: Path, host: str) -> None:
    """All names of this machine, with and without a port."""
    rules(tmp_path).check_origin(Headers({"host": host}))


@pytest.mark.parametrize(
    "host", ["evil.test", "127.0.0.1.evil.test:8001", "localhost.evil.test", "", "[::1", "10.0.0.1"]
)
def test_other_names_are_refused(tmp_path: Path, host: str) -> None:
    """A name that a foreign DNS server may point here."""
    with pytest.raises(HostNotAllowed):
        rules(tmp_path).check_origin(Headers({"host": host}))


def test_a_page_of_another_origin_is_refused(tmp_path: Path) -> None:
    """The origin must be the server's own, port included."""
    own = rules(tmp_path)
    own.check_origin(Headers({"host": "127.0.0.1:8001", "origin": "http://127.0.0.1:8001"}))
    for origin in ("http://evil.test", "http://127.0.0.1:9999", "null", "http://localhost:8001", "http://[::1"):
        with pytest.raises(OriginNotAllowed):
            own.check_origin(Headers({"host": "127.0.0.1:8001", "origin": origin}))


def test_a_cross_site_request_is_refused(tmp_path: Path) -> None:
    """Requests without an Origin, too: a page of another site may cause a GET with the owner's own Hub token."""
    own = rules(tmp_path)
    own.check_site(Headers({"sec-fetch-site": "same-origin"}))
    own.check_site(Headers({"sec-fetch-site": "none"}))
    with pytest.raises(OriginNotAllowed):
        own.check_site(Headers({"sec-fetch-site": "cross-site"}))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_a_token_is_needed_if_one_is_set(tmp_path: Path, host: str) -> None:
    """On loopback, too, which other users of the machine reach. None, a wrong one and other characters are refused."""
    guarded = rules(tmp_path, host=host, api_token="a long secret")
    guarded.check_token("a long secret")
    for token in (None, "", "a long secreT", "ein langes Geheimnis ß", "\ud800"):
        with pytest.raises(Unauthorized):
            guarded.check_token(token)
    rules(tmp_path).check_token(None)


def test_any_name_is_allowed_beyond_loopback(tmp_path: Path) -> None:
    """The server cannot know its names; a page must still be its own."""
    guarded = rules(tmp_path, host="0.0.0.0", api_token="a long secret")
    guarded.check_origin(Headers({"host": "lab.test:8001", "origin": "http://lab.test:8001"}))


def test_sockets_follow_the_same_rules(tmp_path: Path) -> None:
    """A socket is allowed exactly if a request would be."""
    guarded = rules(tmp_path, host="0.0.0.0", api_token="secret")
    headers = Headers({"host": "lab.test"})
    assert guarded.can_open_socket(headers, "secret")
    assert not guarded.can_open_socket(headers, "wrong")
    assert not guarded.can_open_socket(Headers({"host": "lab.test", "origin": "http://evil.test"}), "secret")
