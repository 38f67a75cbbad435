"""Runs of fine-tuning from their creation to a registered model."""

import json

from sandbox import samples
from tests.sandbox.databricks.stand import EVENTS, LLAMA, MODELS, STOP, Stand


def chat(count: int) -> bytes:
    rows = (
        {
            "messages": [
                {"role": "user", "content": f"Is lamp {n} in stock?"},
                {"role": "assistant", "content": f"Yes, lamp {n} is in stock."},
            ]
        }
        for n in range(count)
    )
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


async def test_a_run_trains_the_uploaded_text_and_registers_a_version(stand: Stand) -> None:
    path = await stand.put("train.jsonl", chat(40))
    held = await stand.put("valid.jsonl", chat(10))
    made = await stand.create(path, evalDataPath=held, trainingDuration="3ep")
    assert made["status"] == "PENDING"
    assert made["name"].startswith("llama-3-2-3b-instruct-")
    assert "mlflowRunId" not in made["details"]["experimentTracker"]["mlflow"]
    done = await stand.until(made["name"], "COMPLETED")
    tracker = done["details"]["experimentTracker"]["mlflow"]
    assert [event["eventType"] for event in await stand.events(done["name"])] == [
        "CREATED", "STARTED", "DATA_VALIDATED", "MODEL_INITIALIZED",
        "TRAIN_UPDATED", "TRAIN_UPDATED", "TRAIN_UPDATED", "TRAIN_FINISHED", "COMPLETED",
    ]  # fmt: skip
    run = (await stand.get("/api/2.0/mlflow/runs/get", run_id=tracker["mlflowRunId"]))["run"]
    assert run["info"]["status"] == "FINISHED"
    history = await stand.get(
        "/api/2.0/mlflow/metrics/get-history", run_id=run["info"]["run_id"], metric_key="loss/train/total"
    )
    losses = [point["value"] for point in history["metrics"]]
    assert [point["step"] for point in history["metrics"]] == list(range(1, 16))
    assert losses[-1] < losses[0]
    held_out = await stand.get(
        "/api/2.0/mlflow/metrics/get-history",
        run_id=run["info"]["run_id"],
        metric_key="metrics/eval/LanguageCrossEntropy",
    )
    assert [point["step"] for point in held_out["metrics"]] == [5, 10, 15]
    full = f"main.finetuning.{done['name']}"
    (version,) = (await stand.get(f"/api/2.1/unity-catalog/models/{full}/versions"))["model_versions"]
    assert (version["version"], version["status"]) == (1, "READY")
    assert version["run_id"] == tracker["mlflowRunId"]


async def test_without_evaluation_data_there_are_no_evaluation_metrics(stand: Stand) -> None:
    done = await stand.trained(await stand.put("train.jsonl", chat(16)), trainingDuration="1ep")
    run_id = done["details"]["experimentTracker"]["mlflow"]["mlflowRunId"]
    run = (await stand.get("/api/2.0/mlflow/runs/get", run_id=run_id))["run"]
    keys = {metric["key"] for metric in run["data"]["metrics"]}
    assert "loss/train/total" in keys
    assert not [key for key in keys if key.startswith("metrics/eval/")]


async def test_batches_and_tokens_are_durations_too(stand: Stand) -> None:
    path = await stand.put("train.jsonl", chat(40))
    for duration, word in (("7ba", "[batch=7/7]"), ("1_000tok", "[token=1000/1000]")):
        done = await stand.trained(path, trainingDuration=duration)
        updates = [
            e["eventMessage"] for e in await stand.events(done["name"]) if e["eventType"] == "TRAIN_UPDATED"
        ]
        assert updates[-1] == word
        assert done["details"]["trainingDuration"] == duration.replace("_", "")


async def test_a_run_is_stopped_once(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    made = await stand.create(await stand.put("train.jsonl", chat(16)))
    asked = {
        "getFinetunesData": {"filters": {"name": {"in": [made["name"]]}}},
        "stopFinetunesData": {"reason": "Canceled by Priya."},
    }
    stopped = (await stand.graph(STOP, **asked))["data"]["stopFinetunes"]
    assert [run["status"] for run in stopped] == ["TERMINATING"]
    assert (await stand.graph(STOP, **asked))["data"]["stopFinetunes"] == []
    done = await stand.until(made["name"], "STOPPED")
    assert done["reason"] == "Canceled by Priya."
    assert (await stand.events(made["name"]))[-1]["eventType"] == "CANCELED"


async def test_runs_are_listed_newest_first_in_pages(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    path = await stand.put("train.jsonl", chat(16))
    names = [(await stand.create(path))["name"] for _ in range(3)]
    first = await stand.runs(limit=2)
    assert [run["name"] for run in first["finetunes"]] == names[:0:-1]
    assert first["hasNextPage"]
    second = await stand.runs(limit=2, cursor=first["cursor"])
    assert [run["name"] for run in second["finetunes"]] == names[:1]
    assert not second["hasNextPage"]
    since = first["finetunes"][0]["createdAt"]
    assert (await stand.runs(filters={"createdAt": {"lt": since}, "status": {"in": ["RUNNING"]}}))[
        "finetunes"
    ] == []


async def test_a_run_can_start_from_a_checkpoint_of_another(stand: Stand) -> None:
    path = await stand.put("train.jsonl", chat(40))
    first = await stand.trained(path, trainingDuration="4ep")
    tracker = first["details"]["experimentTracker"]["mlflow"]
    listed = await stand.get(
        "/api/2.0/mlflow/artifacts/list", run_id=tracker["mlflowRunId"], path=f"{first['name']}/checkpoints"
    )
    assert [file["path"].rpartition("/")[2] for file in listed["files"]] == [
        "ep1-ba5", "ep2-ba10", "ep3-ba15", "ep4-ba20",
    ]  # fmt: skip
    weights = f"{listed['root_uri']}/{first['name']}/checkpoints/ep4-ba20"
    second = await stand.trained(path, trainingDuration="1ep", customWeightsPath=weights)
    starts = []
    for run in (first, second):
        history = await stand.get(
            "/api/2.0/mlflow/metrics/get-history",
            run_id=run["details"]["experimentTracker"]["mlflow"]["mlflowRunId"],
            metric_key="loss/train/total",
        )
        starts.append(history["metrics"][0]["value"])
    assert starts[1] < starts[0] / 2


async def test_a_loss_that_explodes_fails_the_run_once(stand: Stand) -> None:
    path = await stand.put("train.jsonl", chat(16))
    stand.service.configure({"fail_next": "loss_spike"})
    failed = await stand.until((await stand.create(path))["name"], "FAILED")
    assert failed["reason"].startswith("LossSpikeError: ")
    assert failed["reason"].endswith("Please try submitting the run again with a lower learning rate.")
    assert (await stand.events(failed["name"]))[-1]["eventMessage"] == failed["reason"]
    run_id = failed["details"]["experimentTracker"]["mlflow"]["mlflowRunId"]
    assert (await stand.get("/api/2.0/mlflow/runs/get", run_id=run_id))["run"]["info"]["status"] == "FAILED"
    await stand.trained(path)


async def test_the_models_and_their_context_are_told(stand: Stand) -> None:
    models = (await stand.graph(MODELS))["data"]["getFinetuneConstants"]["models"]
    contexts = {model["name"]: model["maxContextLength"] for model in models}
    assert contexts[LLAMA] == 131_072
    assert len(contexts) == 15


async def test_events_of_an_unknown_run_are_404_inside_http_200(stand: Stand) -> None:
    assert (await stand.refused(EVENTS, getFinetuneEventsData={"name": "nobody"}))[0] == 404


async def test_the_sample_file_trains(stand: Stand) -> None:
    path = await stand.put("support.jsonl", samples.read("support_train.jsonl"))
    done = await stand.trained(path, trainingDuration="1ep")
    assert done["startedAt"] < done["completedAt"]


async def test_only_the_newest_checkpoints_are_kept(stand: Stand) -> None:
    done = await stand.trained(await stand.put("train.jsonl", chat(8)), trainingDuration="15ep")
    listed = await stand.get(
        "/api/2.0/mlflow/artifacts/list",
        run_id=done["details"]["experimentTracker"]["mlflow"]["mlflowRunId"],
        path=f"{done['name']}/checkpoints",
    )
    names = {file["path"].rpartition("/")[2] for file in listed["files"]}
    assert names == {f"ep{epoch}-ba{epoch}" for epoch in range(4, 16)}
    (run,) = stand.service.runs.runs.values()
    assert set(run.checkpoints) == names
