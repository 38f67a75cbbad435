"""The configuration in the forms that the providers take."""

from typing import Any

from bot.config.connections import Connection
from bot.config.settings import NetworkSettings
from bot.config.storage import StorageSettings
from providers.azure_blob.settings import StorageAccount
from providers.network import NetworkOptions
from providers.observing import Observer


def network_options(network: NetworkSettings, observer: Observer | None = None) -> NetworkOptions:
    """For every HTTP client of the program; `observer` is told of the requests of those that are made with it."""
    return NetworkOptions(
        proxy=network.proxy.get_secret_value() if network.proxy else None,
        no_proxy=network.no_proxy,
        ca_bundle=network.ca_bundle,
        observer=observer,
    )


def provider_settings(connection: Connection) -> dict[str, Any]:
    """For `providers.registry.build`: the connection's keys and those of its options; secrets stay wrapped.

    None means not set. An option cannot stand in for a key of the connection: it would pass by its checks.
    """
    own = connection.model_dump(exclude={"options"})
    return {**connection.options, **own}


def storage_account(storage: StorageSettings) -> StorageAccount:
    """For `providers.azure_blob.BlobReader`."""
    return StorageAccount(
        account=storage.account,
        endpoint=storage.endpoint or "",
        containers=storage.containers,
        credential=storage.credential,
        client_id=storage.client_id,
        tenant_id=storage.tenant_id,
        scope=storage.scope,
        authority=storage.authority,
        resource_id=storage.resource_id or "",
    )
