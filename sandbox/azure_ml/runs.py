"""The runs that jobs are, as run history and MLflow tell them: a root, and one child that trains."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sandbox.azure_ml.jobs import Job, MetricPoint
from sandbox.azure_ml.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job; `metrics` by name, oldest first."""

    id: str
    job: Job
    workspace: Workspace
    parent: str | None

    @property
    def status(self) -> str:
        """Run history's word."""
        return self.job.status

    @property
    def metrics(self) -> dict[str, list[MetricPoint]]:
        """The curves are on the root, or on the child only where the panel says so."""
        logged_here = self.parent is not None or not self.job.metrics_on_child
        return self.job.metrics if logged_here else {}

    @property
    def experiment_id(self) -> str:
        """The GUID of the experiment."""
        return experiment_id(self.workspace, self.job.experiment)

    @property
    def tags(self) -> dict[str, str]:
        """The tags of the job; the child has none."""
        return dict(self.job.tags) if self.parent is None else {}

    @property
    def properties(self) -> dict[str, str]:
        """The properties of the job; the child has none."""
        return dict(self.job.properties) if self.parent is None else {}


def experiment_id(workspace: Workspace, name: str) -> str:
    """The GUID of an experiment of a workspace."""
    return str(uuid5(NAMESPACE_URL, f"experiment:{workspace.facts.workspace_id}:{name}"))


def find_run(workspace: Workspace, run_id: str) -> Run | None:
    """The run of this id."""
    for job in workspace.jobs.values():
        if run_id == job.id:
            return Run(job.id, job, workspace, None)
        if run_id == job.child_id and job.started is not None:
            return Run(job.child_id, job, workspace, job.id)
    return None


def all_runs(workspace: Workspace) -> list[Run]:
    """Every run, the newest job first, roots before their children."""
    ids = (one for job in reversed(workspace.jobs.values()) for one in (job.id, job.child_id))
    return [run for run_id in ids if (run := find_run(workspace, run_id)) is not None]


def milliseconds(at: datetime | None) -> int | None:
    """A moment in MLflow's form."""
    return None if at is None else int(at.timestamp() * 1000)
