"""Field types of the configuration: ids, addresses, names and tokens, each refusing with a code of ours."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, SecretStr
from pydantic_core import PydanticCustomError

_TOKEN_KINDS = ("xoxb-", "xoxp-", "xapp-", "xoxe.", "xoxe-", "xoxa-", "xoxr-", "xoxs-", "xoxc-", "xoxd-")
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"((\*\.)?{_LABEL}(\.{_LABEL})*|\[[0-9a-f:]+\])(:\d{{1,5}})?")


def refuse(code: str, **params: str) -> PydanticCustomError:
    """An error that `load` turns into a `Problem` with this code and these parameters."""
    return PydanticCustomError("tunesmith", "{code}", {"code": code, **params})


def is_loopback(host: str | None) -> bool:
    """Whether `host` (a name or an address, without port) is this machine."""
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _matching(code: str, pattern: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise refuse(code, value=value[:80])
        return value

    return check


def _slack_token(prefix: str) -> Callable[[SecretStr], SecretStr]:
    def check(value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not text.startswith(prefix) or len(text) == len(prefix) or not text.isprintable() or " " in text:
            found = next((kind for kind in _TOKEN_KINDS if text.startswith(kind)), "")
            raise refuse("wrong_token", expected=prefix, found=found if found != prefix else "")
        return value

    return check


def _secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise refuse("bad_secret")
    return value


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise refuse("bad_address") from None
    return parts


def _address(value: str) -> str:
    parts = _split(value)
    if parts.username is not None or parts.password is not None:
        raise refuse("address_with_password")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise refuse("bad_address")
    if parts.query or parts.fragment:
        # A query can hold a key or a signature: what is shown ends before it.
        bare = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")[:200]
        raise refuse("address_with_more", value=bare, expected=bare.split("/openai", 1)[0])
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise refuse("not_https", value=value[:200])
    return value.rstrip("/")


def _endpoint(value: str) -> str:
    address = _address(value)
    if "/openai" in urlsplit(address).path:
        raise refuse("endpoint_too_long", value=value[:200], expected=address.split("/openai", 1)[0])
    return address


def _api_base(value: str) -> str:
    return _address(value) + "/"


def _proxy(value: SecretStr) -> SecretStr:
    parts = _split(value.get_secret_value())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise refuse("bad_proxy")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value.lower()):
        raise refuse("bad_host", value=value[:80])
    return value.lower()


def _file(value: Path) -> Path:
    if not value.is_file():
        raise refuse("no_such_file", value=str(value))
    return value


TeamId = Annotated[str, AfterValidator(_matching("bad_team", r"T[A-Z0-9]{2,}"))]
AllowedTeamId = Annotated[str, AfterValidator(_matching("bad_team", r"[TE][A-Z0-9]{2,}"))]
ChannelId = Annotated[str, AfterValidator(_matching("bad_channel", r"[CG][A-Z0-9]{2,}"))]
UserId = Annotated[str, AfterValidator(_matching("bad_user", r"[UW][A-Z0-9]{2,}"))]
GroupId = Annotated[str, AfterValidator(_matching("bad_group", r"S[A-Z0-9]{2,}"))]
CommandName = Annotated[str, AfterValidator(_matching("bad_command", r"/[a-z0-9_-]{1,31}"))]
AppName = Annotated[str, AfterValidator(_matching("bad_app_name", r"\S(.{0,33}\S)?"))]
ConnectionName = Annotated[str, AfterValidator(_matching("bad_name", r"[a-z0-9][a-z0-9_-]{0,31}"))]
StorageName = Annotated[str, AfterValidator(_matching("bad_account", r"[a-z0-9]{3,24}"))]
Currency = Annotated[str, AfterValidator(_matching("bad_currency", r"[A-Z]{3}"))]
Text = Annotated[str, AfterValidator(_matching("empty", r"(?s).*\S.*"))]

BotToken = Annotated[SecretStr, AfterValidator(_slack_token("xoxb-"))]
AppToken = Annotated[SecretStr, AfterValidator(_slack_token("xapp-"))]
Secret = Annotated[SecretStr, AfterValidator(_secret)]

ApiBase = Annotated[str, AfterValidator(_api_base)]
Authority = Annotated[str, AfterValidator(_address)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
ProxyAddress = Annotated[SecretStr, AfterValidator(_proxy)]
HostPattern = Annotated[str, AfterValidator(_host)]
ExistingFile = Annotated[Path, AfterValidator(_file)]
