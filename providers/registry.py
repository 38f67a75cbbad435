"""From a kind of service to a provider; a service's package is imported only when a connection needs it."""

import asyncio
import random as standard_random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from providers.clock import Clock, Random, Sleep
from providers.errors import Refused
from providers.network import NetworkOptions
from providers.retry import RetryPolicy

if TYPE_CHECKING:
    from providers.base import Provider


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
        settings: its table in the configuration, secrets included (`SecretStr` or text); keys that the service
            does not know are passed over, None counts as absent.
        network: proxy, exceptions, authorities.
        clock: tells the present moment.
        sleep: waits between two attempts.
        random: jitter of the backoff and boundaries of forms.
        policy: how often a repeatable call is tried before the caller's queue takes over.

    Raises:
        Refused: `provider_unknown`, or `settings_invalid` with the names of the settings in `params`.
    """
    builder = _BUILDERS.get(kind)
    if builder is None:
        raise Refused("provider_unknown", {"kind": kind, "connection": name})
    return builder(name, settings, network, clock, sleep, random, policy or RetryPolicy())


def kinds() -> tuple[str, ...]:
    """The services that a connection can name."""
    return tuple(_BUILDERS)


def _azure_openai(
    name: str,
    settings: Mapping[str, Any],
    network: NetworkOptions,
    clock: Clock,
    sleep: Sleep,
    random: Random,
    policy: RetryPolicy,
) -> "Provider":
    from pydantic import ValidationError

    from providers.azure_openai.provider import AzureOpenAIProvider
    from providers.azure_openai.settings import AzureOpenAISettings

    try:
        checked = AzureOpenAISettings.model_validate(dict(settings))
    except ValidationError as error:
        # Only the names: a message of pydantic's can quote the value, and a value can be a key.
        wrong = sorted({".".join(str(part) for part in item["loc"]) or "auth" for item in error.errors()})
        raise Refused("settings_invalid", {"connection": name, "settings": ", ".join(wrong)}) from None
    try:
        return AzureOpenAIProvider.open(
            name, checked, network=network, clock=clock, sleep=sleep, random=random, policy=policy
        )
    except OSError as error:
        params = {"connection": name, "settings": "network.ca_bundle"}
        raise Refused("settings_invalid", params) from error


_Builder = Callable[
    [str, Mapping[str, Any], NetworkOptions, Clock, Sleep, Random, RetryPolicy],
    "Provider",
]
_BUILDERS: Final[Mapping[str, _Builder]] = MappingProxyType({"azure_openai": _azure_openai})
