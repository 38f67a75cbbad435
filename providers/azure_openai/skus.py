"""The ways to host a fine-tuned model that this program offers (contract 2.2, 3.1, 6).

`ProvisionedManaged` is left out: it is bought in other units, and costs by the month.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from providers.hosting import PROCESSING_PLACES, ExpiryRule

TOKENS_PER_UNIT: Final = 1_000
REQUESTS_PER_UNIT: Final = 1
"""Per minute and unit of capacity: 1 = 1,000 tokens, and about one chat request (2.2)."""
DEVELOPER: Final = "DeveloperTier"
POOL_END: Final = "-finetune"
MAXIMUM: Final = 10
"""Fine-tuned deployments of one account (1.10)."""


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """What the documentation tells about a SKU and the service's lists do not.

    `label` and `hint` stand in a menu: at most 75 characters each.
    """

    id: str
    label: str
    hint: str
    processing: PROCESSING_PLACES
    billed_by_the_hour: bool = True


SKUS: Final = (
    SkuFacts("Standard", "Standard (regional)", "Data is processed in the resource's region.", "region"),
    SkuFacts(
        "GlobalStandard",
        "Global",
        "Processed in any region of the service; usually the largest quota.",
        "global",
    ),
    SkuFacts("DataZoneStandard", "Data zone", "Data stays inside the service's data zone.", "zone"),
    SkuFacts(
        DEVELOPER,
        "Developer",
        "No hourly charge or guarantees; deleted after 24 hours; any region.",
        "global",
        billed_by_the_hour=False,
    ),
)

RULES: Final = (
    ExpiryRule(
        id="idle",
        after=timedelta(days=15),
        source="Azure's documentation: a fine-tuned deployment without a completions or chat completions call for more "
        "than 15 days is deleted",
    ),
    ExpiryRule(
        id="age",
        after=timedelta(hours=24),
        skus=frozenset({DEVELOPER}),
        source="Azure's documentation: a developer-tier deployment is deleted 24 hours after its creation, "
        "called or not",
    ),
)


def facts_of(name: str) -> SkuFacts | None:
    """A SKU by the service's name in any case (`developertier` occurs); None for one that is not offered."""
    wanted = name.lower()
    return next((sku for sku in SKUS if sku.id.lower() == wanted), None)


def pool_of(sku: str, model: str) -> str:
    """Name of the quota of fine-tuned deployments of a model: `OpenAI.Standard.gpt-4o-finetune` (2.4)."""
    return f"OpenAI.{sku}.{model}{POOL_END}"
