"""What may be deployed where: model names and formats in Resource Manager, SKUs, quota pools (contract 2.2, 2.4)."""

import re
from dataclasses import dataclass
from typing import Final

from sandbox.azure_openai.catalogue import BASE_MODELS, DATA_ZONE, DEVELOPER, GLOBAL, STANDARD, BaseModel
from sandbox.azure_openai.options import Account

DATA_ZONE_STANDARD: Final = "DataZoneStandard"
SKUS: Final = (STANDARD, GLOBAL, DATA_ZONE_STANDARD, DEVELOPER)
MAX_CAPACITY: Final = 1000
TUNED_LIMITS: Final = {STANDARD: 150, GLOBAL: 200, DATA_ZONE_STANDARD: 100, DEVELOPER: 250}
BASE_LIMITS: Final = {STANDARD: 240, GLOBAL: 1000, DATA_ZONE_STANDARD: 500}
_BY_TRAINING: Final = {
    STANDARD: STANDARD,
    GLOBAL: GLOBAL,
    DATA_ZONE: DATA_ZONE_STANDARD,
    DEVELOPER: DEVELOPER,
}
_FORMATS: Final = {
    "gpt-oss-20b": "Microsoft",
    "Ministral-3B": "Mistral AI",
    "Llama-3.3-70B-Instruct": "Meta",
    "Qwen-32B": "Alibaba",
}
# Regions with regional deployments and a data zone; the other SKUs are served from anywhere.
_REGIONAL: Final = frozenset({"swedencentral", "eastus2", "northcentralus"})
_DATED: Final = re.compile(r"(?P<name>.+)-(?P<version>\d{4}(-\d{2}-\d{2})?)")


@dataclass(frozen=True, slots=True)
class ModelName:
    """A base model's name in Resource Manager: the data plane joins these (`gpt-4.1-mini-2025-04-14`)."""

    format: str
    name: str
    version: str


def arm_name(base: BaseModel) -> ModelName:
    """How Resource Manager names a base model."""
    found = _DATED.fullmatch(base.id)
    name, version = (found["name"], found["version"]) if found else (base.id, "1")
    return ModelName(_FORMATS.get(base.id, "OpenAI"), name, version)


def base_model(name: str, version: str | None) -> BaseModel | None:
    """The base model of this name (the newest one when no version is given)."""
    same = [base for base in BASE_MODELS.values() if arm_name(base).name.lower() == name.lower()]
    if version is not None:
        same = [base for base in same if arm_name(base).version == version]
    return max(same, key=lambda base: base.created, default=None)


def sku_name(sent: str) -> str | None:
    """The service's spelling of a SKU, sent in any case; None for one that it does not have."""
    return next((known for known in SKUS if known.lower() == sent.lower()), None)


def skus(base: BaseModel, *, tuned: bool) -> tuple[str, ...]:
    """The SKUs that a base model, or what was tuned from it, is offered with anywhere."""
    if not tuned:
        return (STANDARD, GLOBAL, DATA_ZONE_STANDARD) if base.openai else (GLOBAL,)
    offered = {_BY_TRAINING[kind] for kinds in base.training.values() for kind in kinds}
    return tuple(sku for sku in SKUS if sku in offered)


def skus_at(base: BaseModel, account: Account, *, tuned: bool) -> tuple[str, ...]:
    """The same in the region of an account."""
    if tuned and not account.fine_tuning:
        return ()
    everywhere = (GLOBAL, DEVELOPER)
    regional = account.location in _REGIONAL
    return tuple(sku for sku in skus(base, tuned=tuned) if regional or sku in everywhere)


def pool(base: BaseModel, sku: str, *, tuned: bool) -> str:
    """The quota pool; fine-tuned models have their own."""
    return f"OpenAI.{sku}.{arm_name(base).name}{'-finetune' if tuned else ''}"


def pool_title(base: BaseModel, sku: str, *, tuned: bool) -> str:
    """The pool in the words of the portal and of InsufficientQuota."""
    tail = " - finetune" if tuned else ""
    return f"Tokens Per Minute (thousands) - {arm_name(base).name} - {sku}{tail}"


def pool_limit(sku: str, *, tuned: bool) -> int:
    """How many thousands of tokens per minute a subscription has in a region."""
    return (TUNED_LIMITS if tuned else BASE_LIMITS)[sku]
