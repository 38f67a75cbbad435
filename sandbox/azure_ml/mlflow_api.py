"""MLflow's tracking API over the same runs (contract 6; MLflow REST API 2.0)."""

import re
from typing import Any, Final

from aiohttp import web

from sandbox.azure_ml.jobs import MetricPoint
from sandbox.azure_ml.region_api import RegionCall, RegionError, RegionOperation
from sandbox.azure_ml.runs import Run, all_runs, experiment_id, find_run, milliseconds

_STATUSES: Final = {"Completed": "FINISHED", "Failed": "FAILED", "Canceled": "KILLED"}
_RUNNING: Final = frozenset({"Running", "Finalizing", "CancelRequested"})
_PARENT: Final = re.compile(r"\s*tags\.[`\"]?mlflow\.parentRunId[`\"]?\s*=\s*'([^']*)'\s*")
_MOST: Final = 25_000


async def get_run(call: RegionCall) -> web.StreamResponse:
    """200 with the run and the latest value of every metric."""
    return web.json_response({"run": _run_json(_found(call))})


async def history(call: RegionCall) -> web.StreamResponse:
    """200 with a page of one metric's values."""
    one, query = _found(call), call.request.query
    key = query.get("metric_key")
    if not key:
        raise RegionError(
            400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'metric_key'.", ""
        )
    size, start = _number(query.get("max_results"), _MOST), _number(query.get("page_token"), 0)
    points = one.metrics.get(key, [])
    body: dict[str, Any] = {"metrics": [_metric(key, point) for point in points[start : start + size]]}
    if start + size < len(points):
        body["next_page_token"] = str(start + size)
    return web.json_response(body)


async def search(call: RegionCall) -> web.StreamResponse:
    """200 with the runs of some experiments; the one filter there is names their parent."""
    body = await call.body()
    wanted = [str(one) for one in body.get("experiment_ids") or []]
    rows = [one for one in all_runs(call.workspace) if one.experiment_id in wanted]
    if body.get("filter"):
        found = _PARENT.fullmatch(str(body["filter"]))
        if found is None:
            raise RegionError(400, "INVALID_PARAMETER_VALUE", "This sandbox knows no such filter.", "")
        rows = [one for one in rows if one.parent == found.group(1)]
    size, start = _number(body.get("max_results"), 1_000), _number(body.get("page_token"), 0)
    answer: dict[str, Any] = {"runs": [_run_json(one) for one in rows[start : start + size]]}
    if start + size < len(rows):
        answer["next_page_token"] = str(start + size)
    return web.json_response(answer)


async def experiment(call: RegionCall) -> web.StreamResponse:
    """200 with the experiment of this id or name."""
    query = call.request.query
    names = dict.fromkeys(job.experiment for job in call.workspace.jobs.values())
    for name in names:
        found = experiment_id(call.workspace, name)
        if query.get("experiment_name") == name or query.get("experiment_id") == found:
            return web.json_response(
                {
                    "experiment": {
                        "experiment_id": found,
                        "name": name,
                        "artifact_location": "",
                        "lifecycle_stage": "active",
                    }
                }
            )
    raise RegionError(404, "RESOURCE_DOES_NOT_EXIST", "There is no such experiment.", "")


async def artifacts(call: RegionCall) -> web.StreamResponse:
    """200; nothing is kept here."""
    one = _found(call)
    return web.json_response({"root_uri": _artifact_uri(one), "files": []})


MLFLOW_ROUTES: Final[tuple[tuple[str, str, RegionOperation], ...]] = (
    ("GET", "/runs/get", get_run),
    ("GET", "/metrics/get-history", history),
    ("POST", "/runs/search", search),
    ("GET", "/experiments/get", experiment),
    ("GET", "/experiments/get-by-name", experiment),
    ("GET", "/artifacts/list", artifacts),
)


def mlflow_refusal(error: RegionError, _region: str) -> web.StreamResponse:
    """MLflow's envelope: a code in capitals, and a message."""
    code = (
        error.code
        if error.code.isupper()
        else {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED"}.get(error.status)
    )
    body = {"error_code": code or "RESOURCE_DOES_NOT_EXIST", "message": error.message}
    return web.json_response(body, status=error.status)


def _found(call: RegionCall) -> Run:
    query = call.request.query
    run_id = query.get("run_id") or query.get("run_uuid")
    if not run_id:
        raise RegionError(
            400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'run_id'.", ""
        )
    one = find_run(call.workspace, run_id)
    if one is None:
        raise RegionError(404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={run_id} not found", "")
    return one


def _number(value: Any, default: int) -> int:
    if value is None or value == "":
        return default
    if not str(value).isdecimal():
        raise RegionError(400, "INVALID_PARAMETER_VALUE", "A number is expected.", "")
    return int(value)


def _artifact_uri(one: Run) -> str:
    return f"azureml://experiments/{one.job.experiment}/runs/{one.id}/artifacts"


def _run_json(one: Run) -> dict[str, Any]:
    job, status = one.job, one.job.status
    shown = _STATUSES.get(status, "RUNNING" if status in _RUNNING else "SCHEDULED")
    info: dict[str, Any] = {
        "run_id": one.id,
        "run_uuid": one.id,
        "run_name": job.display_name,
        "experiment_id": one.experiment_id,
        "user_id": "",
        "status": shown,
        "start_time": milliseconds(job.started or job.stamps.created),
        "artifact_uri": _artifact_uri(one),
        "lifecycle_stage": "active",
    }
    if job.ended is not None:
        info["end_time"] = milliseconds(job.ended)
    tags = one.tags | {"mlflow.rootRunId": job.id, "mlflow.runName": job.display_name}
    if one.parent is not None:
        tags["mlflow.parentRunId"] = one.parent
    return {
        "info": info,
        "data": {
            "metrics": [_metric(name, points[-1]) for name, points in one.metrics.items()],
            "params": [{"key": key, "value": value} for key, value in job.request.hyperparameters.items()],
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
        },
        "inputs": {},
    }


def _metric(name: str, point: MetricPoint) -> dict[str, Any]:
    return {"key": name, "value": point.value, "timestamp": milliseconds(point.at), "step": point.step}
