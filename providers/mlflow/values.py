"""What a tracking server tells: runs, measurements, artifacts. Frozen, times aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measurement of a metric. `value` is finite; `timestamp` is None when the server told no time."""

    value: float
    step: int
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run.

    Attributes:
        status: the server's word (`RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED`, `KILLED`), "" when it told none.
        metrics: the newest measurement of each metric, by the metric's own key.
        params, tags: texts by name.
        artifact_uri: where the run keeps its artifacts, "" = not told.
    """

    id: str
    name: str = ""
    experiment_id: str = ""
    status: str = ""
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    artifact_uri: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file or folder below a run's artifacts. `path` is relative to them; `bytes` None for folders."""

    path: str
    is_dir: bool
    bytes: int | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rstrip("/").rpartition("/")[2]
