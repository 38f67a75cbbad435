"""The undated surface: what it has, what it has not, and what its answers look like."""

from typing import Any

import pytest

from tests.sandbox.azure_openai.stand import Stand, conversations, form, job_body

HALF = "0123456789abcdef" * 2
PROJECT = "/azure/prod-swc/api/projects/mine/openai/v1"


async def _ask(stand: Stand, method: str, path: str, **rest: Any) -> Any:
    return await stand.ask(method, f"/v1{path}", version=rest.pop("version", ""), **rest)


@pytest.mark.parametrize(
    ("version", "status"), [("", 200), ("v1", 200), ("preview", 200), ("2024-10-21", 404)]
)
async def test_the_version_may_be_left_out(stand: Stand, version: str, status: int) -> None:
    assert (await _ask(stand, "GET", "/files", version=version)).status_code == status


async def test_a_dated_path_takes_no_undated_version(stand: Stand) -> None:
    for version in ("v1", "preview", ""):
        answer = await stand.ask("GET", "/files", version=version)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == "Resource not found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/files/import"),
        ("DELETE", f"/fine_tuning/jobs/ftjob-{HALF}"),
        ("POST", "/deployments/x/chat/completions"),
        ("POST", f"/fine_tuning/jobs/ftjob-{HALF}/events"),
        ("PUT", "/files"),
    ],
)
async def test_what_v1_does_not_have(stand: Stand, method: str, path: str) -> None:
    answer = await _ask(stand, method, path, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "404")


async def test_files(stand: Stand) -> None:
    assert (await _ask(stand, "GET", "/files")).json() == {
        "object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False,
    }  # fmt: skip
    made = []
    for name in ("a.jsonl", "b.jsonl"):
        answer = await _ask(stand, "POST", "/files", **form(conversations(10), name))
        assert (answer.status_code, "Location" in answer.headers) == (200, False)
        made.append(answer.json()["id"])
    listed = (await _ask(stand, "GET", "/files")).json()
    assert [one["id"] for one in listed["data"]] == [listed["first_id"], listed["last_id"]] == made
    assert (await _ask(stand, "DELETE", f"/files/{made[0]}")).json()["deleted"] is True
    assert (await stand.ask("GET", f"/files/{made[1]}")).json()["id"] == made[1], (
        "both surfaces share the files"
    )


async def test_uploads_are_at_the_resource_and_not_at_a_project(stand: Stand) -> None:
    body = {"purpose": "fine-tune", "filename": "a.jsonl", "bytes": 12, "mime_type": "application/json"}
    begun = await _ask(stand, "POST", "/uploads", json=body)
    assert begun.json()["status"] == "pending"
    assert begun.headers["Location"].endswith(f"/azure/prod-swc/openai/v1/uploads/{begun.json()['id']}")
    headers = {"api-key": "sandbox-azure-key"}
    refused = await stand.http.post(f"{stand.origin}{PROJECT}/uploads", json=body, headers=headers)
    assert refused.status_code == 404
    files = await stand.http.get(f"{stand.origin}{PROJECT}/files", headers=headers)
    assert files.json()["object"] == "list"


async def test_a_key_or_a_token_is_wanted(stand: Stand) -> None:
    assert (await _ask(stand, "GET", "/files", headers={})).status_code == 401
    assert (await _ask(stand, "GET", "/files", headers={"api-key": "wrong"})).status_code == 401
    bearer = {"Authorization": "Bearer sandbox-azure-key"}
    assert (await _ask(stand, "GET", "/files", headers=bearer)).status_code == 200, (
        "the key as a bearer token"
    )
    assert (await stand.ask("GET", "/files", headers=bearer)).status_code == 401, "on v1 only"


async def test_a_job_tells_nulls_and_keeps_its_metadata(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    train = await stand.upload(conversations(10))
    body = job_body(train, metadata={"k": "v"}, suffix="x" * 64, trainingType="GlobalStandard")
    answer = await _ask(stand, "POST", "/fine_tuning/jobs", json=body)
    assert (answer.status_code, "Location" in answer.headers) == (200, False)
    job = answer.json()
    assert {name for name, value in job.items() if value is None} == {
        "error", "fine_tuned_model", "finished_at", "organization_id", "result_files", "trained_tokens",
        "validation_file",
    }  # fmt: skip
    assert (job["metadata"], job["user_provided_suffix"]) == ({"k": "v"}, "x" * 64)
    assert job["method"] == {"type": "supervised"}
    assert (await _ask(stand, "GET", f"/fine_tuning/jobs/{job['id']}")).json()["metadata"] == {"k": "v"}
    assert "metadata" not in await stand.job(job["id"]), "the dated surface knows none"


@pytest.mark.parametrize(
    "metadata",
    [{f"k{n}": "v" for n in range(17)}, {"k" * 65: "v"}, {"k": "v" * 513}, {"k": 5}, ["k"], "k"],
)
async def test_metadata_that_is_too_much_is_refused(stand: Stand, metadata: Any) -> None:
    train = await stand.upload(conversations(10))
    answer = await _ask(stand, "POST", "/fine_tuning/jobs", json=job_body(train, metadata=metadata))
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "metadata"
    assert answer.json()["error"]["type"] == "error"


async def test_a_suffix_of_65_characters_is_refused(stand: Stand) -> None:
    train = await stand.upload(conversations(10))
    answer = await _ask(stand, "POST", "/fine_tuning/jobs", json=job_body(train, suffix="x" * 65))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "suffix")


async def test_models_are_bare(stand: Stand) -> None:
    job = await stand.create(await stand.upload(conversations(12)), hyperparameters={"n_epochs": 1})
    tuned = (await stand.until(job["id"]))["fine_tuned_model"]
    listed = {one["id"]: one for one in (await _ask(stand, "GET", "/models")).json()["data"]}
    assert set(listed[tuned]) == {"id", "created", "object", "owned_by"}
    assert (listed[tuned]["owned_by"], listed["gpt-4.1-2025-04-14"]["owned_by"]) == ("user", "system")
    assert (await _ask(stand, "GET", f"/models/{tuned}")).json() == listed[tuned]
    assert (await _ask(stand, "GET", "/models/gpt-9")).status_code == 404
