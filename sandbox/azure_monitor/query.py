"""A metrics query, read from the parameters of its address (contract 3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox.azure_monitor.errors import MonitorError
from sandbox.azure_monitor.filters import Condition, read_filter
from sandbox.azure_monitor.metrics import AGGREGATIONS, METRICS, NAMESPACE, TOTAL, Metric
from sandbox.azure_monitor.timespan import Span, read_span

DEFAULT_TOP: Final = 10
_MOST_METRICS: Final = 20


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. `conditions` None is no filter at all; `ascending` None leaves the order to the service."""

    metrics: tuple[Metric, ...]
    span: Span
    aggregations: tuple[str, ...]
    conditions: tuple[Condition, ...] | None
    top: int
    ascending: bool | None
    rolled_up: frozenset[str]
    metadata_only: bool


def read_query(parameters: Mapping[str, str], now: datetime) -> Query:
    """Check the parameters, whose names are compared without case. Raises MonitorError."""
    given = {name.lower(): value for name, value in parameters.items()}
    namespace = given.get("metricnamespace")
    if namespace is not None and namespace.lower() != NAMESPACE.lower():
        raise MonitorError("Failed to find metric namespace '{}' for resource type {}.", namespace, NAMESPACE)
    metrics = _metrics(given.get("metricnames", ""))
    aggregations = _aggregations(given.get("aggregation"))
    text = given.get("$filter")
    conditions = None if text is None else read_filter(text)
    if conditions is not None:
        conditions = _known(conditions, metrics, strict=_flag(given, "validatedimensions", default=True))
    result_type = given.get("resulttype", "Data").lower()
    if result_type not in {"data", "metadata"}:
        raise MonitorError("The resultType '{}' is neither Data nor Metadata.", given["resulttype"])
    adjust = _flag(given, "autoadjusttimegrain", default=False)
    return Query(
        metrics=metrics,
        span=read_span(given.get("timespan"), given.get("interval"), now, adjust=adjust),
        aggregations=aggregations,
        conditions=conditions,
        top=_top(given.get("top")),
        ascending=_order(given.get("orderby"), aggregations),
        rolled_up=frozenset(
            name.strip().lower() for name in given.get("rollupby", "").split(",") if name.strip()
        ),
        metadata_only=result_type == "metadata",
    )


def _metrics(names: str) -> tuple[Metric, ...]:
    asked = [name.strip() for name in names.split(",") if name.strip()]
    if not asked:
        raise MonitorError("The parameter 'metricnames' is required.")
    if len(asked) > _MOST_METRICS:
        raise MonitorError("At most {} metrics can be asked for in one query.", _MOST_METRICS)
    for name in asked:
        if name.lower() not in METRICS:
            valid = ",".join(metric.name for metric in METRICS.values())
            raise MonitorError(
                "Failed to find metric configuration for provider: Microsoft.CognitiveServices, "
                "resource Type: accounts, metric: {}, Valid metrics: {}",
                name,
                valid,
            )
    return tuple(METRICS[name.lower()] for name in asked)


def _aggregations(text: str | None) -> tuple[str, ...]:
    asked = [name.strip().lower() for name in (text or TOTAL).split(",") if name.strip()]
    unknown = [name for name in asked if name not in AGGREGATIONS]
    if unknown or not asked:
        raise MonitorError(
            "Invalid aggregation type: {}. Supported types: {}.", text, ", ".join(AGGREGATIONS)
        )
    return tuple(dict.fromkeys(asked))


def _known(
    conditions: tuple[Condition, ...], metrics: tuple[Metric, ...], *, strict: bool
) -> tuple[Condition, ...]:
    """The conditions on dimensions that every metric has; the others are refused, or ignored."""
    known = tuple(found for found in conditions if all(metric.has(found.dimension) for metric in metrics))
    if strict and len(known) < len(conditions):
        wrong = next(found.dimension for found in conditions if found not in known)
        valid = ",".join(metrics[0].dimensions)
        raise MonitorError(
            "Metric: {} does not support dimension: {}. Valid: {}", metrics[0].name, wrong, valid
        )
    return known


def _top(text: str | None) -> int:
    if text is None:
        return DEFAULT_TOP
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) < 2**31:
        raise MonitorError("The parameter 'top' must be a whole number above 0, not '{}'.", text)
    return int(text)


def _order(text: str | None, aggregations: tuple[str, ...]) -> bool | None:
    """Whether series are sorted upwards; the aggregation may be called `sum`, as in Monitor's own examples."""
    if text is None:
        return None
    words = text.lower().split()
    name = TOTAL if words[:1] == ["sum"] else "".join(words[:1])
    if name not in aggregations or words[1:] not in ([], ["asc"], ["desc"]):
        raise MonitorError("The parameter 'orderby' is invalid: '{}'.", text)
    return words[1:] != ["desc"]


def _flag(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = given.get(name)
    if value is None:
        return default
    if value.lower() not in {"true", "false"}:
        raise MonitorError("The parameter '{}' must be true or false, not '{}'.", name, value)
    return value.lower() == "true"
