"""Credentials that are signed with an account's key: tokens of shared access, and whole requests.

The texts that are signed are those of "Create a service SAS" and "Authorize with Shared Key" (Storage services REST).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from multidict import MultiMapping

_SIGNED: Final = (
    "Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date",
    "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range",
)  # fmt: skip
_VERSION: Final = "2022-11-02"
# From this version on the scope of encryption is signed too.
_SCOPED: Final = "2020-12-06"


def new_key(account: str) -> str:
    """The key of an account; the same one at every start, since it guards nothing."""
    return base64.b64encode(hashlib.sha512(f"sandbox key of {account}".encode()).digest()).decode()


def _mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()


def _sas_text(account: str, container: str, blob: str, fields: Mapping[str, str]) -> str:
    """What is signed in a token for a container (`sr=c`) or for one blob (`sr=b`)."""
    resource = f"/blob/{account}/{container}" + (f"/{blob}" if fields.get("sr") == "b" else "")
    lines = [fields.get(name, "") for name in ("sp", "st", "se")] + [resource]
    lines += [fields.get(name, "") for name in ("si", "sip", "spr", "sv", "sr")] + [""]
    if fields.get("sv", "") >= _SCOPED:
        lines.append(fields.get("ses", ""))
    return "\n".join(lines + [fields.get(name, "") for name in ("rscc", "rscd", "rsce", "rscl", "rsct")])


def issue_sas(account: str, container: str, key: str, until: datetime) -> str:
    """A token for one container, as the query that is appended to an address."""
    fields = {
        "sv": _VERSION,
        "sr": "c",
        "sp": "racwdl",
        "se": f"{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return urlencode({**fields, "sig": _mac(key, _sas_text(account, container, "", fields))})


def sas_problem(
    place: tuple[str, str, str], key: str, query: Mapping[str, str], right: str, now: datetime
) -> str | None:
    """The error code of a token; None for a good one.

    `place` is account, container and blob ("" for the container); of `right` the token must have one letter.
    """
    wanted = _mac(key, _sas_text(*place, query))
    if not hmac.compare_digest(wanted.encode(), query.get("sig", "").encode()):
        return "AuthenticationFailed"
    try:
        until = datetime.fromisoformat(query["se"])
    except (KeyError, ValueError):
        return "AuthenticationFailed"
    if until <= now:
        return "AuthenticationFailed"
    return None if set(right) & set(query.get("sp", "")) else "AuthorizationPermissionMismatch"


def shared_key_fits(
    account: str,
    key: str,
    signature: str,
    method: str,
    path: str,
    headers: MultiMapping[str],
    query: MultiMapping[str],
) -> bool:
    """Whether a request was signed with this key. `path` is as it was sent, with or without `/blob/{account}`."""
    texts = (
        _shared_key_text(account, method, one, headers, query)
        for one in (path, path.removeprefix(f"/blob/{account}"))
    )
    return any(hmac.compare_digest(_mac(key, text).encode(), signature.encode()) for text in texts)


def _shared_key_text(
    account: str,
    method: str,
    path: str,
    headers: MultiMapping[str],
    query: MultiMapping[str],
) -> str:
    lines = [method]
    for name in _SIGNED:
        value = headers.get(name, "")
        dated = name == "Date" and "x-ms-date" in headers
        empty = name == "Content-Length" and value == "0"
        lines.append("" if dated or empty else value)
    ours = sorted(
        (name.lower(), value.strip()) for name, value in headers.items() if name.lower().startswith("x-ms-")
    )
    lines += [f"{name}:{value}" for name, value in ours]
    resource = f"/{account}{path}"
    for name in sorted({one.lower() for one in query}):
        values = sorted(value for key, value in query.items() if key.lower() == name)
        resource += f"\n{name}:{','.join(values)}"
    return "\n".join([*lines, resource])
