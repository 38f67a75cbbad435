"""Graders of reinforcement fine-tuning, checked as far as they are documented (contract 1.4, v1 specification).

What is documented nowhere passes: the service decides about names of models, templates, formulas and programs.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

Why = Literal["json", "not_object", "missing", "unknown", "not_text", "not_list", "not_range", "empty"]

OPERATIONS: Final = frozenset({"eq", "ne", "like", "ilike"})
SIMILARITIES: Final = frozenset(
    {
        "fuzzy_match",
        "bleu",
        "gleu",
        "meteor",
        "rouge_1",
        "rouge_2",
        "rouge_3",
        "rouge_4",
        "rouge_5",
        "rouge_l",
    }
)
ROLES: Final = frozenset({"user", "assistant", "system", "developer"})
DEEPEST: Final = 64


class GraderError(ValueError):
    """What was given is no grader.

    Attributes:
        where: the field, as `graders.exact.operation`; "" for the whole.
        why: `json` cannot be read as JSON; `not_object`, `not_text`, `not_list`, `not_range` has another type;
            `missing`; `empty`; `unknown` a word outside of the documented ones.
    """

    def __init__(self, where: str, why: Why) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


def parse_grader(text: str) -> dict[str, Any]:
    """The grader as it is sent. Raises GraderError."""
    grader = parse_object(text)
    _grader(grader, "")
    return grader


def parse_object(text: str) -> dict[str, Any]:
    """A JSON object of at most 64 levels. Raises GraderError."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise GraderError("", "json") from error
    if not isinstance(value, dict):
        raise GraderError("", "not_object")
    if _deeper_than(value, DEEPEST):
        raise GraderError("", "json")
    return value


def _no_constant(name: str) -> None:
    """`NaN` and `Infinity` are Python's, not JSON's."""
    raise ValueError(name)


def _deeper_than(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper_than(one, levels - 1) for one in inner)


def _grader(grader: Mapping[str, Any], at: str, *, inside: bool = False) -> None:
    kind = _text(grader, "type", at)
    check = _CHECKS.get(kind)
    if check is None or (inside and kind == "multi"):
        raise GraderError(at + "type", "unknown")
    _text(grader, "name", at)
    check(grader, at)


def _string_check(grader: Mapping[str, Any], at: str) -> None:
    for name in ("input", "reference"):
        _text(grader, name, at, may_be_empty=True)
    _word(grader, "operation", at, OPERATIONS)


def _text_similarity(grader: Mapping[str, Any], at: str) -> None:
    for name in ("input", "reference"):
        _text(grader, name, at, may_be_empty=True)
    _word(grader, "evaluation_metric", at, SIMILARITIES)


def _score_model(grader: Mapping[str, Any], at: str) -> None:
    _text(grader, "model", at)
    messages = _present(grader, "input", at)
    if not isinstance(messages, list):
        raise GraderError(at + "input", "not_list")
    if not messages:
        raise GraderError(at + "input", "empty")
    for index, message in enumerate(messages):
        where = f"{at}input[{index}]"
        if not isinstance(message, dict):
            raise GraderError(where, "not_object")
        _word(message, "role", f"{where}.", ROLES)
        _present(message, "content", f"{where}.")
    span = grader.get("range")
    if span is not None and not _is_range(span):
        raise GraderError(at + "range", "not_range")


def _multi(grader: Mapping[str, Any], at: str) -> None:
    parts = _present(grader, "graders", at)
    if not isinstance(parts, dict):
        raise GraderError(at + "graders", "not_object")
    if not parts:
        raise GraderError(at + "graders", "empty")
    for name, part in parts.items():
        where = f"{at}graders.{name}"
        if not isinstance(part, dict):
            raise GraderError(where, "not_object")
        _grader(part, f"{where}.", inside=True)
    _text(grader, "calculate_output", at)


def _python(grader: Mapping[str, Any], at: str) -> None:
    _text(grader, "source", at)


def _endpoint(_grader: Mapping[str, Any], _at: str) -> None:
    """Named in notebooks only: what it takes is documented nowhere."""


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any], str], None]]] = {
    "string_check": _string_check,
    "text_similarity": _text_similarity,
    "score_model": _score_model,
    "python": _python,
    "endpoint": _endpoint,
    "multi": _multi,
}
KINDS: Final = tuple(_CHECKS)


def _present(grader: Mapping[str, Any], name: str, at: str) -> Any:
    if grader.get(name) is None:
        raise GraderError(at + name, "missing")
    return grader[name]


def _text(grader: Mapping[str, Any], name: str, at: str, *, may_be_empty: bool = False) -> str:
    value = _present(grader, name, at)
    if not isinstance(value, str):
        raise GraderError(at + name, "not_text")
    if not value and not may_be_empty:
        raise GraderError(at + name, "empty")
    return value


def _word(grader: Mapping[str, Any], name: str, at: str, known: frozenset[str]) -> None:
    if _text(grader, name, at) not in known:
        raise GraderError(at + name, "unknown")


def _is_range(value: Any) -> bool:
    numbers = isinstance(value, list) and len(value) == 2
    if not numbers or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
        return False
    return bool(value[0] < value[1])
