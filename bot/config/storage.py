"""`[[storage]]`: Azure storage accounts that training data may be read from, with the bot's own identity."""

from typing import Literal

from bot.config.base import Section
from bot.config.fields import Authority, Endpoint, StorageName, Text


class StorageSettings(Section):
    """One account. There is no key and no signature: who may read is decided by the identity's role.

    Attributes:
        account: its name.
        endpoint: base address, for other clouds; None = `https://ACCOUNT.blob.core.windows.net`.
        containers: the only ones that are read; empty = all that the identity may read.
        credential: which of azure-identity's credentials asks for tokens; an application with a secret is given by
            the AZURE_ variables of the `environment` one, so that no secret stands here.
        client_id, tenant_id, scope, authority: as of a connection.
        resource_id: ARM id of the account, for the line that grants the role.
    """

    account: StorageName
    endpoint: Endpoint | None = None
    containers: tuple[Text, ...] = ()
    credential: Literal["default", "managed_identity", "workload_identity", "cli", "environment"] = "default"
    client_id: Text | None = None
    tenant_id: Text | None = None
    scope: Text = "https://storage.azure.com/.default"
    authority: Authority | None = None
    resource_id: Text | None = None
