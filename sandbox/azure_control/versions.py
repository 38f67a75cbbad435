"""The api-versions of Microsoft.CognitiveServices in Resource Manager, and what came when (contract 2.1)."""

import re
from typing import Final

VERSIONS: Final = (
    "2023-05-01",
    "2024-10-01",
    "2025-04-01-preview",
    "2025-06-01",
    "2025-07-01-preview",
    "2025-09-01",
    "2025-12-01",
    "2026-03-01",
    "2026-05-01",
    "2026-07-01",
    "2026-09-01",
    "2026-09-15-preview",
)
AUTHORIZATION_VERSIONS: Final = ("2015-07-01", "2018-07-01", "2022-04-01", "2022-05-01-preview")
# Tags, PATCH, the list of SKUs of a deployment and content filters are not in the specification of 2023-05-01.
SECOND: Final = "2024-10-01"
_DEVELOPER_TIER: Final = "2025-07-01"
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(-preview|-privatepreview|-alpha|-beta)?")


def is_date(version: str) -> bool:
    """Whether it looks like an api-version at all."""
    return _DATE.fullmatch(version) is not None


def since(first: str) -> tuple[str, ...]:
    """The versions from this one on."""
    return tuple(version for version in VERSIONS if version[:10] >= first[:10])


def has_second(version: str) -> bool:
    """Whether a version has tags, SKUs and the other things that came with 2024-10-01."""
    return version[:10] >= SECOND


def has_developer_tier(version: str) -> bool:
    """Whether a version knows the SKU DeveloperTier."""
    return version[:10] >= _DEVELOPER_TIER
