"""Which addresses may be given the bot's token or an answer (contracts/slack.md sections 1.5 and 9)."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.config.fields import is_loopback


def host_allowed(url: str, hosts: Iterable[str]) -> bool:
    """Whether `url` is https (or loopback) and its host is one of `hosts`.

    An entry is `host` or `host:port`; `*.example.com` stands for every name below `example.com`. Without
    a port an entry means the scheme's own port only, so that a token never goes to another program on an
    allowed host.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname
    if host is None or parts.username is not None:
        return False
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        return False
    usual = 443 if parts.scheme == "https" else 80
    return any(_matches(host, port or usual, usual, entry) for entry in hosts)


def _matches(host: str, port: int, usual: int, entry: str) -> bool:
    parts = urlsplit(f"//{entry}")
    wanted = parts.hostname or ""
    if port != (parts.port or usual):
        return False
    if wanted.startswith("*."):
        return host.endswith(wanted[1:]) and len(host) > len(wanted) - 1
    return host == wanted
