"""From samples to the time series of an answer (contract 3.3)."""

from collections.abc import Sequence
from typing import Any, Final

from sandbox.azure_monitor.metrics import TOTAL, Metric, Sample
from sandbox.azure_monitor.query import Query
from sandbox.azure_monitor.timespan import Span, stamp

UNIT: Final = "Count"


def metric_json(metric: Metric, query: Query, samples: Sequence[Sample], resource_id: str) -> dict[str, Any]:
    """One metric of the answer; what it cannot be asked for is told inside it."""
    body: dict[str, Any] = {
        "id": f"{resource_id}/providers/Microsoft.Insights/metrics/{metric.name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": metric.name, "localizedValue": metric.display},
        "displayDescription": metric.description,
        "unit": UNIT,
        "timeseries": [],
        "errorCode": "Success",
    }
    wrong = next((name for name in query.aggregations if name not in metric.aggregations), None)
    if wrong is not None:
        body["errorCode"] = "InvalidSamplingType"
        body["errorMessage"] = (
            f"Sampling type is not found. Metric:CognitiveServices,AzureMonitor,{metric.name}, "
            f"SamplingType:Nullable{wrong.capitalize()}."
        )
        return body
    body["timeseries"] = _series(metric, query, samples)
    return body


def _series(metric: Metric, query: Query, samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """One series per combination of the filter's dimensions that has a sample in the span, at most `top`.

    Without a filter one series of everything, even when there is nothing.
    """
    conditions = query.conditions or ()
    split = [found.dimension for found in conditions if found.dimension not in query.rolled_up]
    groups: dict[tuple[str, ...], dict[int, float]] = {} if query.conditions is not None else {(): {}}
    for sample in samples:
        value = metric.value(sample.call)
        inside = query.span.start <= sample.call.at < query.span.end
        if value is None or not inside or not all(found.admits(sample.dimensions) for found in conditions):
            continue
        buckets = groups.setdefault(tuple(sample.dimensions[name] for name in split), {})
        number = query.span.bucket_of(sample.call.at)
        buckets[number] = buckets.get(number, 0.0) + value
    found = list(groups.items())
    if query.ascending is not None:
        found.sort(key=lambda item: sum(item[1].values()), reverse=not query.ascending)
    if query.conditions is not None:
        found = found[: query.top]
    return [
        {"metadatavalues": [_metadata(name, value) for name, value in zip(split, key, strict=True)]}
        | ({} if query.metadata_only else {"data": _points(query.span, buckets)})
        for key, buckets in found
    ]


def _metadata(name: str, value: str) -> dict[str, Any]:
    """Dimension names come back in lower case."""
    return {"name": {"value": name, "localizedValue": name}, "value": value}


def _points(span: Span, buckets: dict[int, float]) -> list[dict[str, Any]]:
    """A point for each bucket. Before the first sample a point is 0, after it one without samples has no total."""
    first = min(buckets, default=0)
    points = []
    for number, at in enumerate(span.buckets()):
        point: dict[str, Any] = {"timeStamp": stamp(at)}
        if number in buckets or number < first:
            point[TOTAL] = buckets.get(number, 0.0)
        points.append(point)
    return points
