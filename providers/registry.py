"""From a kind of service to a provider; a service's package is imported only when a connection needs it."""

import asyncio
import random as standard_random
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from providers.clock import Clock, Random, Sleep
from providers.errors import Refused
from providers.network import NetworkOptions
from providers.retry import RetryPolicy

if TYPE_CHECKING:
    from providers.base import Provider
    from providers.service import Service

_SERVICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "azure_openai": "providers.azure_openai.service",
        "azure_ai_studio": "providers.azure_ai.service",
        "databricks": "providers.databricks.service",
    }
)
"""Kind -> the module whose `SERVICE` describes it. A new service adds one line here (docs/providers.md)."""


def kinds() -> tuple[str, ...]:
    """The services that a connection can name."""
    return tuple(_SERVICES)


def service(kind: str) -> "Service":
    """What a service says of itself. `Refused("provider_unknown")` for a kind that there is none of."""
    module = _SERVICES.get(kind)
    if module is None:
        raise Refused("provider_unknown", {"kind": kind})
    return cast("Service", import_module(module).SERVICE)


def build(
    kind: str,
    name: str,
    settings: Mapping[str, Any],
    *,
    network: NetworkOptions,
    clock: Clock,
    sleep: Sleep = asyncio.sleep,
    random: Random = standard_random.random,
    policy: RetryPolicy | None = None,
) -> "Provider":
    """Make the provider of one connection. Nothing is sent yet.

    Args:
        kind: one of `kinds()`.
        name: the connection's name in the configuration.
        settings: its table in the configuration, secrets included (`SecretStr` or text), with what its `options` hold
            beside them; keys that the service does not know are passed over, None counts as absent.
        network: proxy, exceptions, authorities.
        clock: tells the present moment.
        sleep: waits between two attempts.
        random: jitter of the backoff and boundaries of forms.
        policy: how often a repeatable call is tried before the caller's queue takes over.

    Raises:
        Refused: `provider_unknown`, or `settings_invalid` with the names of the settings in `params`.
    """
    from providers.service import Surroundings

    if kind not in _SERVICES:
        raise Refused("provider_unknown", {"kind": kind, "connection": name})
    around = Surroundings(
        network=network, clock=clock, sleep=sleep, random=random, policy=policy or RetryPolicy()
    )
    try:
        return service(kind).open(name, settings, around)
    except OSError as error:
        params = {"connection": name, "settings": "network.ca_bundle"}
        raise Refused("settings_invalid", params) from error
