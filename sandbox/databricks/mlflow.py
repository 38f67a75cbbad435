"""The MLflow tracking store: experiments, runs, metric histories, artifacts (contract 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.databricks.errors import ApiError

TRACKING = "dbfs:/databricks/mlflow-tracking"


@dataclass(frozen=True, slots=True)
class Point:
    """One value; `timestamp` in milliseconds since 1970."""

    value: float
    timestamp: int
    step: int


@dataclass(slots=True)
class Run:
    """A run; times in milliseconds. `artifacts` are paths of files with their sizes."""

    id: str
    name: str
    experiment_id: str
    user: str
    start_time: int
    end_time: int | None = None
    status: str = "RUNNING"
    metrics: dict[str, list[Point]] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    artifacts: dict[str, int] = field(default_factory=dict)
    lifecycle_stage: str = "active"

    @property
    def artifact_uri(self) -> str:
        """Where the artifacts lie."""
        return f"{TRACKING}/{self.experiment_id}/{self.id}/artifacts"


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment; `name` is its path in the workspace."""

    id: str
    name: str
    created: int


class Tracking:
    """All experiments and runs."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self.experiments: dict[str, Experiment] = {}
        self.runs: dict[str, Run] = {}

    def experiment_at(self, name: str) -> Experiment | None:
        """The experiment at a path."""
        return next((found for found in self.experiments.values() if found.name == name), None)

    def ensure_experiment(self, name: str) -> Experiment:
        """The experiment at a path, made when there is none."""
        found = self.experiment_at(name)
        if found is None:
            found = Experiment(str(int(self._ids.hex()[:13], 16)), name, self.now())
            self.experiments[found.id] = found
        return found

    def start(self, experiment: Experiment, name: str, user: str, params: Mapping[str, str]) -> Run:
        """Begin a run."""
        run = Run(self._ids.hex(), name, experiment.id, user, self.now(), params=dict(params))
        run.tags = {
            "mlflow.user": user,
            "mlflow.runName": name,
            "mlflow.source.type": "LOCAL",
            "composer_version": "0.28.0",
        }
        self.runs[run.id] = run
        return run

    def log(self, run: Run, step: int, values: Mapping[str, float]) -> None:
        """Note values of metrics."""
        at = self.now()
        for key, value in values.items():
            run.metrics.setdefault(key, []).append(Point(value, at, step))

    def end(self, run: Run, status: str) -> None:
        """End a run: FINISHED, FAILED or KILLED."""
        run.status, run.end_time = status, self.now()

    def run(self, run_id: str) -> Run:
        """A run. Raises ApiError."""
        found = self.runs.get(run_id)
        if found is None:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Run '{run_id}' not found.")
        return found

    def now(self) -> int:
        """The present moment in milliseconds."""
        return int(self._clock.now().timestamp() * 1000)
