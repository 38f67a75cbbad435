"""What an audit event says beside who, when and what: its values in the order in which people ask for them.

Why and who come first. A digest is shortened to what people see elsewhere; the JSON lines keep all of it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.facts.deploy_forms import AuditValue

LONGEST: Final = 200
REASON: Final = "reason"
LONGEST_REASON: Final = 3000
DIGEST: Final = "digest"
DIGEST_SHOWN: Final = 4
_FIRST: Final = (REASON, "by", "user", "owner", "requester")
_LAST: Final = ("round", DIGEST, "spec", "groups", "at")
_PERSON: Final = re.compile(r"[UW][A-Z0-9]{4,20}")
_PEOPLE: Final = frozenset({"by", "user", "owner", "requester"})


def values_of(value: Any) -> tuple[AuditValue, ...]:
    """`before` or `after` of an event; what is empty says nothing and is left out."""
    if not isinstance(value, Mapping):
        return _some("", value)
    names = sorted(value, key=_rank)
    return tuple(one for name in names for one in _some(str(name), value[name]))


def plain(values: tuple[AuditValue, ...]) -> str:
    """All of them in one line, for a terminal."""
    return ", ".join(f"{one.name} {_words(one)}" if one.name else _words(one) for one in values)


def _words(one: AuditValue) -> str:
    said = ", ".join(one.people) if one.people else one.text
    return f"“{said}”" if one.name == REASON else said


def _rank(name: object) -> int:
    """Python's sort keeps the event's own order among equals."""
    if name in _FIRST:
        return _FIRST.index(str(name))
    return len(_FIRST) + (1 + _LAST.index(str(name)) if name in _LAST else 0)


def _some(name: str, value: Any) -> tuple[AuditValue, ...]:
    text = _text(value)
    if not text:
        return ()
    ids = [str(one) for one in (value if isinstance(value, list) else [value])]
    if name in _PEOPLE and all(_PERSON.fullmatch(one) for one in ids):
        return (AuditValue(name=name, people=tuple(ids)),)
    if name == DIGEST:
        return (AuditValue(name=name, text=text[:DIGEST_SHOWN]),)
    most = LONGEST_REASON if name == REASON else LONGEST
    return (AuditValue(name=name, text=text if len(text) <= most else f"{text[: most - 1]}…"),)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        told = {name: _text(one) for name, one in value.items()}
        return ", ".join(f"{name} {one}" for name, one in told.items() if one)
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
