"""A signature for one container, made from an account's key (Storage services REST: create a service SAS).

A datastore may hand out its account's key. The key itself never leaves this process: a signature that ends within an
hour is made of it at once, and all requests carry that, as with datastores that hand out one themselves.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from providers.errors import Unavailable

VERSION: Final = "2021-08-06"
PERMISSIONS: Final = "rcwdl"
"""Read, create, write, delete, list: in the order that the service demands."""
EARLIER: Final = timedelta(minutes=5)
"""The service's clock may be behind ours."""


def container_signature(
    account: str, container: str, key: str, *, now: datetime, lasting: timedelta, https: bool = True
) -> dict[str, str]:
    """The query of a signature for a container and everything in it.

    Args:
        account: the account that it is for.
        container: the container in it.
        key: the account's key in base64.
        now: present moment; it counts from five minutes before.
        lasting: how long it counts after `now`.
        https: whether it counts over TLS only.

    Raises:
        Unavailable: `unreadable_answer` when the key is no base64.
    """
    starts, ends = _moment(now - EARLIER), _moment(now + lasting)
    protocol = "https" if https else ""
    # The order of fields since version 2020-12-06. Empty stay: identifier, address, snapshot, scope, five headers.
    signed = (PERMISSIONS, starts, ends, f"/blob/{account}/{container}", "", "", protocol, VERSION, "c")
    fields = (*signed, "", "", "", "", "", "", "")
    try:
        secret = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise Unavailable("unreadable_answer", {"operation": "datastores.secrets"}) from None
    signature = hmac.new(secret, "\n".join(fields).encode(), hashlib.sha256).digest()
    query = {
        "sp": PERMISSIONS,
        "st": starts,
        "se": ends,
        "sv": VERSION,
        "sr": "c",
        "sig": base64.b64encode(signature).decode(),
    }
    return {**query, "spr": protocol} if protocol else query


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
