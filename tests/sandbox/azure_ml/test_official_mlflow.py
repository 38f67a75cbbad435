"""The official `mlflow-skinny` against the tracking API: a run, its metrics, the runs below it (contract 6)."""

import asyncio

import pytest
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from tests.sandbox.azure_ml.stand import LLAMA, ML, Stand


@pytest.fixture
async def client(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", await stand.token(ML))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    return MlflowClient(tracking_uri=f"{stand.origin}/ml/api/westus3/mlflow/v2.0{LLAMA.id}")


async def test_a_run_and_the_history_of_its_metrics(stand: Stand, client: MlflowClient) -> None:
    await stand.trained()

    def work() -> None:
        run = client.get_run("ft-1")
        assert run.info.status == "FINISHED"
        assert run.data.params["num_train_epochs"] == "2"
        assert run.data.tags["requestedBy"] == "U123"
        history = client.get_metric_history("ft-1", "loss")
        assert [point.step for point in history] == [18, 36]
        assert history[-1].value == run.data.metrics["loss"]
        assert client.get_metric_history("ft-1", "nothing") == []
        experiment = client.get_experiment_by_name("slack-ft")
        assert experiment is not None
        assert experiment.experiment_id == run.info.experiment_id
        below = client.search_runs([experiment.experiment_id], "tags.mlflow.parentRunId = 'ft-1'")
        assert [one.info.run_id for one in below] == ["ft-1_finetune"]
        with pytest.raises(MlflowException, match="none"):
            client.get_run("none")

    await asyncio.to_thread(work)
