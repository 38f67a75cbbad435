"""Proxy, its exceptions, and authorities of a company, over loopback."""

import ssl
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from providers.network import NetworkOptions, bypasses, make_client, proxy_for
from tests.providers.authority import Authority
from tests.providers.helpers import serving


@pytest.mark.parametrize(
    ("host", "port", "no_proxy", "direct"),
    [
        ("prod.openai.azure.com", 443, (), False),
        ("prod.openai.azure.com", 443, ("*",), True),
        ("prod.openai.azure.com", 443, ("prod.openai.azure.com",), True),
        ("PROD.openai.azure.com.", 443, ("prod.openai.AZURE.com",), True),
        ("prod.openai.azure.com", 443, ("azure.com",), True),
        ("prod.openai.azure.com", 443, (".azure.com",), True),
        ("prod.openai.azure.com", 443, ("*.azure.com",), True),
        ("notazure.com", 443, ("azure.com",), False),
        ("azure.com", 443, (".azure.com",), False),
        ("azure.com", 443, ("azure.com:8443",), False),
        ("azure.com", 8443, ("azure.com:8443",), True),
        ("10.1.2.3", 443, ("10.0.0.0/8",), True),
        ("11.1.2.3", 443, ("10.0.0.0/8",), False),
        ("10.1.2.3", 443, ("10.1.2.3",), True),
        ("10.1.2.3", 80, ("10.1.2.3:443",), False),
        ("10.1.2.33", 443, ("10.1.2.3",), False),
        ("10.example.com", 443, ("10.0.0.0/8",), False),
        ("fd00::1", 443, ("fd00::/8",), True),
        ("fd00::1", 443, ("fd00::1",), True),
        ("[fd00::1]", 443, ("[fd00::1]:443",), True),
        ("azure.com", 443, ("", " ", "300.0.0.0/8", "/"), False),
        ("azure.com", 443, (" azure.com ",), True),
        ("127.0.0.1", 80, (), True),
        ("localhost", 80, (), True),
        ("169.254.169.254", 80, (), True),
        ("::1", 80, (), True),
    ],
)
def test_exceptions_from_the_proxy(host: str, port: int, no_proxy: tuple[str, ...], direct: bool) -> None:
    assert bypasses(host, port, no_proxy) is direct


@given(st.text(max_size=30), st.integers(0, 65535), st.lists(st.text(max_size=20), max_size=4))
def test_no_entry_can_break_it(host: str, port: int, no_proxy: list[str]) -> None:
    assert bypasses(host, port, tuple(no_proxy)) in {True, False}


def test_proxy_of_a_url() -> None:
    network = NetworkOptions(proxy="http://proxy:3128", no_proxy=("internal:443",))
    assert proxy_for("https://prod.openai.azure.com/x", network) == "http://proxy:3128"
    assert proxy_for("https://internal/x", network) is None
    assert proxy_for("http://internal/x", network) == "http://proxy:3128"
    assert proxy_for("https://anything", NetworkOptions()) is None


def test_repr_keeps_the_proxys_password() -> None:
    assert "hunter2" not in repr(NetworkOptions(proxy="http://me:hunter2@proxy:3128"))


async def test_requests_go_through_the_proxy_with_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str | None]] = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append((str(request.rel_url) or request.path, request.headers.get("Proxy-Authorization")))
        return web.Response(text="through the proxy")

    async def target(_: web.Request) -> web.Response:
        return web.Response(text="direct")

    async with serving(proxy) as proxy_url, serving(target) as target_url:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", "*")
        with_password = proxy_url.replace("http://", "http://me:secret@")
        async with make_client(NetworkOptions(proxy=with_password, no_proxy=("direct.test",))) as client:
            answer = await client.get("http://service.test/openai/files")
            assert answer.text == "through the proxy"
            assert (await client.get(target_url)).text == "direct", "loopback needs no proxy"
    assert len(seen) == 1
    assert seen[0][1] is not None


async def test_only_the_configuration_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def target(_: web.Request) -> web.Response:
        return web.Response(text="direct")

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(target) as url, make_client(NetworkOptions()) as client:
        assert (await client.get(url)).text == "direct"


async def test_company_authority(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def target(_: web.Request) -> web.Response:
        return web.Response(text="trusted")

    async with serving(target, ssl_context=authority.server_context()) as address:
        url = address.replace("127.0.0.1", "localhost")
        async with make_client(NetworkOptions(ca_bundle=authority.bundle)) as client:
            assert (await client.get(url)).text == "trusted"
        async with make_client(NetworkOptions()) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(url)


def test_bundle_without_a_certificate(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")
    with pytest.raises(ssl.SSLError):
        make_client(NetworkOptions(ca_bundle=empty))
    with pytest.raises(OSError, match="No such file"):
        make_client(NetworkOptions(ca_bundle=tmp_path / "absent.pem"))
