"""The address of a blob as a person writes it: checked against the configured accounts, and never with a signature."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from providers.azure_blob.settings import CLOUD, StorageAccount

_CONTAINER: Final = re.compile(r"\$root|\$web|[a-z0-9](?:-?[a-z0-9]){2,62}")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_SIGNATURE: Final = re.compile(r"[?&;](?:sig|se|sv|sp|skoid|sas)=|(?:^|\s)sig=", re.IGNORECASE)
MAX_ADDRESS: Final = 2048
MAX_NAME: Final = 1024


@dataclass(eq=False)
class AddressProblem(ValueError):
    """The address cannot be used.

    Codes: `blob_signature` (it carries one, or any query), `blob_address` (not the address of a blob),
    `storage_unknown` with `accounts`, `container_refused` with `container`, `containers`. The parameters never hold
    the query.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class BlobAddress:
    """Account, container and blob by name; nothing secret."""

    account: str
    container: str
    name: str

    @property
    def file_name(self) -> str:
        """The last part of the blob's name."""
        return self.name.rsplit("/", 1)[-1]

    def __str__(self) -> str:
        return f"{self.account}/{self.container}/{self.name}"


def has_signature(text: str) -> bool:
    """Whether a text holds what looks like a shared access signature, which must not be kept or repeated."""
    return bool(_SIGNATURE.search(text) or _SIGNATURE.search(unquote(text)))


def parse_address(text: str, accounts: Sequence[StorageAccount]) -> BlobAddress:
    """The blob that an address names.

    Taken are `https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME`, and the same below a configured endpoint.

    Raises:
        AddressProblem: see there.
    """
    given = text.strip()
    if has_signature(given) or "?" in given:
        raise AddressProblem("blob_signature")
    if len(given) > MAX_ADDRESS or _CONTROLS.search(given) or "#" in given or "@" in given.split("/", 3)[2:3]:
        raise AddressProblem("blob_address")
    for one in accounts:
        path = _below(given, one)
        if path is not None:
            return _blob(one, path)
    if urlsplit(given).scheme not in ("https", "http") or not urlsplit(given).hostname:
        raise AddressProblem("blob_address")
    raise AddressProblem("storage_unknown", {"accounts": ", ".join(one.account for one in accounts)})


def _below(address: str, account: StorageAccount) -> str | None:
    """What comes behind the account's base, by either of its addresses."""
    for base in (account.base, f"https://{account.account}.{CLOUD}"):
        if address.lower().startswith(f"{base.lower()}/"):
            return address[len(base) + 1 :]
    return None


def _blob(account: StorageAccount, path: str) -> BlobAddress:
    container, _, rest = path.partition("/")
    name = unquote(rest)
    if not _CONTAINER.fullmatch(container) or not name or len(name) > MAX_NAME or name.endswith(("/", ".")):
        raise AddressProblem("blob_address")
    if any(part in (".", "..") for part in name.split("/")) or _CONTROLS.search(name):
        raise AddressProblem("blob_address")
    if account.containers and container not in account.containers:
        allowed = ", ".join(account.containers)
        raise AddressProblem("container_refused", {"container": container, "containers": allowed})
    return BlobAddress(account.account, container, name)
