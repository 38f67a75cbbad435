"""Reading the `method` of a request and refusing what the service refuses (contract 1.4)."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.azure_openai import graders, refusals
from sandbox.azure_openai.method import DEFAULT_BETA, METHODS, Method
from sandbox.azure_openai.versions import ApiVersion

_SHARED: Final = frozenset({"n_epochs", "batch_size", "learning_rate_multiplier"})
_TAKEN: Final = {
    "supervised": _SHARED,
    "dpo": _SHARED | {"beta", "l2_multiplier"},
    "reinforcement": _SHARED | {"reasoning_effort", "compute_multiplier", "eval_interval", "eval_samples"},
}
_EFFORTS: Final = ("default", "low", "medium", "high")
_METADATA: Final = (16, 64, 512)
_EVALUATED: Final = 4


def read_method(body: dict[str, Any], version: ApiVersion) -> tuple[dict[str, Any], Method]:
    """The shared hyperparameters, wherever they stand, and the method. Raises ServiceError."""
    hyper = body.get("hyperparameters") or {}
    if not isinstance(hyper, dict):
        raise refusals.missing("hyperparameters")
    sent = body.get("method")
    if sent is None:
        return hyper, Method()
    if not version.methods:
        raise refusals.unsupported("method", "in this api-version")
    kind = sent.get("type") if isinstance(sent, dict) else None
    if kind not in version.methods:
        raise refusals.out_of_range("method", f"of the type {_either(version.methods)}")
    if hyper:
        raise refusals.out_of_range("hyperparameters", "part of the method")
    settings = sent.get(kind) or {}
    inner = settings.get("hyperparameters") or {} if isinstance(settings, dict) else None
    if not isinstance(inner, dict):
        raise refusals.missing("method")
    unknown = sorted(set(inner) - _TAKEN[kind])
    if unknown:
        raise refusals.unsupported("hyperparameter", unknown[0])
    return inner, _method(next(name for name in METHODS if name == kind), sent, settings, inner)


def read_metadata(body: Mapping[str, Any], version: ApiVersion) -> dict[str, str] | None:
    """At most 16 pairs of texts; the dated surface knows none. Raises ServiceError."""
    sent = body.get("metadata")
    if sent is None or not version.undated:
        return None
    pairs, longest_name, longest_value = _METADATA
    fine = isinstance(sent, dict) and len(sent) <= pairs
    if not fine or not all(
        len(name) <= longest_name and isinstance(value, str) and len(value) <= longest_value
        for name, value in sent.items()
    ):
        allowed = (
            f"at most {pairs} pairs with names of {longest_name} and values of {longest_value} characters"
        )
        raise refusals.out_of_range("metadata", allowed)
    return dict(sent)


def _method(kind: Any, sent: dict[str, Any], settings: Mapping[str, Any], inner: Mapping[str, Any]) -> Method:
    if kind == "supervised":
        return Method(kind, sent)
    if kind == "dpo":
        _amount(inner, "l2_multiplier", 0)
        return Method(kind, sent, beta=_amount(inner, "beta", 0) or DEFAULT_BETA)
    effort = inner.get("reasoning_effort")
    if effort is not None and effort not in _EFFORTS:
        raise refusals.out_of_range("reasoning_effort", _either(_EFFORTS))
    compute = _amount(inner, "compute_multiplier", 0)
    if compute == 0:
        raise refusals.out_of_range("compute_multiplier", "greater than 0")
    shape = settings.get("response_format")
    if shape is not None and (not isinstance(shape, dict) or shape.get("type") != "json_schema"):
        raise refusals.out_of_range("response_format", "of the type json_schema")
    return Method(
        kind,
        sent,
        grader=_grader(settings.get("grader")),
        eval_interval=_count(inner, "eval_interval"),
        eval_samples=_count(inner, "eval_samples") or _EVALUATED,
    )


def _grader(sent: Any) -> dict[str, Any]:
    """A grader that can be applied here. Raises ServiceError."""
    if not isinstance(sent, dict):
        raise refusals.missing("grader")
    kind = sent.get("type")
    if kind in graders.OTHERS:
        raise refusals.grader_not_simulated(str(kind))
    if kind not in graders.SIMULATED:
        raise refusals.out_of_range("grader.type", _either((*graders.SIMULATED, *graders.OTHERS)))
    for name in ("name", "input", "reference"):
        if not isinstance(sent.get(name), str):
            raise refusals.missing("grader." + name)
    field, known = ("operation", graders.OPERATIONS) if kind == "string_check" else (
        "evaluation_metric", tuple(graders.MEASURES)
    )  # fmt: skip
    if sent.get(field) not in known:
        raise refusals.out_of_range("grader." + field, _either(known))
    return sent


def _amount(inner: Mapping[str, Any], name: str, low: float) -> float | None:
    value = inner.get(name)
    if value is None or value == "auto":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < low:
        raise refusals.out_of_range(name, f'"auto" or a number from {low:g}')
    return float(value)


def _count(inner: Mapping[str, Any], name: str) -> int:
    """A whole number from 1; 0 where the service decides."""
    value = inner.get(name)
    if value is None or value == "auto" or (value == -1 and not isinstance(value, bool)):
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise refusals.out_of_range(name, '"auto" or a whole number from 1')
    return value


def _either(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
