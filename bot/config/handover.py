"""The configuration in the forms that the providers take."""

from typing import Any

from bot.config.connections import Connection
from bot.config.settings import NetworkSettings
from providers.network import NetworkOptions


def network_options(network: NetworkSettings) -> NetworkOptions:
    """For every HTTP client of the program."""
    return NetworkOptions(
        proxy=network.proxy.get_secret_value() if network.proxy else None,
        no_proxy=network.no_proxy,
        ca_bundle=network.ca_bundle,
    )


def provider_settings(connection: Connection) -> dict[str, Any]:
    """For `providers.registry.build`: the connection's keys; secrets stay wrapped, None means not set."""
    return connection.model_dump()
