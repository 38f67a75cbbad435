"""What the invented service says of itself. It is spoken to as Azure OpenAI is, since a stand-in for that is there."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from providers.azure_openai import service as azure_openai
from providers.service import Service, Surroundings

if TYPE_CHECKING:
    from providers.base import Provider


def _open(name: str, settings: Mapping[str, Any], around: Surroundings) -> "Provider":
    return azure_openai.SERVICE.open(name, settings, around)


SERVICE: Final = Service(
    kind="acme",
    label="Acme Tuning",
    auths=("key",),
    open=_open,
    wrong=azure_openai.SERVICE.wrong,
)
