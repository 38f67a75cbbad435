"""What the data plane refuses, with its status and code."""

from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions, Limits
from sandbox.azure_openai.versions import VERSIONS
from tests.sandbox.azure_openai.stand import KEY, MODEL, Stand, conversations, form, job_body, running

NOT_FOUND = {"error": {"code": "404", "message": "Resource not found"}}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/files"),
        ("PATCH", "/files/file-1"),
        ("POST", "/files/file-1/content"),
        ("PUT", "/fine_tuning/jobs"),
        ("POST", "/fine_tuning/jobs/ftjob-1/events"),
        ("POST", "/fine_tuning/jobs/ftjob-1/checkpoints"),
        ("GET", "/fine_tuning/jobs/ftjob-1/cancel"),
        ("POST", "/models"),
        ("GET", "/fine-tunes"),
        ("GET", "/nothing"),
    ],
)
async def test_a_wrong_verb_or_path_is_not_found(stand: Stand, method: str, path: str) -> None:
    answer = await stand.ask(method, path)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("version", ["", "2024-06-02", "v1", "2023-03-15-preview"])
async def test_a_missing_or_unknown_api_version_is_not_found(stand: Stand, version: str) -> None:
    answer = await stand.ask("GET", "/files", version=version)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "path", "since"),
    [
        ("GET", "/fine_tuning/jobs/ftjob-1/checkpoints", "2024-05-01-preview"),
        ("POST", "/uploads", "2024-10-21"),
        ("POST", "/fine_tuning/jobs/ftjob-1/pause", "2025-04-01-preview"),
        ("POST", "/fine_tuning/jobs/ftjob-1/resume", "2025-04-01-preview"),
    ],
)
async def test_an_operation_exists_from_its_version_on(
    stand: Stand, method: str, path: str, since: str
) -> None:
    for version in VERSIONS:
        answer = await stand.ask(method, path, version=version, json={})
        assert (answer.json() == NOT_FOUND) == (version < since), version


async def test_a_wrong_key_gets_the_gateways_body(stand: Stand) -> None:
    answer = await stand.ask("GET", "/files", headers={"api-key": "wrong"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "401"
    assert answer.json()["error"]["message"].startswith("Access denied due to invalid subscription key")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer sandbox-entra-invented"}, {"Authorization": f"Bearer {KEY}"}],
)
async def test_no_key_and_no_good_token_gets_the_flat_body(stand: Stand, headers: dict[str, str]) -> None:
    answer = await stand.ask("GET", "/files", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["statusCode"] == 401
    assert "Access token is missing" in answer.json()["message"]


async def test_every_answer_names_its_request(stand: Stand) -> None:
    answers = [
        await stand.ask("GET", "/files"),
        await stand.ask("GET", "/files/file-1"),
        await stand.ask("GET", "/files", headers={}),
        await stand.ask("GET", "/nothing"),
    ]
    assert len({answer.headers["apim-request-id"] for answer in answers}) == len(answers)
    for answer in answers:
        assert answer.headers["x-request-id"]
        assert answer.headers["x-ms-region"]
        remaining = int(answer.headers["x-ratelimit-remaining-requests"])
        assert 0 <= remaining < int(answer.headers["x-ratelimit-limit-requests"])


def _refused(answer: Any, code: str = "invalidPayload", status: int = 400) -> str:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    message: str = answer.json()["error"]["message"]
    return message


async def test_a_part_without_a_content_type_is_refused(stand: Stand) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n{}\r\n--b--\r\n'
    )
    headers = {"api-key": KEY, "Content-Type": "multipart/form-data; boundary=b"}
    answer = await stand.ask("POST", "/files", headers=headers, content=body)
    assert _refused(answer) == "The file has no or an empty content type specified."


@pytest.mark.parametrize("purpose", ["", "fine-tune-results", "batch", "training"])
async def test_a_wrong_purpose_is_refused(stand: Stand, purpose: str) -> None:
    _refused(await stand.ask("POST", "/files", **form(b"{}\n", purpose=purpose)))


@pytest.mark.parametrize(
    "broken",
    [
        {"json": {"purpose": "fine-tune"}},
        {"data": {"purpose": "fine-tune"}, "files": {"other": ("a", b"{}", "application/json")}},
        {"data": {"purpose": "fine-tune"}, "files": {"file": ("a.jsonl", b"", "application/json")}},
        {
            "content": b"--b\r\nno form",
            "headers": {"api-key": KEY, "Content-Type": "multipart/form-data; boundary=b"},
        },
        {"content": b"x", "headers": {"api-key": KEY, "Content-Type": "multipart/form-data"}},
    ],
)
async def test_an_unusable_form_is_refused(stand: Stand, broken: dict[str, Any]) -> None:
    _refused(await stand.ask("POST", "/files", **broken))
    assert (await stand.ask("GET", "/files")).json()["data"] == []


async def test_files_have_limits() -> None:
    limits = Limits(file_bytes=2 << 20, total_bytes=3 << 20, files=3)
    async with running(AzureOptions(speed=1000, limits=limits)) as stand:
        line = b'{"messages": []}\n'
        large = line * ((2 << 20) // len(line) + 1)
        message = _refused(await stand.ask("POST", "/files", **form(large)))
        assert "The maximum allowed size is 2 MB" in message
        fitting = large[: 2 << 20]
        await stand.upload(fitting)
        _refused(await stand.ask("POST", "/files", **form(fitting)), "quotaExceeded")
        await stand.upload(line)
        await stand.upload(line)
        _refused(await stand.ask("POST", "/files", **form(line)), "quotaExceeded")
        directory = stand.service.resource("prod-swc").files.new_path().parent
        assert len(list(directory.iterdir())) == 3, "refused bodies must not stay on disk"


@pytest.mark.parametrize("url", [None, "", "ftp://x/y", "no url", "http://[bad", "http:///x", 5])
async def test_an_import_needs_a_web_address(stand: Stand, url: object) -> None:
    body = {"purpose": "fine-tune", "filename": "a.jsonl", "content_url": url}
    _refused(await stand.ask("POST", "/files/import", json=body))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/files/file-1"),
        ("GET", "/files/file-1/content"),
        ("DELETE", "/files/file-1"),
        ("GET", "/fine_tuning/jobs/ftjob-1"),
        ("DELETE", "/fine_tuning/jobs/ftjob-1"),
        ("POST", "/fine_tuning/jobs/ftjob-1/cancel"),
        ("GET", "/fine_tuning/jobs/ftjob-1/events"),
        ("GET", "/fine_tuning/jobs/ftjob-1/checkpoints"),
        ("GET", "/models/gpt-9"),
    ],
)
async def test_an_unknown_item_is_not_found(stand: Stand, method: str, path: str) -> None:
    _refused(await stand.ask(method, path), "notFound", 404)


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", ""])
async def test_a_page_has_limits(stand: Stand, limit: str) -> None:
    _refused(await stand.ask("GET", "/fine_tuning/jobs", params={"limit": limit}))


async def test_after_must_exist(stand: Stand) -> None:
    _refused(await stand.ask("GET", "/fine_tuning/jobs", params={"after": "ftjob-1"}))


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"5", b'{"model"', b"[" * 100_000])
async def test_a_job_needs_a_json_object(stand: Stand, content: bytes) -> None:
    _refused(await stand.ask("POST", "/fine_tuning/jobs", content=content))


WRONG_FIELDS: list[dict[str, Any]] = [
    {"model": None},
    {"model": 5},
    {"model": ""},
    {"model": "gpt-9"},
    {"training_file": None},
    {"training_file": "file-unknown"},
    {"training_file": ["file"]},
    {"validation_file": "file-unknown"},
    {"suffix": "a" * 41},
    {"suffix": "with.dot"},
    {"suffix": "with space"},
    {"suffix": ""},
    {"suffix": "line\n"},
    {"seed": -1},
    {"seed": 2**31},
    {"seed": "7"},
    {"seed": True},
    {"hyperparameters": [1]},
    {"hyperparameters": {"n_epochs": 0}},
    {"hyperparameters": {"n_epochs": -2}},
    {"hyperparameters": {"n_epochs": 51}},
    {"hyperparameters": {"n_epochs": 1.5}},
    {"hyperparameters": {"n_epochs": "auto"}},
    {"hyperparameters": {"n_epochs": True}},
    {"hyperparameters": {"batch_size": 0}},
    {"hyperparameters": {"batch_size": 257}},
    {"hyperparameters": {"learning_rate_multiplier": 0}},
    {"hyperparameters": {"learning_rate_multiplier": -0.5}},
    {"hyperparameters": {"learning_rate_multiplier": 11}},
    {"hyperparameters": {"learning_rate_multiplier": "0.1"}},
    {"trainingType": "Regional"},
    {"trainingType": 9},
    {"trainingType": ["Standard"]},
    {"method": {"type": "supervised"}},
]


async def test_a_wrong_field_of_a_job_is_refused(stand: Stand) -> None:
    file_id = await stand.upload(conversations(10))
    for fields in WRONG_FIELDS:
        body = {**job_body(file_id), **fields}
        answer = await stand.ask(
            "POST", "/fine_tuning/jobs", json={k: v for k, v in body.items() if v is not None}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalidPayload"), fields
    assert (await stand.ask("GET", "/fine_tuning/jobs")).json()["data"] == []


UNTRAINABLE: list[tuple[dict[str, Any], str]] = [
    (
        {"model": "gpt-4.1-nano-2025-04-14"},
        "The specified base model gpt-4.1-nano-2025-04-14 does not support fine-tuning with Standard TrainingType.",
    ),
    (
        {"model": "gpt-4o-mini-2024-07-18", "trainingType": "developerTier"},
        (
            "The specified base model gpt-4o-mini-2024-07-18 does not support fine-tuning with "
            "DeveloperTier TrainingType."
        ),
    ),
    (
        {"model": "gpt-35-turbo-0613"},
        "The specified base model gpt-35-turbo-0613 does not support fine-tuning.",
    ),
    (
        {"model": "text-embedding-3-small"},
        "The specified base model text-embedding-3-small does not support fine-tuning.",
    ),
    (
        {"model": "o4-mini-2025-04-16"},
        "Finetuning with o4-mini-2025-04-16 requires the reinforcement method of finetuning.",
    ),
]


async def test_a_model_that_cannot_be_trained_is_refused_in_the_services_words(stand: Stand) -> None:
    file_id = await stand.upload(conversations(10))
    for fields, words in UNTRAINABLE:
        body = job_body(file_id, **fields)
        assert _refused(await stand.ask("POST", "/fine_tuning/jobs", json=body)) == words


async def test_a_training_type_may_be_written_in_any_case(stand: Stand) -> None:
    file_id = await stand.upload(conversations(10))
    for kind in ("GlobalStandard", "globalstandard", "developerTier", 1):
        job = await stand.create(file_id, model="gpt-4.1-nano-2025-04-14", trainingType=kind)
        assert job["trainingType"] == kind


async def test_a_method_is_checked_where_the_version_has_it(stand: Stand) -> None:
    file_id, version = await stand.upload(conversations(10)), "2025-04-01-preview"
    for method in (
        {"type": "magic"},
        "supervised",
        {"type": "reinforcement"},
        {"type": "supervised", "supervised": 5},
    ):
        body = job_body(file_id, method=method)
        _refused(await stand.ask("POST", "/fine_tuning/jobs", version=version, json=body))
    both = job_body(file_id, method={"type": "supervised"}, hyperparameters={"n_epochs": 1})
    _refused(await stand.ask("POST", "/fine_tuning/jobs", version=version, json=both))
    auto = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": "auto", "batch_size": 2}}}
    answer = await stand.ask(
        "POST", "/fine_tuning/jobs", version=version, json=job_body(file_id, method=auto)
    )
    assert answer.status_code == 201
    assert answer.json()["method"] == auto
    assert answer.json()["hyperparameters"]["batch_size"] == 2


async def test_a_file_that_is_not_ready_is_refused(stand: Stand) -> None:
    stand.service.configure({"file_seconds": 1_000_000})
    pending = (await stand.ask("POST", "/files", **form(conversations(10)))).json()["id"]
    answer = await stand.ask("POST", "/fine_tuning/jobs", json=job_body(pending))
    assert "file import not completed" in _refused(answer)
    stand.service.configure({"file_seconds": 1})
    broken = await stand.upload(b"not a line of JSON\n")
    assert (
        (await stand.ask("GET", f"/files/{broken}"))
        .json()["status_details"]
        .startswith("Validation of jsonl file failed")
    )
    _refused(await stand.ask("POST", "/fine_tuning/jobs", json=job_body(broken)))


async def test_a_file_of_another_purpose_is_refused(stand: Stand) -> None:
    answer = await stand.ask(
        "POST", "/files", version="2024-05-01-preview", **form(b"x", purpose="assistants")
    )
    assert answer.status_code == 201
    _refused(await stand.ask("POST", "/fine_tuning/jobs", json=job_body(answer.json()["id"])))


async def test_the_20th_job_is_queued_and_the_21st_refused(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    file_id = await stand.upload(conversations(10))
    for number in range(20):
        await stand.create(file_id, suffix=f"job-{number}")
    answer = await stand.ask("POST", "/fine_tuning/jobs", json=job_body(file_id))
    _refused(answer, "quotaExceeded")


async def test_no_more_jobs_are_kept_than_may_be() -> None:
    async with running(AzureOptions(speed=1000, limits=Limits(kept=2)), {"hold_pending": True}) as stand:
        file_id = await stand.upload(conversations(10))
        first = await stand.create(file_id)
        await stand.create(file_id)
        _refused(await stand.ask("POST", "/fine_tuning/jobs", json=job_body(file_id)), "quotaExceeded")
        await stand.ask("POST", f"/fine_tuning/jobs/{first['id']}/cancel")
        _refused(await stand.ask("POST", "/fine_tuning/jobs", json=job_body(file_id)), "quotaExceeded")
        assert (await stand.ask("DELETE", f"/fine_tuning/jobs/{first['id']}")).status_code == 204
        await stand.create(file_id)


async def test_a_job_can_only_be_controlled_in_a_fitting_state(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    job = await stand.create(await stand.upload(conversations(10)))
    path, preview = f"/fine_tuning/jobs/{job['id']}", {"version": "2025-04-01-preview"}
    _refused(await stand.ask("DELETE", path), "unexpectedEntityState", 409)
    _refused(await stand.ask("POST", f"{path}/pause", **preview), "unexpectedEntityState", 409)
    _refused(await stand.ask("POST", f"{path}/resume", **preview), "unexpectedEntityState", 409)
    assert (await stand.ask("POST", f"{path}/cancel")).json()["status"] == "cancelled"
    _refused(await stand.ask("POST", f"{path}/cancel"), "unexpectedEntityState", 409)
    assert (await stand.ask("DELETE", path)).status_code == 204


async def test_a_model_with_a_deployment_is_not_deleted(stand: Stand) -> None:
    job = await stand.create(await stand.upload(conversations(10)), model=MODEL)
    done = await stand.until(job["id"], "succeeded")
    stand.service.deployed = lambda resource, model: (
        (resource, model) == ("prod-swc", done["fine_tuned_model"])
    )
    _refused(await stand.ask("DELETE", f"/fine_tuning/jobs/{job['id']}"), "conflict", 409)
