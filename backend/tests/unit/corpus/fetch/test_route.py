"""Routes: direct, or through the proxy that the environment names."""

import pytest

from mistudio.core.errors import HubUnreachable
from mistudio.corpus.fetch.route import Route, parse_web_address


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, unless a test names one."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def find_route(address: str) -> Route:
    """Find the route to an address."""
    return Route.find(parse_web_address(address))


@pytest.mark.parametrize(
    "text", ["", "hub.test", "ftp://hub.test/x", "https://", "http://hub.test:0", "http://hub.test:x", "http://[::1"]
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    """The message shows it without its query, which may be a signature."""
    with pytest.raises(HubUnreachable) as refused:
        parse_web_address(f"{text}?Signature=secret")
    assert f"“{text}”" in refused.value.detail
    assert "secret" not in refused.value.detail


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://hub.test/x", ("http", "hub.test", 80)),
        ("https://hub.test/x", ("https", "hub.test", 443)),
        ("https://hub.test:8443/x", ("https", "hub.test", 8443)),
        ("http://[::1]:8080/x", ("http", "::1", 8080)),
    ],
)
def test_without_a_proxy_the_route_is_direct(address: str, expected: tuple[str, str, int]) -> None:
    """The scheme has a default port."""
    route = find_route(address)
    assert (*expected, None) == (route.scheme, route.host, route.port, route.via)


def test_each_scheme_has_its_own_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the proxy of plain HTTP sees the request: it gets the whole address, and the credentials with it."""
    monkeypatch.setenv("HTTP_PROXY", "http://me:p%40ss@proxy.test:3128")
    monkeypatch.setenv("HTTPS_PROXY", "me:p%40ss@secure.test")
    credentials = {"Proxy-Authorization": "Basic bWU6cEBzcw=="}
    address = "://hub.test/a%20b?c=d"

    plain, secure = find_route(f"http{address}"), find_route(f"https{address}")

    assert (("proxy.test", 3128), credentials, {}) == (plain.via, plain.headers, plain.tunnel_headers)
    assert (("secure.test", 80), {}, credentials) == (secure.via, secure.headers, secure.tunnel_headers)
    assert f"http{address}" == plain.format_target(parse_web_address(f"http{address}"))
    assert "/a%20b?c=d" == secure.format_target(parse_web_address(f"https{address}"))


def test_a_host_can_bypass_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY names it."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", "inside.test")
    assert find_route("http://inside.test/").via is None
    assert find_route("http://outside.test/").via == ("proxy.test", 3128)


@pytest.mark.parametrize("proxy", ["http://me:secret@proxy.test:port", "http://me:secret@[::1", "http://"])
def test_an_invalid_proxy_is_named(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """The message names the setting without its value, which may contain a password."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(HubUnreachable, match="HTTPS_PROXY is not the address of a proxy") as refused:
        find_route("https://hub.test/")
    assert "secret" not in refused.value.detail


def test_a_routes_repr_hides_its_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracebacks and logs show it."""
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", "http://me:secret@proxy.test:3128")
        assert "Basic" not in repr(find_route(f"{scheme}://hub.test/"))


def test_the_root_has_a_path() -> None:
    """A request line cannot be empty."""
    address = parse_web_address("http://hub.test?a=b")
    assert "/?a=b" == Route.find(address).format_target(address)
