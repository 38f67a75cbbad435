"""The Files API, Unity Catalog and MLflow's lists."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.databricks import DatabricksOptions
from sandbox.databricks.options import USER
from tests.patience import until
from tests.sandbox.databricks.stand import FOLDER, Stand, running
from tests.sandbox.databricks.test_runs import chat

FILES = "/api/2.0/fs/files"
FOLDERS = "/api/2.0/fs/directories"
CATALOG = "/api/2.1/unity-catalog"


async def test_a_file_comes_back_as_it_was_sent(stand: Stand) -> None:
    name = "größe 100% #1.jsonl"
    await stand.put(name, b"one\n")
    url = f"{FILES}{quote(f'{FOLDER}/{name}')}"
    assert (await stand.http.get(url)).content == b"one\n"
    head = await stand.http.head(url)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "4", b"")
    assert (await stand.http.put(url, content=b"two")).json()["error_code"] == "ALREADY_EXISTS"
    assert (await stand.http.put(url, content=b"three", params={"overwrite": "true"})).status_code == 204
    assert (await stand.http.get(url)).content == b"three"
    assert (await stand.http.delete(url)).status_code == 204
    gone = await stand.http.head(url)
    assert (gone.status_code, gone.content) == (404, b"")
    assert (await stand.http.delete(url)).status_code == 404


async def test_folders_are_made_listed_and_removed_when_empty(stand: Stand) -> None:
    for number in range(3):
        await stand.put(f"deep/{number}.txt", b"x" * number)
    page = await stand.get(f"{FOLDERS}{FOLDER}/deep", page_size="2")
    assert [item["name"] for item in page["contents"]] == ["0.txt", "1.txt"]
    rest = await stand.get(f"{FOLDERS}{FOLDER}/deep", page_size="2", page_token=page["next_page_token"])
    assert [(item["path"], item["file_size"]) for item in rest["contents"]] == [(f"{FOLDER}/deep/2.txt", 2)]
    assert "next_page_token" not in rest
    (folder,) = (await stand.get(f"{FOLDERS}{FOLDER}"))["contents"]
    assert (folder["name"], folder["is_directory"]) == ("deep", True)
    assert (await stand.http.delete(f"{FOLDERS}{FOLDER}/deep")).json()["error_code"] == "DIRECTORY_NOT_EMPTY"
    assert (await stand.http.put(f"{FOLDERS}{FOLDER}/deep")).status_code == 204
    assert (await stand.http.head(f"{FOLDERS}{FOLDER}/nowhere")).status_code == 404


async def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def bodies() -> int:
        return len(list(tmp_path.iterdir()))

    async def begun() -> bool:
        return bodies() == 2

    async def gone() -> bool:
        return bodies() == 1

    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        await until(begun)
        raise ConnectionError

    async with running(DatabricksOptions(directory=tmp_path, random_seed=1)) as stand:
        url = f"{FILES}{FOLDER}/half.jsonl"
        await stand.put("whole.jsonl", b"whole")
        with pytest.raises(ConnectionError):
            await stand.http.put(url, content=broken(), headers={"Content-Length": "8"})
        await until(gone)
        assert (await stand.http.get(url)).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/Volumes/main/finetuning/data/nowhere/x.jsonl", 404),
        ("/Volumes/main/finetuning/other/x.jsonl", 404),
        ("/Volumes/main/x.jsonl", 400),
        ("/tmp/x.jsonl", 400),
        ("/Volumes/main/finetuning/data", 400),
    ],
)
async def test_files_need_their_place(stand: Stand, path: str, status: int) -> None:
    assert (await stand.http.put(f"{FILES}{path}", content=b"x")).status_code == status


async def test_grants_are_told_and_enforced(stand: Stand) -> None:
    url = f"{CATALOG}/effective-permissions/volume/main.finetuning.data"
    (assigned,) = (await stand.get(url, principal=USER))["privilege_assignments"]
    held = {privilege["privilege"] for privilege in assigned["privileges"]}
    assert {"READ_VOLUME", "WRITE_VOLUME", "USE_SCHEMA", "USE_CATALOG"} <= held
    stand.service.configure({"missing_grants": ["WRITE_VOLUME main.finetuning.data"]})
    (assigned,) = (await stand.get(url, principal=USER))["privilege_assignments"]
    assert {privilege["privilege"] for privilege in assigned["privileges"]} == held - {"WRITE_VOLUME"}
    refused = await stand.http.put(f"{FILES}{FOLDER}/x.jsonl", content=b"x")
    assert (refused.status_code, refused.json()["error_code"]) == (403, "PERMISSION_DENIED")
    assert await stand.get(url, principal="somebody") == {}


async def test_a_model_is_deleted_after_its_versions(stand: Stand) -> None:
    done = await stand.trained(await stand.put("train.jsonl", chat(10)), trainingDuration="1ep")
    model = f"{CATALOG}/models/main.finetuning.{done['name']}"
    put = await stand.http.put(f"{model}/aliases/champion", json={"version_num": 1})
    assert put.status_code == 200
    assert (await stand.get(f"{model}/aliases/champion"))["version"] == 1
    refused = await stand.http.delete(model)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_STATE")
    assert (await stand.http.delete(f"{model}/versions/1")).status_code == 200
    assert (await stand.http.get(f"{model}/aliases/champion")).status_code == 404
    assert (await stand.http.delete(model)).status_code == 200
    assert (await stand.http.get(model)).status_code == 404


async def test_models_are_listed_in_pages(stand: Stand) -> None:
    for name in ("a", "b", "c"):
        asked = {"name": name, "catalog_name": "main", "schema_name": "finetuning"}
        assert (await stand.http.post(f"{CATALOG}/models", json=asked)).status_code == 200
    where = {"catalog_name": "main", "schema_name": "finetuning"}
    page = await stand.get(f"{CATALOG}/models", **where, max_results="3")
    assert [model["name"] for model in page["registered_models"]] == ["a", "b", "c"]
    rest = await stand.get(f"{CATALOG}/models", **where, page_token=page["next_page_token"])
    assert [model["name"] for model in rest["registered_models"]] == ["shared_assistant"]
    foreign = await stand.http.delete(f"{CATALOG}/models/main.finetuning.shared_assistant")
    assert foreign.status_code == 403


async def test_volumes_are_made_and_told(stand: Stand) -> None:
    asked = {"catalog_name": "main", "schema_name": "default", "name": "more", "volume_type": "MANAGED"}
    assert (await stand.http.post(f"{CATALOG}/volumes", json=asked)).status_code == 200
    assert (await stand.http.post(f"{CATALOG}/volumes", json=asked)).status_code == 409
    listed = await stand.get(f"{CATALOG}/volumes", catalog_name="main", schema_name="default")
    assert [volume["full_name"] for volume in listed["volumes"]] == ["main.default.more"]
    assert (await stand.http.get(f"{CATALOG}/volumes/main.default.none")).status_code == 404


async def test_histories_and_runs_come_in_pages(stand: Stand) -> None:
    done = await stand.trained(await stand.put("train.jsonl", chat(40)), trainingDuration="1ep")
    tracker = done["details"]["experimentTracker"]["mlflow"]
    url = "/api/2.0/mlflow/metrics/get-history"
    asked = {"run_id": tracker["mlflowRunId"], "metric_key": "loss/train/total", "max_results": "3"}
    page = await stand.get(url, **asked)
    rest = await stand.get(url, **asked, page_token=page["next_page_token"])
    assert [point["step"] for point in (*page["metrics"], *rest["metrics"])] == [1, 2, 3, 4, 5]
    assert "next_page_token" not in rest
    assert await stand.get(url, run_id=tracker["mlflowRunId"], metric_key="none") == {}
    experiment = await stand.get(
        "/api/2.0/mlflow/experiments/get-by-name", experiment_name=tracker["experimentPath"]
    )
    assert experiment["experiment"]["experiment_id"] == tracker["mlflowExperimentId"]
    search = {"experiment_ids": [tracker["mlflowExperimentId"]], "filter": "status = 'FINISHED'"}
    taken = await stand.http.post(
        "/api/2.0/mlflow/experiments/create", json={"name": tracker["experimentPath"]}
    )
    assert (taken.status_code, taken.json()["error_code"]) == (409, "RESOURCE_ALREADY_EXISTS")
    found = (await stand.http.post("/api/2.0/mlflow/runs/search", json=search)).json()["runs"]
    assert [run["info"]["run_id"] for run in found] == [tracker["mlflowRunId"]]
    bad = await stand.http.post("/api/2.0/mlflow/runs/search", json={**search, "filter": "metrics.x > 3"})
    assert bad.status_code == 400


async def test_folders_and_experiments_of_the_workspace_are_told(stand: Stand) -> None:
    url = "/api/2.0/workspace/get-status"
    assert (await stand.get(url, path=f"/Users/{USER}"))["object_type"] == "DIRECTORY"
    done = await stand.trained(await stand.put("train.jsonl", chat(10)), trainingDuration="1ba")
    path = done["details"]["experimentTracker"]["mlflow"]["experimentPath"]
    assert (await stand.get(url, path=path))["object_type"] == "MLFLOW_EXPERIMENT"
    gone = await stand.http.get(url, params={"path": "/Shared/bot/runs"})
    assert (gone.status_code, gone.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    made = await stand.http.post("/api/2.0/workspace/mkdirs", json={"path": "/Shared/bot/runs"})
    assert made.status_code == 200
    assert (await stand.get(url, path="/Shared/bot"))["object_type"] == "DIRECTORY"
    assert (await stand.http.get(url, params={"path": "Shared"})).status_code == 400
