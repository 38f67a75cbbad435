"""What makes a grader valid, by the published specification of v1 and by what a grader can read (contract 1.4)."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sandbox.azure_openai import refusals
from sandbox.azure_openai.errors import ServiceError
from sandbox.azure_openai.graders import MEASURES, OPERATIONS

_PLACE: Final = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_PATH: Final = re.compile(r"(item|sample)(\.\w+)+")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_GRADE: Final = re.compile(r"^(?:async\s+)?def\s+grade\s*\(", re.MULTILINE)
_ROLES: Final = ("user", "assistant", "system", "developer")
_FUNCTIONS: Final = frozenset({"min", "max", "abs", "floor", "ceil", "exp", "sqrt", "log"})


def check_grader(sent: Any, at: str = "grader", *, inside: bool = False) -> None:
    """Raise ServiceError for what is no grader of the specification, or reads what no grader has."""
    if not isinstance(sent, dict):
        raise refusals.missing(at)
    kinds = {kind: check for kind, check in _CHECKS.items() if not (inside and kind in ("multi", "python"))}
    check = kinds.get(str(sent.get("type")))
    if check is None:
        raise _must_be(at, "type", _one_of(kinds))
    _text(sent, "name", at)
    check(sent, at)


def _string_check(sent: Mapping[str, Any], at: str) -> None:
    _templates(sent, at)
    _word(sent, "operation", at, OPERATIONS)


def _text_similarity(sent: Mapping[str, Any], at: str) -> None:
    _templates(sent, at)
    _word(sent, "evaluation_metric", at, tuple(MEASURES))


def _score_model(sent: Mapping[str, Any], at: str) -> None:
    _text(sent, "model", at)
    messages = sent.get("input")
    if not isinstance(messages, list) or not messages:
        raise _missing(at, "input")
    for index, message in enumerate(messages):
        where = f"{at}.input[{index}]"
        if not isinstance(message, dict):
            raise refusals.missing(where)
        _word(message, "role", where, _ROLES)
        if isinstance(message.get("content"), str):
            _template(message["content"], f"{where}.content")
    span = sent.get("range")
    if span is not None and not (isinstance(span, list) and len(span) == 2 and span[0] < span[1]):
        raise _must_be(at, "range", "two numbers, the smaller one first")


def _python(sent: Mapping[str, Any], at: str) -> None:
    if _GRADE.search(_text(sent, "source", at)) is None:
        raise _must_be(at, "source", "a program that defines the function grade")


def _multi(sent: Mapping[str, Any], at: str) -> None:
    parts = sent.get("graders")
    if not isinstance(parts, dict) or not parts:
        raise _missing(at, "graders")
    for name, part in parts.items():
        check_grader(part, f"{at}.graders.{name}", inside=True)
    unknown = sorted(set(_NAME.findall(_text(sent, "calculate_output", at))) - set(parts) - _FUNCTIONS)
    if unknown:
        raise refusals.unsupported("name in the formula", unknown[0])


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any], str], None]]] = {
    "string_check": _string_check,
    "text_similarity": _text_similarity,
    "score_model": _score_model,
    "python": _python,
    "multi": _multi,
}


def _templates(sent: Mapping[str, Any], at: str) -> None:
    for name in ("input", "reference"):
        if not isinstance(sent.get(name), str):
            raise _missing(at, name)
        _template(sent[name], f"{at}.{name}")


def _template(text: str, at: str) -> None:
    for place in _PLACE.findall(text):
        if _PATH.fullmatch(place) is None:
            allowed = f"a template of item.… and sample.…, not of '{place}'"
            raise refusals.out_of_range(at, allowed)


def _text(sent: Mapping[str, Any], name: str, at: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value:
        raise _missing(at, name)
    return value


def _word(sent: Mapping[str, Any], name: str, at: str, known: tuple[str, ...]) -> None:
    if sent.get(name) not in known:
        raise _must_be(at, name, _one_of(known))


def _missing(at: str, name: str) -> ServiceError:
    return refusals.missing(f"{at}.{name}")


def _must_be(at: str, name: str, allowed: str) -> ServiceError:
    return refusals.out_of_range(f"{at}.{name}", allowed)


def _one_of(words: Iterable[str]) -> str:
    return f"one of {', '.join(words)}"
