"""The official MLflow client (`mlflow-skinny`) against the stand-in."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import RestException

from sandbox.databricks.options import PAT
from tests.sandbox.databricks.stand import Stand
from tests.sandbox.databricks.test_runs import chat

T = TypeVar("T")


@pytest.fixture
def client(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """The client reads host and token from the environment, as on a workspace of one's own."""
    monkeypatch.setenv("DATABRICKS_HOST", stand.origin)
    monkeypatch.setenv("DATABRICKS_TOKEN", PAT)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    return MlflowClient(tracking_uri="databricks", registry_uri="databricks-uc")


async def off(call: Callable[[], T]) -> T:
    """The client blocks, the stand-in runs in this loop."""
    return await asyncio.to_thread(call)


async def test_runs_histories_and_artifacts(stand: Stand, client: MlflowClient) -> None:
    done = await stand.trained(await stand.put("train.jsonl", chat(40)), trainingDuration="2ep")
    tracker = done["details"]["experimentTracker"]["mlflow"]

    def work() -> None:
        run = client.get_run(tracker["mlflowRunId"])
        assert run.info.status == "FINISHED"
        assert run.data.params["task_type"] == "CHAT_COMPLETION"
        history = client.get_metric_history(run.info.run_id, "loss/train/total")
        assert [point.step for point in history] == list(range(1, 11))
        assert run.data.metrics["loss/train/total"] == history[-1].value
        folder = f"{done['name']}/checkpoints"
        listed = client.list_artifacts(run.info.run_id, folder)
        assert [(item.path, item.is_dir) for item in listed] == [
            (f"{folder}/ep1-ba5", True),
            (f"{folder}/ep2-ba10", True),
        ]
        experiment = client.get_experiment_by_name(tracker["experimentPath"])
        assert experiment is not None
        (found,) = client.search_runs([experiment.experiment_id], "attributes.status = 'FINISHED'")
        assert found.info.run_id == run.info.run_id
        assert client.get_experiment_by_name("/Users/nobody") is None

    await off(work)


async def test_an_unknown_run_is_told(client: MlflowClient) -> None:
    with pytest.raises(RestException) as caught:
        await off(lambda: client.get_run("0" * 32))
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
