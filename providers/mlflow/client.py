"""The read-only operations of MLflow's tracking REST API that curves need (contracts/databricks.md section 4)."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from providers.calls import Call
from providers.errors import NotFound, ServiceAnswer, Unavailable
from providers.http import HttpService
from providers.mlflow.reading import (
    UnreadableAnswerError,
    read_artifact,
    read_metric,
    read_object,
    read_run,
    rows,
    text,
)
from providers.mlflow.values import Artifact, Metric, Run

HISTORY_PAGE: Final = 25_000
"""Most measurements of one answer of `metrics/get-history`."""
SEARCH_PAGE: Final = 100
PREFIX: Final = "/api/2.0/mlflow"
T = TypeVar("T")


class MlflowClient:
    """Reads one tracking server.

    Args:
        service: where it is and who we are.
        prefix: what stands between the service's base and `runs/get`: Databricks has `/api/2.0/mlflow`, Azure ML the
            same behind the workspace's own path.
        page: measurements asked for at once.
    """

    def __init__(self, service: HttpService, prefix: str = PREFIX, *, page: int = HISTORY_PAGE) -> None:
        self._service = service
        self._prefix = prefix.rstrip("/")
        self._page = page

    async def run(self, run_id: str) -> Run:
        """GET runs/get. Raises `NotFound("not_found")` when there is no such run."""
        call = self._get("mlflow.run", "runs/get", {"run_id": run_id}, {"run": run_id})
        return await self._read(call, lambda answer: read_run(_mapping(answer.get("run"))))

    async def history(self, run_id: str, key: str) -> list[Metric]:
        """All measurements of one metric in the server's order (`history_pages` for long ones)."""
        return [one async for page in self.history_pages(run_id, key) for one in page]

    async def history_pages(self, run_id: str, key: str) -> AsyncIterator[Sequence[Metric]]:
        """GET metrics/get-history, page by page; a page token that comes twice ends it."""
        params = {"run_id": run_id, "metric_key": key, "max_results": str(self._page)}
        async for answer in self._pages("mlflow.history", "metrics/get-history", params, {"run": run_id}):
            read = (read_metric(row) for row in rows(answer.get("metrics")))
            yield [one for one in read if one is not None]

    async def artifacts(self, run_id: str, path: str = "") -> list[Artifact]:
        """GET artifacts/list: what stands directly below `path`."""
        params = {"run_id": run_id, **({"path": path} if path else {})}
        found: list[Artifact] = []
        async for answer in self._pages("mlflow.artifacts", "artifacts/list", params, {"run": run_id}):
            read = (read_artifact(row) for row in rows(answer.get("files")))
            found.extend(one for one in read if one is not None)
        return found

    async def experiment_id(self, name: str) -> str | None:
        """GET experiments/get-by-name: the id, None when there is none of this name."""
        call = self._get("mlflow.experiment", "experiments/get-by-name", {"experiment_name": name}, {})
        try:
            answer = await self._read(call, lambda answer: answer)
        except NotFound:
            return None
        return text(_mapping(answer.get("experiment")).get("experiment_id")) or None

    async def search(self, experiment_ids: Sequence[str], filter_string: str = "") -> list[Run]:
        """POST runs/search, newest first: the first page only. Harmless, so it is repeated."""
        body: dict[str, Any] = {
            "experiment_ids": list(experiment_ids),
            "max_results": SEARCH_PAGE,
            "order_by": ["attributes.start_time DESC"],
        }
        if filter_string:
            body["filter"] = filter_string
        call = Call(
            operation="mlflow.search", method="POST", path=f"{self._prefix}/runs/search", repeatable=True, json=body
        )  # fmt: skip
        return await self._read(call, lambda answer: [read_run(row) for row in rows(answer.get("runs"))])

    async def _pages(
        self, operation: str, path: str, params: Mapping[str, str], what: Mapping[str, str]
    ) -> AsyncIterator[Mapping[str, Any]]:
        seen: set[str] = set()
        token = ""
        while True:
            asked = {**params, **({"page_token": token} if token else {})}
            answer = await self._read(self._get(operation, path, asked, what), lambda answer: answer)
            yield answer
            token = text(answer.get("next_page_token"))
            if not token or token in seen:
                return
            seen.add(token)

    def _get(self, operation: str, path: str, params: Mapping[str, str], what: Mapping[str, str]) -> Call:
        return Call(
            operation=operation,
            method="GET",
            path=f"{self._prefix}/{path}",
            repeatable=True,
            params=params,
            what=what,
        )

    async def _read(self, call: Call, read: Callable[[Mapping[str, Any]], T]) -> T:
        answer = await self._service.call(call)
        try:
            return read(read_object(answer.content))
        except UnreadableAnswerError as error:
            seen = ServiceAnswer(status=answer.status, request_id=answer.request_id)
            raise Unavailable(
                "unreadable_answer", {"operation": call.operation, **call.what}, seen
            ) from error


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
