"""Run history v1.0: a run, its details with the error of a failed job, its children (contract 6)."""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from aiohttp import web

from sandbox.azure_ml.jobs import JobFailure
from sandbox.azure_ml.region_api import RegionCall, RegionError, RegionOperation
from sandbox.azure_ml.runs import Run, find_run
from sandbox.azure_ml.stamps import timestamp


async def run(call: RegionCall) -> web.StreamResponse:
    """200 with the run."""
    return web.json_response(_run_json(_found(call)))


async def details(call: RegionCall) -> web.StreamResponse:
    """200 with the details."""
    one = _found(call)
    body = _common(one) | {
        "createdTimeUtc": timestamp(one.job.stamps.created),
        "warnings": [],
        "logFiles": {},
        "revision": 1,
    }
    return web.json_response(body)


async def children(call: RegionCall) -> web.StreamResponse:
    """200 with the runs below."""
    one = _found(call)
    below = find_run(call.workspace, one.job.child_id) if one.parent is None else None
    return web.json_response({"value": [_run_json(below)] if below else []})


async def rundata(call: RegionCall) -> web.StreamResponse:
    """200 with what is asked for of a run."""
    body = await call.body()
    one = find_run(call.workspace, str(body.get("runId")))
    if one is None:
        raise _absent(str(body.get("runId")))
    return web.json_response({"runMetadata": _run_json(one)} if body.get("selectRunMetadata") else {})


async def artifacts(call: RegionCall) -> web.StreamResponse:
    """200; nothing is kept here."""
    _found(call)
    return web.json_response({"value": []})


HISTORY_ROUTES: Final[tuple[tuple[str, str, RegionOperation], ...]] = (
    ("POST", "/rundata", rundata),
    *(
        ("GET", f"{prefix}/runs/{{run}}{path}", operation)
        for prefix in ("", "/experiments/{experiment}")
        for path, operation in (("", run), ("/details", details), ("/children", children))
    ),
    ("GET", "/experiments/{experiment}/runs/{run}/artifacts", artifacts),
)


def found_run(call: RegionCall) -> Run:
    """The run that the path names. Raises RegionError."""
    return _found(call)


def _found(call: RegionCall) -> Run:
    run_id = call.request.match_info["run"]
    one = find_run(call.workspace, run_id)
    if one is None or call.request.match_info.get("experiment") not in (None, one.job.experiment):
        raise _absent(run_id)
    return one


def _absent(run_id: str) -> RegionError:
    return RegionError(404, "UserError", f"Run {run_id} was not found.", "NotFoundError")


def _common(one: Run) -> dict[str, Any]:
    job = one.job
    body: dict[str, Any] = {
        "runId": one.id,
        "runUuid": str(uuid5(NAMESPACE_URL, one.id)),
        "rootRunId": job.id,
        "status": one.status,
        "tags": one.tags,
        "properties": one.properties,
        "target": "serverless",
        "services": {},
        "inputs": {},
        "outputs": {},
    }
    optional = {
        "parentRunId": one.parent,
        "startTimeUtc": timestamp(job.started) if job.started else None,
        "endTimeUtc": timestamp(job.ended) if job.ended else None,
        "error": error_json(job.failure, one) if job.failure else None,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def _run_json(one: Run) -> dict[str, Any]:
    job = one.job
    return _common(one) | {
        "runNumber": job.number,
        "createdUtc": timestamp(job.stamps.created),
        "experimentId": one.experiment_id,
        "displayName": job.display_name,
        "runType": "azureml.FineTuningRun" if one.parent is None else "azureml.StepRun",
        "dataContainerId": f"dcid.{one.id}",
        "hidden": False,
        "warnings": [],
    }


def error_json(failure: JobFailure, one: Run) -> dict[str, Any]:
    """The error of a failed run in run history's envelope."""
    error: dict[str, Any] = {
        "code": failure.code,
        "message": failure.message,
        "messageParameters": {},
        "details": [],
    }
    inner: dict[str, Any] | None = None
    for code in reversed(failure.inner):
        inner = {"code": code} | ({"innerError": inner} if inner else {})
    if inner is not None:
        error["innerError"] = inner
    location = one.workspace.facts.location
    return {
        "error": error,
        "correlation": {"operation": one.job.id, "request": one.id},
        "environment": location,
        "location": location,
        "time": timestamp(one.job.ended or one.job.stamps.changed),
        "componentName": "finetuning",
    }
