"""What people type about a deployment: its tags, and the day until which it is wanted. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from bot.errors import Invalid
from bot.working_hours import Hours

OURS = "tunesmith-"
"""Beginning of the tags that the roll-out sets."""
# Limits of Azure Resource Manager, assumed: the contract does not tell them. Of its 50 tags five are ours.
TAGS_MAXIMUM = 45
YEARS_MAXIMUM = 5
"""A later end is a slip of the fingers: no base model is served for that long."""
TAG_NAME_MAXIMUM, TAG_VALUE_MAXIMUM = 512, 256
RESERVED = frozenset("<>%&\\?/")
SHOWN = 80
_SEPARATOR = re.compile(r"[,\n]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_tags(text: str) -> dict[str, str]:
    """Pairs `name=value`, one a line or separated by commas; a value may be empty and may hold `=`.

    Raises:
        Invalid: at `tags`: `tags_form`, `tags_reserved`, `tags_characters`, `tags_long`, `tags_twice`, `tags_many`.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for piece in _SEPARATOR.split(text.replace("\r", "\n")):
        if not piece.strip():
            continue
        name, equals, value = (part.strip() for part in piece.partition("="))
        if not equals or not name or not piece.strip().isprintable():
            raise Invalid("tags_form", {"line": piece.strip()[:SHOWN]}, field="tags")
        _check_tag(name, value)
        # Resource Manager compares the names of tags without case.
        if name.casefold() in seen:
            raise Invalid("tags_twice", {"name": name[:SHOWN]}, field="tags")
        seen.add(name.casefold())
        found[name] = value
    if len(found) > TAGS_MAXIMUM:
        raise Invalid("tags_many", {"maximum": TAGS_MAXIMUM, "count": len(found)}, field="tags")
    return found


def _check_tag(name: str, value: str) -> None:
    shown = name[:SHOWN]
    if name.casefold().startswith(OURS):
        raise Invalid("tags_reserved", {"name": shown, "prefix": OURS}, field="tags")
    if RESERVED & set(name):
        raise Invalid(
            "tags_characters", {"name": shown, "characters": " ".join(sorted(RESERVED))}, field="tags"
        )
    if len(name) > TAG_NAME_MAXIMUM:
        raise Invalid("tags_long", {"name": shown, "maximum": TAG_NAME_MAXIMUM}, field="tags")
    if len(value) > TAG_VALUE_MAXIMUM:
        raise Invalid("tags_long", {"name": shown, "maximum": TAG_VALUE_MAXIMUM}, field="tags")


def format_tags(tags: Mapping[str, str]) -> str:
    """Tags as they are typed, one a line."""
    return "\n".join(f"{name}={value}" for name, value in tags.items())


def parse_until(text: str, hours: Hours, now: datetime) -> datetime:
    """The end of the working hours of a day (`2027-01-31`), so that the person who is asked then is at work.

    Raises:
        Invalid: at `until`: `until_form`, `until_past`, `until_far`.
    """
    given = text.strip()
    if not _DAY.fullmatch(given):
        raise Invalid("until_form", {"given": given[:SHOWN]}, field="until")
    try:
        at = datetime.combine(date.fromisoformat(given), hours.end, hours.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("until_form", {"given": given[:SHOWN]}, field="until") from None
    if at <= now:
        raise Invalid("until_past", {"date": given}, field="until")
    if at > now + timedelta(days=366 * YEARS_MAXIMUM):
        raise Invalid("until_far", {"date": given, "years": YEARS_MAXIMUM}, field="until")
    return at


def format_until(at: datetime, hours: Hours) -> str:
    """The day as it is typed."""
    return at.astimezone(hours.zone).date().isoformat()
