"""What Azure OpenAI says of itself to the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from providers.azure_openai.capabilities import LIMITS
from providers.azure_openai.settings import API_VERSIONS, AzureOpenAISettings
from providers.service import Service, Surroundings, checked, wrong_by

if TYPE_CHECKING:
    from providers.base import Provider


def _open(name: str, settings: Mapping[str, Any], around: Surroundings) -> "Provider":
    from providers.azure_openai.provider import AzureOpenAIProvider

    return AzureOpenAIProvider.open(
        name,
        checked(AzureOpenAISettings, name, settings),
        network=around.network,
        clock=around.clock,
        sleep=around.sleep,
        random=around.random,
        policy=around.policy,
    )


SERVICE: Final = Service(
    kind="azure_openai",
    label="Azure OpenAI",
    auths=("key", "entra"),
    open=_open,
    wrong=wrong_by(AzureOpenAISettings),
    groups=frozenset({*API_VERSIONS, "*"}),
    monitor="Azure Monitor",
    missing_answer="404 DeploymentNotFound",
    evaluates=True,
    charges_tokens=True,
    drops_failures=True,
    limits=LIMITS,
)
