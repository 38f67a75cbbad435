"""Reading the body of a deployment request (contract 2.2)."""

import re
from dataclasses import dataclass
from typing import Any, Final

from sandbox.azure_control import market, refusals

NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}")
UPGRADES: Final = ("OnceNewDefaultVersionAvailable", "OnceCurrentVersionExpired", "NoAutoUpgrade")
_RESERVED: Final = frozenset("<>%&\\?/")
_MAX_TAGS, _MAX_TAG_NAME, _MAX_TAG_VALUE = 50, 512, 256


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed request to deploy. `sku` is None for a word that the service does not have."""

    name: str
    model: str
    format: str
    version: str | None
    source: str | None
    sku_sent: str
    sku: str | None
    capacity: int
    rai_policy: str | None
    version_upgrade: str
    tags: dict[str, str]


def read(name: str, body: dict[str, Any]) -> Asked:
    """The request, its form checked. Raises ArmError."""
    if not NAME.fullmatch(name):
        raise refusals.bad_name(name)
    sku = body.get("sku")
    if not isinstance(sku, dict) or not isinstance(sku.get("name"), str):
        raise refusals.no_sku()
    properties = body.get("properties")
    model = properties.get("model") if isinstance(properties, dict) else None
    if not isinstance(properties, dict) or not isinstance(model, dict):
        raise refusals.missing("model")
    upgrade = _text(properties, "versionUpgradeOption") or UPGRADES[0]
    if upgrade not in UPGRADES:
        raise refusals.missing("versionUpgradeOption")
    return Asked(
        name=name,
        model=_required(model, "name", "model name"),
        format=_required(model, "format", "model format"),
        version=_text(model, "version"),
        source=_text(model, "source"),
        sku_sent=sku["name"],
        sku=market.sku_name(sku["name"]),
        capacity=capacity(sku.get("capacity"), 1),
        rai_policy=_text(properties, "raiPolicyName"),
        version_upgrade=upgrade,
        tags=tags(body.get("tags")),
    )


def capacity(sent: object, default: int) -> int:
    """Thousands of tokens per minute. Raises ArmError."""
    if sent is None:
        return default
    if isinstance(sent, bool) or not isinstance(sent, int):
        raise refusals.missing("capacity")
    if sent < 1:
        raise refusals.capacity_too_small(sent)
    if sent > market.MAX_CAPACITY:
        raise refusals.capacity_too_large(sent, market.MAX_CAPACITY)
    return sent


def tags(sent: object) -> dict[str, str]:
    """Tags within Resource Manager's limits. Raises ArmError."""
    if sent is None:
        return {}
    if not isinstance(sent, dict) or not all(isinstance(value, str) for value in sent.values()):
        raise refusals.bad_tags("an object of strings is expected")
    if len(sent) > _MAX_TAGS:
        raise refusals.bad_tags("there are too many")
    for name, value in sent.items():
        if not name or len(name) > _MAX_TAG_NAME or len(value) > _MAX_TAG_VALUE:
            raise refusals.bad_tags("a name or a value is too long, or a name is empty")
        if _RESERVED & set(name):
            raise refusals.bad_tags("a name has reserved characters '<,>,%,&,\\,?,/'")
    return dict(sent)


def _text(where: dict[str, Any], name: str) -> str | None:
    value = where.get(name)
    if value is not None and not isinstance(value, str):
        raise refusals.missing(name)
    return value or None


def _required(where: dict[str, Any], name: str, called: str) -> str:
    value = _text(where, name)
    if value is None:
        raise refusals.missing(called)
    return value
