"""`POST /api/2.0/genai-mapi/graphql`: runs of fine-tuning (contract 1)."""

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.databricks.checking import DataRefusedError
from sandbox.databricks.data_source import files_of
from sandbox.databricks.errors import ApiError, no_endpoint
from sandbox.databricks.gateway import Call, Gateway
from sandbox.databricks.graphql import Field, GraphError, Shape, arguments_of, cut, only, parse
from sandbox.databricks.identity import Caller
from sandbox.databricks.mlflow import TRACKING
from sandbox.databricks.options import DatabricksOptions
from sandbox.databricks.run_life import RunLife
from sandbox.databricks.run_request import read_request
from sandbox.databricks.runs import ENDED, EVENT, RUN, FinetuneRun, RunRequest
from sandbox.databricks.switches import Switches
from sandbox.databricks.unity import Unity
from sandbox.databricks.volumes import Volumes
from sandbox.training.model import PackedWeights

PATH: Final = "/api/2.0/genai-mapi/graphql"
_MODELS: Final[Shape] = {"models": {"name": None, "displayName": None, "maxContextLength": None}}
_PAGE: Final[Shape] = {"cursor": None, "hasNextPage": None, "finetunes": RUN}
FIELDS: Final[Mapping[str, Field]] = {
    "createFinetune": Field("mutation", {"createFinetuneData": "CreateFinetuneInput!"}, RUN),
    "stopFinetunes": Field(
        "mutation", {"getFinetunesData": "GetFinetunesInput!", "stopFinetunesData": "StopFinetunesInput"}, RUN
    ),
    "getFinetunesPaginated": Field(
        "query", {"getFinetunesPaginatedData": "GetFinetunesPaginatedInput!"}, _PAGE
    ),
    "getFinetuneEvents": Field("query", {"getFinetuneEventsData": "GetFinetuneEventsInput!"}, EVENT),
    "getFinetuneConstants": Field("query", {}, _MODELS),
}
_FILTERS: Final = ("name", "mlflowExperimentId", "status", "createdAt")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_STOPPED_BY_USER: Final = "Run was canceled."


class RunOperations:
    """The GraphQL endpoint and the runs behind it."""

    def __init__(
        self, gateway: Gateway, *, clock: Clock, ids: Ids, options: DatabricksOptions, switches: Switches,
        unity: Unity, volumes: Volumes, life: RunLife,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._ids = ids
        self._options = options
        self._switches = switches
        self._unity = unity
        self._volumes = volumes
        self._life = life
        self.runs: dict[str, FinetuneRun] = {}
        self._random = random.Random(ids.seed())  # noqa: S311 - names of a stand-in guard nothing
        gateway.add("POST", PATH, self._answer)

    async def close(self) -> None:
        """End the tasks of all runs."""
        tasks = [task for run in self.runs.values() for task in (run.task, run.stopping) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, call: Call) -> web.Response:
        if self._switches.training == "removed_404":
            raise no_endpoint("POST", PATH)
        if self._switches.training == "removed_403":
            raise ApiError(403, "FEATURE_DISABLED", "Foundation Model Fine-tuning is no longer available.")
        body = await call.body()
        try:
            document = parse(body.get("query"))
            values = arguments_of(document, FIELDS, body.get("variables") or {})
            answer = self._carry_out(document.function, values, call.caller)
            return web.json_response({"data": {document.function: cut(answer, document.selection)}})
        except GraphError as error:
            return web.json_response(error.body())

    def _carry_out(self, function: str, values: dict[str, Any], caller: Caller) -> Any:
        operations: dict[str, Callable[[], Any]] = {
            "createFinetune": lambda: self._create(values["createFinetuneData"], caller),
            "stopFinetunes": lambda: self._stop(values["getFinetunesData"], values.get("stopFinetunesData")),
            "getFinetunesPaginated": lambda: self._list(values["getFinetunesPaginatedData"]),
            "getFinetuneEvents": lambda: self._events(values["getFinetuneEventsData"]),
            "getFinetuneConstants": self._constants,
        }
        return operations[function]()

    def _constants(self) -> dict[str, Any]:
        rows = [
            {
                "name": model.name,
                "displayName": model.display_name,
                "maxContextLength": model.max_context_length,
            }
            for model in self._options.models
        ]
        return {"models": rows}

    def _create(self, data: Any, caller: Caller) -> dict[str, Any]:
        request = read_request(data, self._options)
        if not request.config.get("disableCredentialsCheck", False):
            self._check_credentials(request, caller)
        weights_path = request.config.get("customWeightsPath")
        if weights_path is not None:
            request = replace(request, start=self._weights(weights_path))
        now = self._clock.now()
        run = FinetuneRun(
            self._ids.uuid(), self._name(request.model.name), caller.id, caller.name, now, request
        )
        run.reason = "Run created."
        run.note("CREATED", "Run created.", now)
        self.runs[run.name] = run
        run.task = asyncio.create_task(self._life.run(run))
        return run.as_json(self._switches.unknown_status)

    def _check_credentials(self, request: RunRequest, caller: Caller) -> None:
        """Paths and rights at once, as the request asks for unless it disables it. Raises GraphError."""
        try:
            for path in (request.train, request.eval):
                if path is not None:
                    files_of(self._volumes, path, request.task)
        except DataRefusedError as refused:
            code = 403 if refused.name == "StoragePermissionError" else 400
            raise GraphError(code, refused.sentence) from refused
        path = request.registry_path
        probe = f"{path}.probe_{self._ids.hex()[:8]}" if path.count(".") == 1 else path
        try:
            self._unity.may_register(probe, caller.name)
        except ApiError as error:
            raise GraphError(error.status, error.message) from error

    def _weights(self, path: str) -> PackedWeights:
        """The checkpoint at a path. Raises GraphError (400)."""
        for run in self.runs.values():
            if run.mlflow is None:
                continue
            root = f"{TRACKING}/{run.mlflow.experiment_id}/{run.mlflow.id}/artifacts/{run.name}/checkpoints/"
            name = path.removeprefix(root).partition("/")[0]
            if path.startswith(root) and name in run.checkpoints:
                return run.checkpoints[name]
        raise GraphError(400, f"No checkpoint was found at '{path}'.")

    def _list(self, data: Any) -> dict[str, Any]:
        data = only(
            data, "filters", "includeDeleted", "limit", "cursor", "entity", what="GetFinetunesPaginatedInput"
        )
        found = self._filtered(data.get("filters"))
        emails = only(data.get("entity") or {}, "emails", what="EntityInput").get("emails")
        if emails:
            found = [run for run in found if run.created_by_email in emails]
        limit, cursor = data.get("limit", 50), data.get("cursor")
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 100:
            raise GraphError(400, "limit must be from 1 to 100.")
        ordered = sorted(found, key=lambda run: (run.created_at, run.id), reverse=True)
        first = 0
        if cursor:
            first = next((at + 1 for at, run in enumerate(ordered) if run.id == cursor), -1)
            if first < 0:
                raise GraphError(400, "The cursor is invalid.")
        shown = ordered[first : first + limit]
        more = first + len(shown) < len(ordered)
        return {
            "cursor": shown[-1].id if shown and more else None,
            "hasNextPage": more,
            "finetunes": [run.as_json(self._switches.unknown_status) for run in shown],
        }

    def _events(self, data: Any) -> list[dict[str, Any]]:
        name = only(data, "name", what="GetFinetuneEventsInput").get("name")
        run = self.runs.get(name) if isinstance(name, str) else None
        if run is None:
            raise GraphError(404, f"Finetuning run {name} was not found.")
        return run.events_json()

    def _stop(self, data: Any, why: Any) -> list[dict[str, Any]]:
        filters = only(data, "filters", what="GetFinetunesInput").get("filters")
        reason = only(why or {}, "reason", what="StopFinetunesInput").get("reason") or _STOPPED_BY_USER
        if not filters:
            raise GraphError(400, "At least one filter is required.")
        stopped = [
            run for run in self._filtered(filters) if run.status not in ENDED and run.status != "TERMINATING"
        ]
        for run in stopped:
            if run.task is not None:
                run.task.cancel()
            run.status, run.reason, run.updated_at = "TERMINATING", str(reason), self._clock.now()
            run.stopping = asyncio.create_task(self._life.stop(run, str(reason)))
        return [run.as_json(self._switches.unknown_status) for run in stopped]

    def _filtered(self, filters: Any) -> list[FinetuneRun]:
        filters = only(filters or {}, *_FILTERS, what="FinetuneFilters")
        names = _choices(filters.get("name"), "in")
        statuses = _choices(filters.get("status"), "in")
        experiment = only(filters.get("mlflowExperimentId") or {}, "equals", what="StringFilter").get(
            "equals"
        )
        created = only(filters.get("createdAt") or {}, "gte", "lt", what="DateFilter")
        since, until = _moment(created.get("gte")), _moment(created.get("lt"))
        return [
            run
            for run in self.runs.values()
            if (names is None or run.name in names)
            and (statuses is None or run.status in statuses)
            and (experiment is None or (run.mlflow is not None and run.mlflow.experiment_id == experiment))
            and (since is None or run.created_at >= since)
            and (until is None or run.created_at < until)
        ]

    def _name(self, model: str) -> str:
        """A name as the service makes them: the model's, and six letters."""
        stem = re.sub(r"[^a-z0-9]+", "-", model.rpartition("/")[2].lower()).strip("-")
        while True:
            name = f"{stem}-{''.join(self._random.choices(_LETTERS, k=6))}"
            if name not in self.runs:
                return name


def _choices(value: Any, key: str) -> list[Any] | None:
    if value is None:
        return None
    chosen = only(value, key, what="StringFilter").get(key)
    if not isinstance(chosen, list):
        raise GraphError(400, f'Expected "{key}" to be a list.')
    return chosen


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None:
        raise GraphError(400, f"Invalid date '{value}'.")
    return at if at.tzinfo else at.replace(tzinfo=UTC)
