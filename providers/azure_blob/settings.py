"""One storage account and how to reach it."""

from dataclasses import dataclass

from providers.entra import CredentialKind

SCOPE = "https://storage.azure.com/.default"
"""Public cloud and most others: Azure Storage has one audience for all accounts."""
CLOUD = "blob.core.windows.net"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageAccount:
    """An account that data may be read from, always with a token of Entra ID.

    Attributes:
        account: its name, 3 to 24 lower-case letters and digits.
        endpoint: base address without a slash at the end; empty = `https://ACCOUNT.blob.core.windows.net`.
        containers: the only ones that are read; empty = all that the identity may read.
        resource_id: ARM id of the account, for the line that grants the role; empty = not known.
    """

    account: str
    endpoint: str = ""
    containers: tuple[str, ...] = ()
    credential: CredentialKind = "default"
    client_id: str | None = None
    tenant_id: str | None = None
    scope: str = SCOPE
    authority: str | None = None
    resource_id: str = ""

    @property
    def base(self) -> str:
        """Where its blobs are."""
        return self.endpoint or f"https://{self.account}.{CLOUD}"
