"""The models of the registries that pay-as-you-go training is offered for, with their limits (contract 2, 7)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

CHAT: Final = "ChatCompletion"
TEXT: Final = "TextCompletion"
_LATER: Final = ("eastus2", "eastus", "northcentralus", "southcentralus", "westus", "westus3")
_URI: Final = re.compile(r"azureml://registries/([^/]+)/models/([^/]+)(?:/versions/([^/]+))?")


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """One model. `offer` is the Marketplace offer that has to be subscribed to; None for Microsoft's own.

    `regions` are where it is trained. `rate` is the learning rate that the service takes when none is sent.
    `retired` is when training ended or ends, as the registry's tags say it; `version` is the newest one there.
    """

    name: str
    registry: str
    regions: tuple[str, ...]
    tasks: tuple[str, ...] = (CHAT,)
    offer: str | None = None
    rate: float = 2e-5
    retired: datetime | None = None
    version: str = "4"

    @property
    def uri(self) -> str:
        """The address without a version."""
        return f"azureml://registries/{self.registry}/models/{self.name}"


_llama = partial(CatalogueModel, registry="azureml-meta", regions=("westus3",))
_phi = partial(CatalogueModel, registry="azureml")
# Documented: contract 7 and anchors 0.2.
_PHI3_RETIRED: Final = datetime(2025, 8, 30, tzinfo=UTC)
_LLAMA_RETIRED: Final = datetime(2025, 6, 30, tzinfo=UTC)
# Made up: the documents end it on 2026-06-13, and then nothing small that has an offer could be tried here.
_LLAMA_8B_ENDS: Final = datetime(2030, 6, 13, tzinfo=UTC)

MODELS: Final = (
    _llama("Meta-Llama-3.1-8B-Instruct", offer="meta-llama-3-1-8b-instruct-offer", retired=_LLAMA_8B_ENDS),
    _llama("Meta-Llama-3.1-70B-Instruct", offer="meta-llama-3-1-70b-instruct-offer"),
    _llama("Llama-3.3-70B-Instruct", offer="llama-3-3-70b-instruct-offer"),
    _llama("Llama-3.2-11B-Vision-Instruct", offer="llama-3-2-11b-vision-instruct-offer"),
    _llama("Llama-2-7b", offer="meta-llama-2-7b-offer", tasks=(TEXT,), retired=_LLAMA_RETIRED),
    _phi("Phi-3-mini-4k-instruct", regions=("eastus2",), rate=5e-6, retired=_PHI3_RETIRED),
    _phi("Phi-3-mini-128k-instruct", regions=("eastus2",), rate=5e-6, retired=_PHI3_RETIRED),
    _phi("Phi-3.5-mini-instruct", regions=("eastus2",)),
    _phi("Phi-4-mini-instruct", regions=_LATER),
    _phi("Phi-4-multimodal-instruct", regions=_LATER),
    _phi("Phi-4", regions=_LATER, tasks=(CHAT, TEXT)),
)


@dataclass(frozen=True, slots=True)
class Named:
    """What an address of a registry names; `model` is None for one that is not in the catalogue."""

    registry: str
    name: str
    version: str | None
    model: CatalogueModel | None


def named(uri: str) -> Named | None:
    """Read an address; None for one that is not of a registry."""
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    registry, name, version = found.groups()
    model = next((one for one in MODELS if (one.registry, one.name) == (registry, name)), None)
    return Named(registry, name, version, model)


def retired(model: CatalogueModel, now: datetime) -> bool:
    """Whether it is trained no more."""
    return model.retired is not None and now >= model.retired
