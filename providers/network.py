"""How this program reaches the network: proxy, exceptions from it, certificate authorities.

`trust_env=False` everywhere: what the environment says is read once by the configuration, so that every
client (httpx here, azure-identity's aiohttp, Slack's) goes the same way.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from providers.observing import Observer, observed

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
CONNECT_SECONDS: Final = 10.0
POOLED_CONNECTIONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOptions:
    """The network's part of the configuration.

    Attributes:
        proxy: `http://[user:password@]host:port`; None = direct. Kept out of the repr: it may carry a password.
        no_proxy: what is reached directly: `host`, `.suffix` or `*.suffix`, `host:port`, addresses, CIDR, `*`.
            A bare name covers its subdomains too (curl's rule).
        ca_bundle: PEM file that *replaces* the built-in authorities, as REQUESTS_CA_BUNDLE and SSL_CERT_FILE do.
        observer: is told of every request that `make_client`'s clients send; None = nobody counts.
    """

    proxy: str | None = None
    no_proxy: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    observer: Observer | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        proxied = "yes" if self.proxy else "no"
        return f"NetworkOptions(proxy={proxied}, no_proxy={self.no_proxy}, ca_bundle={self.ca_bundle})"


def bypasses(host: str, port: int, no_proxy: tuple[str, ...]) -> bool:
    """Whether `host:port` is reached without the proxy.

    Loopback and link-local addresses always are: behind them stand the sandbox and the managed identity's
    endpoint (169.254.169.254), which no proxy may see.
    """
    name = host.strip("[]").rstrip(".").lower()
    address = _address(name)
    if name == "localhost" or (address is not None and (address.is_loopback or address.is_link_local)):
        return True
    return any(_covers(entry.strip().lower(), name, port, address) for entry in no_proxy)


def proxy_for(url: str, network: NetworkOptions) -> str | None:
    """The proxy for this URL, None where it is reached directly."""
    if network.proxy is None:
        return None
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    return None if bypasses(parts.hostname or "", port, network.no_proxy) else network.proxy


def ssl_context(network: NetworkOptions) -> ssl.SSLContext:
    """Verifying context with the configured authorities (certifi's when none are configured).

    All clients share one: reading the authorities takes some 30 ms, too long for each of fifty connections at
    the start.

    Raises:
        OSError: the bundle cannot be read; `ssl.SSLError`, a subclass, when it holds no certificate.
    """
    return _shared_context(network.ca_bundle)


@lru_cache(maxsize=4)
def _shared_context(ca_bundle: Path | None) -> ssl.SSLContext:
    if ca_bundle is None:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.create_default_context(cafile=str(ca_bundle))


class RoutedTransport(httpx.AsyncBaseTransport):
    """Sends each request through the proxy or directly, as `proxy_for` says."""

    def __init__(self, network: NetworkOptions) -> None:
        context = ssl_context(network)
        limits = httpx.Limits(
            max_connections=POOLED_CONNECTIONS, max_keepalive_connections=POOLED_CONNECTIONS
        )
        self._network = network
        self._direct = httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits)
        self._proxied: httpx.AsyncHTTPTransport | None = None
        if network.proxy is not None:
            to_proxy = context if network.proxy.startswith("https:") else None
            self._proxied = httpx.AsyncHTTPTransport(
                verify=context,
                trust_env=False,
                limits=limits,
                proxy=httpx.Proxy(network.proxy, ssl_context=to_proxy),
            )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one request, and tell of it whoever counts them."""
        if self._network.observer is None:
            return await self._send(request)
        return await observed(self._network.observer, request, self._send)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        if self._proxied is not None and proxy_for(str(request.url), self._network) is not None:
            return await self._proxied.handle_async_request(request)
        return await self._direct.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._direct.aclose()
        if self._proxied is not None:
            await self._proxied.aclose()


def make_client(network: NetworkOptions, *, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    """An httpx client that follows no redirect and reads nothing of the environment."""
    return httpx.AsyncClient(
        transport=RoutedTransport(network),
        trust_env=False,
        follow_redirects=False,
        headers=headers,
        timeout=httpx.Timeout(CONNECT_SECONDS),
    )


IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(name: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _covers(entry: str, name: str, port: int, address: IpAddress | None) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        return address is not None and _in_network(entry, address)
    wanted, wanted_port = _split_port(entry)
    if not wanted or wanted_port not in {None, port}:
        return False
    if address is not None:
        return _address(wanted.strip("[]")) == address
    suffix = "." + wanted.lstrip("*.").rstrip(".")
    return name.endswith(suffix) or (name == suffix[1:] and not wanted.startswith(("*.", ".")))


def _in_network(entry: str, address: IpAddress) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _split_port(entry: str) -> tuple[str, int | None]:
    """`host:port` apart; a bare IPv6 address has colons but no port."""
    if entry.count(":") > 1 and not entry.startswith("["):
        return entry, None
    host, separator, port = entry.rpartition(":")
    if separator and port.isdigit():
        return host, int(port)
    return entry, None
