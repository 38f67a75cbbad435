"""The MLflow tracking REST API (contract 4)."""

import math
import re
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from sandbox.databricks.errors import ApiError, exists, invalid
from sandbox.databricks.gateway import Call, Gateway, next_token, page, page_of
from sandbox.databricks.mlflow import Experiment, Point, Run, Tracking

ROOT: Final = "/api/2.0/mlflow"
_CLAUSE: Final = re.compile(r"(?:attributes?\.)?(status|run_name|run_id)\s*=\s*['\"]([^'\"]*)['\"]")
_TAG: Final = re.compile(r"(tags|params)\.[`\"]?([\w./-]+)[`\"]?\s*=\s*['\"]([^'\"]*)['\"]")
_ORDER: Final = re.compile(r"(?:attributes?\.)?(start_time|end_time)(?:\s+(ASC|DESC))?", re.IGNORECASE)


class MlflowOperations:
    """Registers the operations."""

    def __init__(self, gateway: Gateway, tracking: Tracking) -> None:
        self._tracking = tracking
        gateway.add("GET", f"{ROOT}/runs/get", self._get)
        gateway.add("POST", f"{ROOT}/runs/search", self._search)
        gateway.add("POST", f"{ROOT}/runs/delete", self._delete)
        gateway.add("GET", f"{ROOT}/metrics/get-history", self._history)
        gateway.add("POST", f"{ROOT}/experiments/create", self._create_experiment)
        gateway.add("GET", f"{ROOT}/experiments/get", self._experiment)
        gateway.add("GET", f"{ROOT}/experiments/get-by-name", self._experiment_by_name)
        gateway.add("GET", f"{ROOT}/artifacts/list", self._artifacts)
        gateway.add("POST", f"{ROOT}/logged-models/search", self._logged_models)

    async def _get(self, call: Call) -> web.Response:
        return web.json_response({"run": _run(self._tracking.run(call.asked("run_id")))})

    async def _search(self, call: Call) -> web.Response:
        body = await call.body()
        experiments = body.get("experiment_ids", [])
        if not isinstance(experiments, list) or not experiments:
            raise invalid("experiment_ids must name at least one experiment.")
        first, size = page_of(
            str(body.get("page_token", "")), str(body.get("max_results", 1000)), "max_results", 50_000
        )
        kept = _filter(str(body.get("filter", "")))
        view = body.get("run_view_type", "ACTIVE_ONLY")
        stages = {"ACTIVE_ONLY": {"active"}, "DELETED_ONLY": {"deleted"}, "ALL": {"active", "deleted"}}
        if view not in stages:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Invalid run_view_type: {view}")
        found = [
            run
            for run in self._tracking.runs.values()
            if run.experiment_id in experiments and run.lifecycle_stage in stages[view] and kept(run)
        ]
        _sort(found, body.get("order_by", []))
        shown = found[first : first + size]
        rows = [_run(run) for run in shown]
        return web.json_response({"runs": rows, **next_token(first, len(shown), len(found))} if rows else {})

    async def _delete(self, call: Call) -> web.Response:
        run = self._tracking.run(str((await call.body()).get("run_id", "")))
        run.lifecycle_stage = "deleted"
        return web.json_response({})

    async def _history(self, call: Call) -> web.Response:
        run = self._tracking.run(call.asked("run_id") or call.asked("run_uuid"))
        key = call.asked("metric_key")
        if not key:
            raise invalid("Missing value for required parameter 'metric_key'.")
        first, size = page(call, "max_results", 25_000, 25_000)
        found = run.metrics.get(key, [])
        shown = found[first : first + size]
        rows = [_metric(key, point) for point in shown]
        return web.json_response(
            {"metrics": rows, **next_token(first, len(shown), len(found))} if rows else {}
        )

    async def _create_experiment(self, call: Call) -> web.Response:
        name = (await call.body()).get("name")
        if not isinstance(name, str) or not name.startswith("/"):
            raise invalid("The name of an experiment must be an absolute path.")
        if self._tracking.experiment_at(name) is not None:
            raise exists("Experiment", name)
        return web.json_response({"experiment_id": self._tracking.ensure_experiment(name).id})

    async def _experiment(self, call: Call) -> web.Response:
        found = self._tracking.experiments.get(call.asked("experiment_id"))
        if found is None:
            raise ApiError(
                404, "RESOURCE_DOES_NOT_EXIST", f"Node ID {call.asked('experiment_id')} does not exist."
            )
        return web.json_response({"experiment": _experiment(found)})

    async def _experiment_by_name(self, call: Call) -> web.Response:
        name = call.asked("experiment_name")
        found = self._tracking.experiment_at(name)
        if found is None:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Node {name} does not exist.")
        return web.json_response({"experiment": _experiment(found)})

    async def _logged_models(self, call: Call) -> web.Response:
        """None: runs of fine-tuning register their models in Unity Catalog. MLflow 3 asks before it lists."""
        await call.body()
        return web.json_response({})

    async def _artifacts(self, call: Call) -> web.Response:
        run = self._tracking.run(call.asked("run_id") or call.asked("run_uuid"))
        under = call.asked("path").strip("/")
        if ".." in under.split("/"):
            raise invalid("Invalid path.")
        prefix = f"{under}/" if under else ""
        found: dict[str, dict[str, Any]] = {}
        for path, size in sorted(run.artifacts.items()):
            if not path.startswith(prefix):
                continue
            name, slash, _ = path[len(prefix) :].partition("/")
            full = prefix + name
            found[full] = {"path": full, "is_dir": bool(slash)} | ({} if slash else {"file_size": size})
        first, size = page(call, "max_results", 1000, 1000)
        shown = list(found.values())[first : first + size]
        body: dict[str, Any] = {"root_uri": run.artifact_uri}
        return web.json_response(
            body | ({"files": shown} if shown else {}) | next_token(first, len(shown), len(found))
        )


def _run(run: Run) -> dict[str, Any]:
    info: dict[str, Any] = {
        "run_id": run.id,
        "run_uuid": run.id,
        "run_name": run.name,
        "experiment_id": run.experiment_id,
        "user_id": run.user,
        "status": run.status,
        "start_time": run.start_time,
        "artifact_uri": run.artifact_uri,
        "lifecycle_stage": run.lifecycle_stage,
    }
    if run.end_time is not None:
        info["end_time"] = run.end_time
    return {
        "info": info,
        "data": {
            "metrics": [_metric(key, points[-1]) for key, points in run.metrics.items()],
            "params": [{"key": key, "value": value} for key, value in run.params.items()],
            "tags": [{"key": key, "value": value} for key, value in run.tags.items()],
        },
        "inputs": {},
    }


def _metric(key: str, point: Point) -> dict[str, Any]:
    # JSON has no words for these; MLflow's own answers spell them as strings.
    value: float | str = point.value if math.isfinite(point.value) else _spelled(point.value)
    return {"key": key, "value": value, "timestamp": point.timestamp, "step": point.step}


def _spelled(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _experiment(found: Experiment) -> dict[str, Any]:
    return {
        "experiment_id": found.id,
        "name": found.name,
        "artifact_location": f"dbfs:/databricks/mlflow-tracking/{found.id}",
        "lifecycle_stage": "active",
        "creation_time": found.created,
        "last_update_time": found.created,
    }


def _filter(text: str) -> Callable[[Run], bool]:
    """What a filter keeps: equalities joined by AND. Raises ApiError for anything else."""
    wanted: list[Callable[[Run], bool]] = []
    for clause in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else []:
        if found := _CLAUSE.fullmatch(clause.strip()):
            wanted.append(_attribute(*found.groups()))
        elif found := _TAG.fullmatch(clause.strip()):
            wanted.append(_entry(*found.groups()))
        else:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Invalid clause(s) in filter string: '{clause}'")
    return lambda run: all(keep(run) for keep in wanted)


def _attribute(name: str, value: str) -> Callable[[Run], bool]:
    attribute = {"status": "status", "run_name": "name", "run_id": "id"}[name]
    return lambda run: getattr(run, attribute) == value


def _entry(table: str, key: str, value: str) -> Callable[[Run], bool]:
    return lambda run: (run.tags if table == "tags" else run.params).get(key) == value


def _sort(runs: list[Run], order: Any) -> None:
    if not isinstance(order, list):
        raise invalid("order_by must be a list.")
    for clause in reversed(order or ["start_time DESC"]):
        found = _ORDER.fullmatch(str(clause).strip())
        if found is None:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Invalid order_by clause '{clause}'.")
        field, way = found.groups()
        runs.sort(key=lambda run: getattr(run, field) or 0, reverse=(way or "ASC").upper() == "DESC")
