"""Routes to web origins, straight or through the proxy that the environment names."""

import base64
import urllib.request
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import SplitResult, unquote, urlsplit

from mistudio.core.errors import HubUnreachable

_PORTS: Final = {"http": 80, "https": 443}


def parse_web_address(text: str) -> SplitResult:
    """Split an http or https address into its parts; raise HubUnreachable for anything else."""
    if (parts := _try_parse(text)) is None:
        # The query may hold a signature.
        shown = text.partition("?")[0][:200]
        raise HubUnreachable(
            f"“{shown}” is not a web address. Check HF_ENDPOINT, or retry later if the Hub sent this address."
        )
    return parts


def _try_parse(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        # ``port`` raises ValueError for an invalid one only when it is read.
        return parts if parts.scheme in _PORTS and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Route:
    """How to reach an origin; ``via`` is the proxy's host and port, through which https needs a tunnel."""

    scheme: str
    host: str
    port: int
    via: tuple[str, int] | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    tunnel_headers: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def find(cls, address: SplitResult) -> Self:
        """Choose the route by HTTP_PROXY, HTTPS_PROXY and NO_PROXY; raise HubUnreachable for an invalid proxy."""
        host, port = address.hostname or "", address.port or _PORTS[address.scheme]
        proxy = urllib.request.getproxies().get(address.scheme)
        if not proxy or urllib.request.proxy_bypass(f"{host}:{port}"):
            return cls(address.scheme, host, port)
        parts = _try_parse(proxy if "://" in proxy else f"http://{proxy}")
        if parts is None:
            # The message leaves out the value, which may contain a password.
            name = f"{address.scheme.upper()}_PROXY"
            raise HubUnreachable(f"{name} is not the address of a proxy. Correct it and restart the server.")
        via = (parts.hostname or "", parts.port or _PORTS["http"])
        credentials = _encode_credentials(parts)
        field = "tunnel_headers" if address.scheme == "https" else "headers"
        return cls(address.scheme, host, port, via, **{field: credentials})

    def format_target(self, address: SplitResult) -> str:
        """Return what the request line names: the whole address for a plain proxy, else path and query."""
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        return f"{address.scheme}://{address.netloc}{path}" if self.via and self.scheme == "http" else path


def _encode_credentials(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
