"""Code and words of an error body of Azure Resource Manager, with what Machine Learning adds (contract 8).

The useful sentence often stands deeper than `error.message`: in `details`, in `innerError`, or in
`additionalInfo[].info.value` as `MessageFormat` or a message of its own.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

DEEPEST: Final = 8
_GENERIC: Final = frozenset({"", "usererror", "systemerror", "badrequest", "validationerror", "conflict"})


def read_envelope(body: bytes) -> tuple[str, str]:
    """Code and message: wrapped in `error`, flat, or no JSON at all (then its text, unless it is HTML)."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace").strip()
        return "", "" if text.startswith("<") else text
    error = answer.get("error", answer) if isinstance(answer, Mapping) else answer
    if isinstance(error, str):
        return "", error
    if not isinstance(error, Mapping):
        return "", ""
    return code_of(error), message_of(error)


def code_of(error: Mapping[str, Any]) -> str:
    """The most telling code: `UserError` says less than the one inside it."""
    codes = [str(one.get("code") or "") for one in _nested(error)]
    telling = [code for code in codes if code.lower() not in _GENERIC]
    return (telling or [code for code in codes if code] or [""])[0]


def message_of(error: Mapping[str, Any]) -> str:
    """All different sentences, the outermost first: the inner ones say what the outer ones mean."""
    found: list[str] = []
    for one in _nested(error):
        for text in (one.get("message"), _formatted(one), *_added(one)):
            words = str(text).strip() if isinstance(text, str) else ""
            if words and not any(words in other for other in found):
                found = [*(other for other in found if other not in words), words]
    return " ".join(found)


def _nested(error: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    yield error
    if depth >= DEEPEST:
        return
    inner = error.get("innerError") or error.get("innererror")
    details = error.get("details")
    for one in [inner, *(details if isinstance(details, list) else [])]:
        if isinstance(one, Mapping):
            yield from _nested(one, depth + 1)


def _formatted(error: Mapping[str, Any]) -> str:
    """`messageFormat` with its parameters put in."""
    pattern, values = error.get("messageFormat"), error.get("messageParameters")
    if not isinstance(pattern, str) or not isinstance(values, Mapping):
        return ""
    for name, value in values.items():
        pattern = pattern.replace(f"{{{name}}}", str(value))
    return "" if "{" in pattern else pattern


def _added(error: Mapping[str, Any]) -> Iterator[str]:
    """What Machine Learning puts into `additionalInfo`; component names and the like say nothing to people."""
    listed = error.get("additionalInfo")
    for one in listed if isinstance(listed, list) else []:
        info = one.get("info") if isinstance(one, Mapping) else None
        if not isinstance(info, Mapping):
            continue
        value = info.get("value")
        if one.get("type") in {"MessageFormat", "Message"} and isinstance(value, str) and "{" not in value:
            yield value
        message = info.get("message")
        if isinstance(message, str):
            yield message
