"""A run of the fine-tuning service as MLflow alone remembers it, where the service is gone (contract 0, 4)."""

from providers.base import TERMINAL, RemoteJob
from providers.databricks.model_facts import load_facts
from providers.databricks.origins import base_in
from providers.databricks.runs import MLFLOW_STATES, Tracked, run_page
from providers.mlflow.values import Run


def job_of_run(name: str, run: Run, at: Tracked, host: str) -> RemoteJob | None:
    """The job; None where MLflow does not tell when it began. Its data and settings are not known any more."""
    if run.started_at is None:
        return None
    state = MLFLOW_STATES.get(run.status.upper(), "running")
    known = {row.id.lower(): row.id for row in load_facts().models}
    return RemoteJob(
        id=name,
        state=state,
        raw_state=run.status,
        model=base_in(run, known),
        created_at=run.started_at,
        training_file="",
        finished_at=run.ended_at if state in TERMINAL else None,
        url=run_page(host, at),
    )
