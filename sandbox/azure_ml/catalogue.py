"""The models of the registries that pay-as-you-go training is or was offered for (contract 2, 7, anchors 0.2)."""

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

    `regions` are where it is trained; none for what this way of training has left behind. `rate` is the learning
    rate that the service takes when none is sent. `retired` is when training and serving ended or end, as the
    registry's tags say it; `version` is the newest one there.
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
_phi3 = partial(_phi, regions=("eastus2",), retired=datetime(2025, 8, 30, tzinfo=UTC))
_LLAMA_3: Final = datetime(2025, 6, 30, tzinfo=UTC)
_LLAMA_3_1: Final = datetime(2026, 6, 13, tzinfo=UTC)

MODELS: Final = (
    _llama("Llama-3.3-70B-Instruct", offer="llama-3-3-70b-instruct-offer"),
    _llama("Meta-Llama-3.1-8B-Instruct", offer="meta-llama-3-1-8b-instruct-offer", retired=_LLAMA_3_1),
    _llama("Meta-Llama-3.1-70B-Instruct", offer="meta-llama-3-1-70b-instruct-offer", retired=_LLAMA_3),
    _llama("Llama-3.2-11B-Vision-Instruct", offer="llama-3-2-11b-vision-instruct-offer", retired=_LLAMA_3_1),
    _llama("Llama-3.2-90B-Vision-Instruct", offer="llama-3-2-90b-vision-instruct-offer", retired=_LLAMA_3_1),
    _llama("Meta-Llama-3-8B-Instruct", offer="meta-llama-3-8b-instruct-offer", regions=(), retired=_LLAMA_3),
    _llama(
        "Meta-Llama-3-70B-Instruct", offer="meta-llama-3-70b-instruct-offer", regions=(), retired=_LLAMA_3
    ),
    _llama("Llama-2-7b", offer="meta-llama-2-7b-offer", regions=(), tasks=(TEXT,)),
    _phi3("Phi-3-mini-4k-instruct", rate=5e-6),
    _phi3("Phi-3-mini-128k-instruct", rate=5e-6),
    _phi3("Phi-3-medium-4k-instruct"),
    _phi3("Phi-3.5-mini-instruct"),
    _phi("Phi-4-mini-instruct", regions=_LATER),
    _phi("Phi-4-multimodal-instruct", regions=_LATER),
    _phi("Phi-4", regions=_LATER),
    CatalogueModel("Ministral-3B", "azureml-mistral", _LATER, offer="ministral-3b-offer"),
    CatalogueModel("Tsuzumi-7b", "azureml-nttdata", _LATER, offer="tsuzumi-7b-offer"),
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


def retirement(model: CatalogueModel, moved_to: str | None) -> datetime | None:
    """When training and serving end, `moved_to` (a day) instead of what was announced; None = not announced."""
    if model.retired is None or moved_to is None:
        return model.retired
    return datetime.fromisoformat(moved_to).replace(tzinfo=UTC)


def retired(model: CatalogueModel, moved_to: str | None, now: datetime) -> bool:
    """Whether it is trained and served no more."""
    ends = retirement(model, moved_to)
    return ends is not None and now >= ends


def sold_in(location: str) -> bool:
    """Whether a region is one for Llama, which has to be subscribed to; what others sell is sold nearly everywhere."""
    return any(model.registry == "azureml-meta" and location in model.regions for model in MODELS)
