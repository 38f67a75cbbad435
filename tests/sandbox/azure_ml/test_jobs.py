"""Jobs: from their PUT to a model of the workspace, and what is refused (contract 2, 6, 7)."""

from typing import Any

import httpx
import pytest

from tests.patience import until
from tests.sandbox.azure_ml.stand import (
    LLAMA,
    LLAMA_33,
    LLAMA_MODEL,
    PHI,
    PHI_MODEL,
    Stand,
    conversations,
    job_body,
)

META = "azureml://registries/azureml-meta/models"


async def test_a_job_trains_a_model_of_the_workspace(stand: Stand) -> None:
    made = await stand.create(await stand.upload(conversations(20)), prefix="support bot.v1")
    assert made["id"] == f"{LLAMA.id}/jobs/ft-1"
    assert made["properties"]["status"] == "NotStarted"
    job = await stand.until("ft-1", "Completed")
    output = job["properties"]["outputs"]["registered_model"]
    assert output["assetName"] == "support-bot-v1"
    assert job["properties"]["properties"]["registered_ft_model_name"] == "support-bot-v1"
    assert output["uri"] == (
        f"azureml://locations/westus3/workspaces/{LLAMA.workspace_id}/models/support-bot-v1/versions/1"
    )
    model = await stand.get("/models/support-bot-v1/versions/1")
    assert model["properties"]["jobName"] == "ft-1"
    assert model["properties"]["properties"]["maas-finetuning"] == "true"


async def test_the_same_put_again_makes_no_second_job(stand: Stand) -> None:
    uri = await stand.upload(conversations(20))
    await stand.create(uri)
    again = await stand.ask("PUT", "/jobs/ft-1", json=job_body(uri, tags={"other": "tag"}))
    assert again.status_code == 200
    assert again.json()["properties"]["tags"] == {"other": "tag"}
    assert [row["name"] for row in (await stand.get("/jobs"))["value"]] == ["ft-1"]
    changed = await stand.ask("PUT", "/jobs/ft-1", json=job_body(uri, prefix="other"))
    assert changed.status_code == 400


async def test_points_come_once_per_epoch_from_mlflow_and_metric_v2(stand: Stand) -> None:
    await stand.trained()
    base = "/mlflow/v2.0{ws}/api/2.0/mlflow"
    run = (await stand.region("GET", f"{base}/runs/get", params={"run_id": "ft-1"})).json()["run"]
    assert run["info"]["status"] == "FINISHED"
    latest = {one["key"]: one["value"] for one in run["data"]["metrics"]}
    assert {"loss", "eval_loss", "learning_rate", "epoch", "train_loss"} <= set(latest)
    asked = {"run_id": "ft-1", "metric_key": "loss", "max_results": "1"}
    first = (await stand.region("GET", f"{base}/metrics/get-history", params=asked)).json()
    asked["page_token"] = first["next_page_token"]
    second = (await stand.region("GET", f"{base}/metrics/get-history", params=asked)).json()
    points = first["metrics"] + second["metrics"]
    assert [one["step"] for one in points] == [18, 36]
    assert points[1]["value"] < points[0]["value"]
    assert "next_page_token" not in second
    names = (await stand.region("POST", "/metric/v2.0{ws}/runs/ft-1/list", json={})).json()["value"]
    assert "eval_loss" in [one["metricKey"]["name"] for one in names]
    full = await stand.region("POST", "/metric/v2.0{ws}/runs/ft-1/full", json={"metricName": "loss"})
    assert [one["data"]["loss"] for one in full.json()["value"]] == [one["value"] for one in points]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (conversations(5, role="user"), "No assistant tokens found"),
        (b"", "has no examples"),
        (b"{]\n", "line 1 is not valid JSON"),
        (b'{"prompt": "a", "completion": "b"}\n', "no 'messages'"),
        (b'{"messages": [{"role": "boss", "content": "x"}]}\n', "needs a role"),
    ],
)
async def test_bad_data_ends_in_the_error_of_the_run(stand: Stand, content: bytes, sentence: str) -> None:
    await stand.create(await stand.upload(content))
    await stand.until("ft-1", "Failed")
    details = (await stand.region("GET", "/history/v1.0{ws}/runs/ft-1/details")).json()
    assert details["status"] == "Failed"
    assert sentence in details["error"]["error"]["message"]
    assert details["error"]["error"]["innerError"]["innerError"]["code"] == "DataValidationError"


async def test_data_that_is_not_there_or_cannot_be_read(stand: Stand) -> None:
    await stand.create("azureml://datastores/workspaceblobstore/paths/nowhere.jsonl")
    await stand.until("ft-1", "Failed")
    message = await _failure(stand, "ft-1")
    assert "nowhere.jsonl" in message
    stand.service.configure({"workspace_reads": False})
    await stand.create(await stand.upload(conversations(20), at=PHI), at=PHI)
    await stand.until("ft-1", "Failed", at=PHI)
    details = (await stand.region("GET", "/history/v1.0{ws}/runs/ft-1/details", at=PHI)).json()
    assert "AuthorizationPermissionMismatch" in details["error"]["error"]["message"]
    gone = await stand.ask(
        "PUT", "/jobs/x", json=job_body("azureml://datastores/none/paths/x.jsonl", model=LLAMA_MODEL)
    )
    assert gone.status_code == 400


async def _failure(stand: Stand, run: str) -> str:
    details = (await stand.region("GET", f"/history/v1.0{{ws}}/runs/{run}/details")).json()
    message: str = details["error"]["error"]["message"]
    return message


@pytest.mark.parametrize(
    ("changes", "switches", "status", "inner"),
    [
        ({"model": LLAMA_MODEL.replace("/versions/4", "")}, {}, 400, "BadArgument"),
        ({}, {"subscriptions": "Suspended"}, 400, "MarketplaceSubscriptionRequired"),
        ({"model": f"{META}/Llama-2-7b/versions/4"}, {}, 400, "RegionNotSupported"),
        ({"model": f"{META}/Meta-Llama-3.1-8B-Instruct/versions/4"}, {}, 400, "ModelRetired"),
        ({"model": f"{META}/Llama-3.2-11B-Vision-Instruct/versions/4"}, {}, 400, "ModelRetired"),
        ({"model": PHI_MODEL.replace("4-mini", "3.5-mini")}, {}, 400, "ModelRetired"),
        ({"task": "TextCompletion"}, {}, 400, "TaskNotSupported"),
        ({"task": "Chat"}, {}, 400, "BadArgument"),
        ({"details": {"hyperParameters": {"num_train_epochs": 1}}}, {}, 400, "BadArgument"),
        ({"details": {"trainingData": None}}, {}, 400, "BadArgument"),
        ({"outputs": {}}, {}, 400, "BadArgument"),
        ({"colour": "red"}, {}, 400, "BadArgument"),
        ({"jobType": "Command"}, {}, 400, "UnsupportedJobType"),
        ({}, {"network_registered": False}, 409, None),
        ({}, {"role": "reader"}, 403, None),
    ],
)
async def test_what_a_put_refuses(
    stand: Stand, changes: dict[str, Any], switches: dict[str, Any], status: int, inner: str | None
) -> None:
    uri = await stand.upload(conversations(20))
    stand.service.configure(switches)
    answer = await stand.ask("PUT", "/jobs/ft-1", json=job_body(uri, **changes))
    assert answer.status_code == status, answer.text
    if inner is not None:
        assert _inner(answer) == inner
    stand.service.configure({"role": "owner"})
    assert (await stand.ask("GET", "/jobs/ft-1")).status_code == 404


def _inner(answer: httpx.Response) -> str:
    info = {one["type"]: one["info"]["value"] for one in answer.json()["error"]["additionalInfo"]}
    code: str = info["InnerError"]["code"]
    return code


async def test_a_model_is_trained_in_its_regions_only(stand: Stand) -> None:
    uri = await stand.upload(conversations(20), at=PHI)
    answer = await stand.ask("PUT", "/jobs/ft-1", at=PHI, json=job_body(uri, model=LLAMA_MODEL))
    assert (answer.status_code, _inner(answer)) == (400, "RegionNotSupported")
    assert "Available regions: westus3." in answer.json()["error"]["message"]


async def test_what_is_sold_is_trained_once_it_is_bought(unsubscribed: Stand) -> None:
    body = job_body(await unsubscribed.upload(conversations(20)))
    refused = await unsubscribed.ask("PUT", "/jobs/ft-1", json=body)
    assert (refused.status_code, _inner(refused)) == (400, "MarketplaceSubscriptionRequired")
    bought = {"properties": {"modelId": LLAMA_33}}
    await unsubscribed.ask("PUT", "/marketplaceSubscriptions/llama", json=bought)

    async def accepted() -> bool:
        return (await unsubscribed.ask("PUT", "/jobs/ft-1", json=body)).status_code == 201

    await until(accepted)
    await unsubscribed.until("ft-1", "Completed")


async def test_cancelling_takes_a_moment(stand: Stand) -> None:
    stand.service.configure({"hold_queued": True})
    await stand.create(await stand.upload(conversations(20)))
    await stand.until("ft-1", "Queued")
    stand.service.configure({"speed": 10})
    answer = await stand.ask("POST", "/jobs/ft-1/cancel")
    assert answer.status_code == 202
    assert answer.headers["Retry-After"]
    assert (await stand.get("/jobs/ft-1"))["properties"]["status"] == "CancelRequested"
    await stand.until("ft-1", "Canceled")
    assert (await stand.ask("GET", answer.headers["Location"], at=None)).status_code == 200
    assert (await stand.ask("POST", "/jobs/ft-1/cancel")).status_code == 200
    assert (await stand.ask("DELETE", "/jobs/ft-1")).status_code == 202
    assert (await stand.ask("DELETE", "/jobs/ft-1")).status_code == 204


async def test_lists_have_pages_and_filters(stand: Stand) -> None:
    stand.service.configure({"hold_queued": True})
    uri = await stand.upload(conversations(20))
    for number in range(25):
        await stand.create(uri, f"ft-{number}", tags={"n": str(number)})
    first = await stand.get("/jobs", params={"jobType": "FineTuning", "listViewType": "All"})
    second = await stand.get(first["nextLink"], at=None)
    names = [row["name"] for row in first["value"] + second["value"]]
    assert names == [f"ft-{number}" for number in reversed(range(25))]
    assert "nextLink" not in second
    assert [row["name"] for row in (await stand.get("/jobs", params={"tag": "n=7"}))["value"]] == ["ft-7"]
    assert (await stand.get("/jobs", params={"jobType": "Command"}))["value"] == []


async def test_versions_have_what_they_had(stand: Stand) -> None:
    uri = await stand.upload(conversations(20))
    for version in ("2024-10-01", "2025-12-01", "2026-09-01"):
        answer = await stand.ask("PUT", "/jobs/ft-1", version=version, json=job_body(uri))
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "UserError"), version
    old = await stand.ask(
        "PUT",
        "/jobs/ft-1",
        version="2024-01-01-preview",
        json=job_body(uri, queueSettings={"jobTier": "Standard"}),
    )
    assert old.status_code == 400
    await stand.create(uri)
    assert (await stand.get("/jobs", version="2025-12-01"))["value"] == []
    unknown = await stand.ask("GET", "/jobs", version="2021-01-01")
    assert unknown.json()["error"]["code"] == "NoRegisteredProviderFound"
    missing = await stand.ask("GET", "/jobs", version="")
    assert missing.json()["error"]["code"] == "MissingApiVersionParameter"
    odd = await stand.ask("GET", "/finetunings")
    assert (odd.status_code, odd.json()["error"]["code"]) == (404, "InvalidResourceType")


async def test_a_failure_is_injected_once_and_words_are_unknown(stand: Stand) -> None:
    stand.service.configure({"fail_job": ["SystemError", "It broke."], "unknown_status": "Dreaming"})
    uri = await stand.upload(conversations(20))
    made = await stand.create(uri)
    assert made["properties"]["status"] == "Dreaming"

    async def failed() -> bool:
        return bool((await stand.get("/jobs/ft-1"))["properties"]["status"] == "Failed")

    await until(failed)
    assert await _failure(stand, "ft-1") == "It broke."
    stand.service.configure({"unknown_status": None})
    await stand.create(uri, "ft-2")
    await stand.until("ft-2", "Completed")


async def test_curves_may_be_on_the_child_only(stand: Stand) -> None:
    stand.service.configure({"metrics_on": "child"})
    await stand.trained()
    base = "/mlflow/v2.0{ws}/api/2.0/mlflow"
    root = (await stand.region("GET", f"{base}/runs/get", params={"run_id": "ft-1"})).json()["run"]
    assert root["data"]["metrics"] == []
    body = {
        "experiment_ids": [root["info"]["experiment_id"]],
        "filter": "tags.mlflow.parentRunId = 'ft-1'",
    }
    found = (await stand.region("POST", f"{base}/runs/search", json=body)).json()["runs"]
    assert [one["info"]["run_id"] for one in found] == ["ft-1_finetune"]
    assert found[0]["data"]["metrics"]
    below = (await stand.region("GET", "/history/v1.0{ws}/runs/ft-1/children")).json()["value"]
    assert [one["runId"] for one in below] == ["ft-1_finetune"]
