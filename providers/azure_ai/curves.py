"""A training's measurements out of MLflow, whole or what is new since a cursor (contract 6)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from providers.azure_ai.client import WorkspaceClient
from providers.azure_ai.events import Told
from providers.azure_ai.history import RunHistory
from providers.azure_ai.metrics import EPOCH, newest, points_of, series_of
from providers.base import Point
from providers.errors import NotFound
from providers.mlflow.client import MlflowClient
from providers.mlflow.values import Metric, Run


class Curves:
    """Reads measurements; those of a pipeline's children where the root run has none."""

    def __init__(self, client: WorkspaceClient, history: RunHistory) -> None:
        self._client, self._history = client, history
        self._mlflow: MlflowClient | None = None

    async def all(self, run: str) -> AsyncIterator[Point]:
        """Every measurement, key by key. Raises `NotFound("results_missing")` without a run."""
        found = await self._with_curves(run, search=True)
        if found is None:
            raise NotFound("results_missing", {"job": run})
        mlflow = await self._client_of()
        epochs = await self._epochs(found)
        for key in sorted(found.metrics):
            if series_of(key, found.metrics) is not None:
                history = await mlflow.history(found.id, key)
                for point in points_of(key, history, epochs, found.metrics):
                    yield point

    async def new(self, run: str, told: Told, *, ended: bool) -> tuple[list[Point], Told, datetime | None]:
        """What was measured since `told`; what is told then; when the newest was measured.

        One request where nothing is new: a run tells the last value of every key.
        """
        found = await self._with_curves(run, search=ended)
        if found is None:
            return [], told, None
        keys = [key for key in sorted(found.metrics) if series_of(key, found.metrics) is not None]
        fresh = [
            key for key in keys if list(told.metrics.get(key, (0, 0, 0))[1:]) != newest(found.metrics, key)
        ]
        if not fresh:
            return [], told, None
        mlflow, epochs = await self._client_of(), await self._epochs(found)
        points: list[Point] = []
        metrics = dict(told.metrics)
        for key in fresh:
            history = await mlflow.history(found.id, key)
            before = told.metrics.get(key, (0, 0, 0))[0]
            points += points_of(key, history, epochs, found.metrics)[before:]
            step, at = newest(found.metrics, key)
            metrics[key] = (len(history), step, at)
        times = [one.timestamp for key in fresh if (one := found.metrics[key]).timestamp is not None]
        return points, Told(told.lines, told.warnings, metrics), max(times, default=None)

    async def _with_curves(self, run: str, *, search: bool) -> Run | None:
        """The run that has the measurements; the children are looked into only where `search` is wanted."""
        mlflow = await self._client_of()
        try:
            root = await mlflow.run(run)
        except NotFound:
            return None
        if _has_loss(root) or not search:
            return root
        for child in await self._history.children(run):
            try:
                found = await mlflow.run(child)
            except NotFound:
                continue
            if _has_loss(found):
                return found
        return root

    async def _epochs(self, run: Run) -> Sequence[Metric]:
        if EPOCH not in run.metrics:
            return ()
        return await (await self._client_of()).history(run.id, EPOCH)

    async def _client_of(self) -> MlflowClient:
        if self._mlflow is None:
            prefix = f"/mlflow/v2.0{self._client.path}/api/2.0/mlflow"
            self._mlflow = MlflowClient(await self._client.region(), prefix)
        return self._mlflow


def _has_loss(run: Run) -> bool:
    return any((series_of(key, run.metrics) or ("",))[0] == "loss" for key in run.metrics)
