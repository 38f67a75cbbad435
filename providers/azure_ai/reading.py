"""Answers read leniently: what is absent or odd is a default."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from providers.clock import from_unix

_EMPTY: Final[Mapping[str, Any]] = {}
NEVER: Final = from_unix(0)


def inner(value: Any, *names: str) -> Mapping[str, Any]:
    """An object inside objects; empty when there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else _EMPTY


def text(value: Any, *names: str) -> str:
    """A text inside objects; "" when there is none."""
    found = inner(value, *names[:-1]).get(names[-1])
    return found if isinstance(found, str) else ""


def items(value: Any, *names: str) -> list[Any]:
    """A list inside objects; empty when there is none."""
    found = inner(value, *names[:-1]).get(names[-1])
    return found if isinstance(found, list) else []


def texts(value: Any, *names: str) -> dict[str, str]:
    """The texts of an object inside objects (tags, properties)."""
    return {str(name): one for name, one in inner(value, *names).items() if isinstance(one, str)}


def moment(value: Any) -> datetime | None:
    """An ISO time as aware UTC (one without a zone is UTC); None for anything else.

    Seconds come with up to seven digits behind the point; what is more than microseconds is cut off.
    """
    if not isinstance(value, str) or not value:
        return None
    head, point, tail = value.partition(".")
    if point:
        digits = len(tail) - len(tail.lstrip("0123456789"))
        value = f"{head}.{tail[:digits][:6].ljust(6, '0')}{tail[digits:]}" if digits else head + tail
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
