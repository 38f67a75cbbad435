"""The api-versions of Microsoft.MachineLearningServices, and what is in which (contract 1)."""

from typing import Final

VERSIONS: Final = (
    "2022-10-01",
    "2023-04-01",
    "2023-04-01-preview",
    "2023-08-01-preview",
    "2023-10-01",
    "2024-01-01-preview",
    "2024-04-01",
    "2024-04-01-preview",
    "2024-07-01-preview",
    "2024-10-01",
    "2024-10-01-preview",
    "2025-01-01-preview",
    "2025-12-01",
    "2026-07-15-preview",
    "2026-09-01",
)
# Jobs exist everywhere; those of this type never came into a stable version.
FINE_TUNING: Final = frozenset(
    {
        "2024-01-01-preview",
        "2024-04-01-preview",
        "2024-10-01-preview",
        "2025-01-01-preview",
        "2026-07-15-preview",
    }
)
SERVERLESS: Final = tuple(version for version in VERSIONS if version >= "2023-08" and version != "2023-10-01")
MARKETPLACE: Final = tuple(version for version in VERSIONS if version >= "2024-01")
STATUS: Final = ("2024-01-01-preview",)
RESOURCES: Final = ("2019-10-01", "2020-06-01", "2020-10-01", "2021-04-01", "2022-09-01", "2024-03-01")
AUTHORIZATION: Final = ("2015-07-01", "2018-07-01", "2022-04-01", "2022-05-01-preview")


def has_queue(version: str) -> bool:
    """Whether jobs have `queueSettings` and `resources`."""
    return version[:10] >= "2024-10-01"


def has_content_safety(version: str) -> bool:
    """Whether endpoints have `contentSafety`, and must say how callers prove who they are."""
    return version[:10] >= "2024-04-01"


def has_content_safety_level(version: str) -> bool:
    """Whether content safety has a level, and endpoints take tokens of Entra."""
    return version[:10] >= "2025-01-01"


def has_secret_expiry(version: str) -> bool:
    """Whether a body of listSecrets says how long the secret is good for."""
    return version[:10] >= "2024-10-01"
