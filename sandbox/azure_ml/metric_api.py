"""Metric v2.0: the names of a run's metrics and their values (contract 6)."""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from aiohttp import web

from sandbox.azure_ml.jobs import MetricPoint
from sandbox.azure_ml.region_api import RegionCall, RegionError, RegionOperation
from sandbox.azure_ml.run_history import found_run
from sandbox.azure_ml.runs import Run
from sandbox.azure_ml.stamps import timestamp


async def list_metrics(call: RegionCall) -> web.StreamResponse:
    """200 with a definition for each metric."""
    one = found_run(call)
    await call.body()
    value = [
        {
            "metricKey": {"name": name, "namespace": "", "labels": [], "columnNames": [name]},
            "columns": {name: "Double"},
            "properties": {"uxMetricType": "azureml.v1.scalar"},
        }
        for name in one.metrics
    ]
    return web.json_response({"value": value})


async def full(call: RegionCall) -> web.StreamResponse:
    """200 with all values of one metric."""
    one, name = await _asked(call)
    return web.json_response(_metric(one, name))


async def sample(call: RegionCall) -> web.StreamResponse:
    """200 with values of one metric; here they are always all."""
    one, name = await _asked(call)
    points = one.metrics[name]
    return web.json_response(_metric(one, name) | {"isPartialResult": False, "numValuesLogged": len(points)})


METRIC_ROUTES: Final[tuple[tuple[str, str, RegionOperation], ...]] = (
    ("POST", "/runs/{run}/list", list_metrics),
    ("POST", "/runs/{run}/full", full),
    ("POST", "/runs/{run}/sample", sample),
)


async def _asked(call: RegionCall) -> tuple[Run, str]:
    one = found_run(call)
    name = (await call.body()).get("metricName")
    if not isinstance(name, str):
        raise RegionError(400, "UserError", "The metricName field is required.", "BadArgument")
    if name not in one.metrics:
        raise RegionError(404, "UserError", f"Metric {name} was not found in run {one.id}.", "NotFoundError")
    return one, name


def _metric(one: Run, name: str) -> dict[str, Any]:
    return {
        "dataContainerId": f"dcid.{one.id}",
        "name": name,
        "columns": {name: "Double"},
        "namespace": "",
        "properties": {"uxMetricType": "azureml.v1.scalar"},
        "value": [_value(one, name, index, point) for index, point in enumerate(one.metrics[name])],
    }


def _value(one: Run, name: str, index: int, point: MetricPoint) -> dict[str, Any]:
    return {
        "metricId": str(uuid5(NAMESPACE_URL, f"{one.id}/{name}/{index}")),
        "createdUtc": timestamp(point.at),
        "step": point.step,
        "data": {name: point.value},
    }
