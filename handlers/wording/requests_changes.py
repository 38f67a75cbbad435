"""What differs between two rounds of a request, field by field."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.facts.requests import Change
from handlers.wording import numbers
from handlers.wording.language import pick
from handlers.wording.markup import day, inline
from handlers.wording.said import fill

_FIELDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "model": "Model",
        "connection": "Connection",
        "name": "Name",
        "sku": "SKU",
        "capacity": "Capacity",
        "content_filter": "Content filter",
        "filter_off": "Content safety",
        "tags": "Tags",
        "until": "Until",
        "replaces": "Replaces",
        "replaces_name": "Replaces",
        "grace_hours": "Hours until the replaced one goes",
        "reason": "Reason",
        "job": "Job",
        "step": "Checkpoint's step",
        "trained_at": "Model's connection",
        "cost": "Cost",
        "rate": "Price of an hour",
    }
}
_DERIVED = frozenset(
    {
        "model_short",
        "base",
        "region",
        "sku_label",
        "processing",
        "tokens_per_minute",
        "requests_per_minute",
        "reading",
        "valid_loss",
        "compare",
        "safety_passed",
        "bill",
        "quota",
        "count",
        "warnings",
        "filter_on",
        "free",
    }
)
"""Fields that follow from another one that is told, or that change by themselves."""
_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "*Changed since round {before}:*",
        "line": "*{field}:* {before} → {after}",
        "reason_before": "*Reason before:* {before}",
        "nothing": "none",
        "safety_off": "*off*",
        "safety_on": "on",
        "yes": "yes",
        "no": "no",
    }
}
_MOMENTS = frozenset({"until"})
_MOST = 15


def lines(changes: tuple[Change, ...], current: int, locale: str, *, quoted: bool = False) -> list[str]:
    """One line for each difference to the round before; empty without any.

    `quoted`: the reason of this round stands beside it, so that only the one before is told.
    """
    words = pick(_TEXT, locale)
    told = [_line(one, locale, quoted=quoted) for one in _worth_telling(changes)[:_MOST]]
    return [words["title"].format(before=f"{max(1, current - 1):,}"), *told] if told else []


def _worth_telling(changes: tuple[Change, ...]) -> list[Change]:
    """Without what follows from others; a replaced deployment is told by its name where that is among them."""
    names = {one.field for one in changes}
    left_out = _DERIVED | ({"replaces"} if "replaces_name" in names else set())
    left_out |= {"content_filter"} if "filter_off" in names else set()
    shown = [one for one in changes if one.field not in left_out]
    return shown or list(changes)


def _line(one: Change, locale: str, *, quoted: bool) -> str:
    if quoted and one.field == "reason":
        return fill(pick(_TEXT, locale)["reason_before"], {}, before=_value(one.field, one.before, locale))
    field = pick(_FIELDS, locale).get(one.field) or inline(one.field.replace("_", " "), 60)
    return fill(
        pick(_TEXT, locale)["line"],
        {},
        field=field,
        before=_value(one.field, one.before, locale),
        after=_value(one.field, one.after, locale),
    )


def _value(field: str, value: str | float | bool | None, locale: str) -> str:
    words = pick(_TEXT, locale)
    if field == "filter_off":
        return words["safety_off" if value else "safety_on"]
    if value is None or value == "":
        return words["nothing"]
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return numbers.plain(value) if value == value else words["nothing"]
    moment = _moment(value) if field in _MOMENTS else None
    return day(moment) if moment is not None else inline(value, 300)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
