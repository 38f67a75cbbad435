"""What an approval is bound to, and how two rounds differ.

The digest is over what was asked for and why, without what changes by itself while people think: figures of the moment
(all deployments' cost, quotas, losses, last calls), the warnings that follow from them, and labels of what has an id.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bot.approvals.policy import Ask, kind_of
from bot.facts.requests import Change

MOVES: Mapping[str, frozenset[str]] = {
    "deployment": frozenset(
        {
            *("bill", "quota", "count", "valid_loss", "compare", "reading", "safety_passed", "warnings"),
            *("model_short", "base_short", "sku_label", "region", "unit"),
        }
    ),
    "training": frozenset({"spent"}),
    "keep": frozenset({"cost", "last_call", "expires_at"}),
}
"""Fields of each kind of ask that change by themselves."""

CHOSEN: Mapping[str, tuple[str, ...]] = {
    "deployment": (
        "connection",
        "name",
        "model",
        "sku",
        "capacity",
        "content_filter",
        "filter_off",
        "tags",
        "until",
        "replaces",
        "grace_hours",
        "rate",
    ),
    "training": ("job", "model", "connection", "train", "cost", "purchase"),
    "keep": ("deployment", "until", "rate"),
}
"""What people choose, and what it costs; other fields only follow from these."""


def bound(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an ask (as JSON) that an approval is bound to."""
    return {name: value for name, value in spec.items() if name not in MOVES[kind]}


def digest_of(ask: Ask, reason: str) -> str:
    """SHA-256 (64 hexadecimal digits) of what is asked for, with its reason."""
    return digest_of_spec(kind_of(ask), ask.model_dump(mode="json"), reason)


def digest_of_spec(kind: str, spec: Mapping[str, Any], reason: str) -> str:
    """The same over an ask as the store keeps it."""
    told = json.dumps(
        {"kind": kind, "ask": bound(kind, spec), "reason": reason}, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(told.encode()).hexdigest()


def changes(
    kind: str, before: Mapping[str, Any], after: Mapping[str, Any], reasons: tuple[str, str]
) -> tuple[Change, ...]:
    """How an ask differs from the one of the round before; `reasons` are (before, after)."""
    old, new = bound(kind, before), bound(kind, after)
    differ = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    shown = [name for name in CHOSEN[kind] if name in differ]
    if not shown and reasons[0] == reasons[1]:
        shown = differ
    found = [Change(field=name, before=_plain(old.get(name)), after=_plain(new.get(name))) for name in shown]
    if reasons[0] != reasons[1]:
        found.append(Change(field="reason", before=reasons[0], after=reasons[1]))
    return tuple(found)


def _plain(value: Any) -> str | int | float | bool | None:
    """One value in a line: a rate is its price per hour, tags are `name=value` pairs."""
    if isinstance(value, Mapping):
        if "per_hour" in value:
            return float(value["per_hour"])
        return ", ".join(f"{name}={one}" for name, one in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
