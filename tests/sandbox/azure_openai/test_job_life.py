"""What becomes of a job: its states, events, checkpoints, results and failures."""

import asyncio
import base64
import csv
import io
from typing import Any

import pytest

from sandbox import samples
from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai.results import COLUMNS
from tests.patience import until
from tests.sandbox.azure_openai.stand import MODEL, Stand, conversations, running

PREVIEW = {"version": "2025-04-01-preview"}


async def _results(stand: Stand, job: dict[str, Any]) -> bytes:
    (file_id,) = job["result_files"]
    return (await stand.ask("GET", f"/files/{file_id}/content")).content


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_a_job_succeeds_only_after_its_evaluation(stand: Stand) -> None:
    train, valid = await stand.sample("support_train.jsonl"), await stand.sample("support_valid.jsonl")
    created = await stand.create(train, validation_file=valid, suffix="support-v1")
    assert created["status"] == "pending"
    assert (
        not {"error", "result_files", "fine_tuned_model", "finished_at", "organisation_id"} & created.keys()
    )
    job = await stand.until(created["id"], "succeeded")
    name = f"{MODEL}.ft-{created['id'].removeprefix('ftjob-')}-support-v1"
    assert job["fine_tuned_model"] == name
    assert job["hyperparameters"] == {"batch_size": 1, "learning_rate_multiplier": 0.1, "n_epochs": 3}
    events = await stand.events(created["id"])
    messages = [event["message"] for event in events]
    assert messages[:3] == [
        "Job enqueued. Waiting for jobs ahead to complete.",
        "Job started.",
        "Preprocessing completed.",
    ]
    assert messages[-4:-1] == [
        "Job succeeded.",
        "Model Evaluation Passed.",
        f"Completed results file: {job['result_files'][0]}",
    ]
    billed = int(messages[-1].removeprefix("Training tokens billed: "))
    assert 0 < billed < job["trained_tokens"]
    metrics = [event for event in events if event["type"] == "metrics"]
    assert all(
        event["message"].startswith(f"Step {event['data']['step']}: training loss=") for event in metrics
    )
    assert [event["data"]["step"] for event in metrics] == sorted(
        {event["data"]["step"] for event in metrics}
    )
    rows = _rows(await _results(stand, job))
    assert [int(row["step"]) for row in rows] == list(range(1, 361))
    assert [int(row["step"]) for row in rows if row["full_valid_loss"]] == [120, 240, 360]
    assert all(row["train_loss"] and row["train_mean_token_accuracy"] for row in rows)
    assert 0 < sum(bool(row["valid_loss"]) for row in rows) < len(rows) / 2
    model = (await stand.ask("GET", f"/models/{name}")).json()
    assert (model["model"], model["fine_tune"], model["status"]) == (MODEL, job["id"], "succeeded")
    assert "fine_tune" not in model["deprecation"]


async def test_the_last_three_epochs_stay_as_checkpoints(stand: Stand) -> None:
    created = await stand.create(await stand.upload(conversations(12)), hyperparameters={"n_epochs": 5})
    job = await stand.until(created["id"], "succeeded")
    answer = await stand.ask("GET", f"/fine_tuning/jobs/{job['id']}/checkpoints")
    name = job["fine_tuned_model"]
    found = [(point["fine_tuned_model_checkpoint"], point["step_number"]) for point in answer.json()["data"]]
    assert found == [(name, 60), (f"{name}:ckpt-step-48", 48), (f"{name}:ckpt-step-36", 36)]
    for point in answer.json()["data"]:
        assert point["id"].startswith("ftchkpt-")
        assert point["metrics"]["step"] == point["step_number"]
    first = (
        await stand.ask("GET", f"/fine_tuning/jobs/{job['id']}/checkpoints", params={"limit": "2"})
    ).json()
    after = {"after": first["data"][-1]["id"]}
    second = (await stand.ask("GET", f"/fine_tuning/jobs/{job['id']}/checkpoints", params=after)).json()
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert first["data"] + second["data"] == answer.json()["data"]


async def test_the_same_job_has_the_same_curve(stand: Stand) -> None:
    train = await stand.upload(conversations(20))
    jobs = [await stand.create(train, seed=seed) for seed in (1, 1, 2)]
    one, same, other = [await _results(stand, await stand.until(job["id"], "succeeded")) for job in jobs]
    assert one == same
    assert one != other


async def test_training_goes_on_from_a_result_a_checkpoint_or_its_id(stand: Stand) -> None:
    train = await stand.sample("tiny_overfit_train.jsonl")
    first = await stand.until((await stand.create(train))["id"], "succeeded")
    points = (await stand.ask("GET", f"/fine_tuning/jobs/{first['id']}/checkpoints")).json()["data"]
    start = float(_rows(await _results(stand, first))[0]["train_loss"])
    sources = [
        first["fine_tuned_model"],
        points[1]["fine_tuned_model_checkpoint"],
        points[1]["id"],
    ]
    for source in sources:
        again = await stand.until((await stand.create(train, model=source))["id"], "succeeded")
        assert again["model"] == source
        assert again["fine_tuned_model"].startswith(f"{MODEL}.ft-")
        assert float(_rows(await _results(stand, again))[0]["train_loss"]) < start * 0.8
    await stand.ask("DELETE", f"/fine_tuning/jobs/{first['id']}")
    for source in sources:
        body = {"model": source, "training_file": train}
        assert (await stand.ask("POST", "/fine_tuning/jobs", json=body)).status_code == 400


FAILURES: list[tuple[str, str, str, bool]] = [
    ("faulty.jsonl", "jsonlValidationFailed", "Training data validation failed. 12 lines of faulty.jsonl", False),
    (
        "too_few.jsonl",
        "jsonlValidationFailed",
        "Training data validation failed. Training file has 9 example(s), but must have at least 10 examples.",
        False,
    ),
    (
        "harmful.jsonl",
        "invalidPayload",
        "The provided training data failed RAI checks for harm types: [self_harm, violence]. Please fix the data",
        False,
    ),
    (
        "unsafe_model.jsonl",
        "invalidPayload",
        (
            "This model is unable to be deployed. Model evaluation identified that this fine tuned model scores "
            "above acceptable thresholds for [Violence, Self Harm]."
        ),
        True,
    ),
]  # fmt: skip


async def test_a_job_fails_in_the_services_words_and_bills_nothing(stand: Stand) -> None:
    for name, code, words, trained in FAILURES:
        job = await stand.until((await stand.create(await stand.sample(name)))["id"], "failed")
        assert job["error"]["code"] == code
        assert job["error"]["message"].startswith(words), job["error"]
        assert job["error"].get("param") == (None if trained else "training_file")
        assert not {"fine_tuned_model", "result_files", "trained_tokens"} & job.keys()
        events = await stand.events(job["id"])
        assert (events[-2]["level"], events[-2]["message"]) == ("error", job["error"]["message"])
        assert events[-1]["message"] == "Training tokens billed: 0"
        assert any(event["type"] == "metrics" for event in events) == trained
        assert ("Job succeeded." in [event["message"] for event in events]) == trained
        old = await stand.job(job["id"], version="2024-05-01-preview")
        assert "error" not in old
        assert old["status"] == "failed"


async def test_faults_in_the_validation_file_name_it(stand: Stand) -> None:
    train, valid = await stand.upload(conversations(10)), await stand.sample("faulty.jsonl")
    job = await stand.until((await stand.create(train, validation_file=valid))["id"], "failed")
    assert job["error"]["param"] == "validation_file"


async def test_a_file_deleted_while_the_job_waits_fails_it(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    train = await stand.upload(conversations(10))
    created = await stand.create(train)
    assert (await stand.ask("DELETE", f"/files/{train}")).status_code == 204
    stand.service.configure({"hold_pending": False})
    job = await stand.until(created["id"], "failed")
    assert "was deleted" in job["error"]["message"]


async def test_nothing_to_learn_fails_the_job(stand: Stand) -> None:
    content = conversations(10).replace(b'"role": "assistant"', b'"role": "assistant", "weight": 0')
    job = await stand.until((await stand.create(await stand.upload(content)))["id"], "failed")
    assert "no assistant message to learn" in job["error"]["message"]


async def test_the_panel_can_fail_the_evaluation(stand: Stand) -> None:
    stand.service.configure({"fail_safety": ["hate_fairness", "violence"]})
    job = await stand.until((await stand.create(await stand.upload(conversations(10))))["id"], "failed")
    assert "thresholds for [Violence, Hate/Fairness]." in job["error"]["message"]


async def test_the_panel_can_hold_the_queue(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    created = await stand.create(await stand.upload(conversations(10)))
    other = await stand.create(created["training_file"])
    await asyncio.sleep(0.05)
    assert {job["status"] for job in (await _list(stand))} == {"pending"}
    await stand.ask("POST", f"/fine_tuning/jobs/{other['id']}/cancel")
    stand.service.configure({"hold_pending": False})
    await stand.until(created["id"], "succeeded")


async def test_the_panel_can_make_up_a_status(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True, "unknown_status": "waiting_for_capacity"})
    created = await stand.create(await stand.upload(conversations(10)))
    assert created["status"] == "waiting_for_capacity"
    stand.service.configure({"hold_pending": False})
    await stand.until(created["id"], "succeeded")


async def _list(stand: Stand, **params: str) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = (await stand.ask("GET", "/fine_tuning/jobs", params=params)).json()["data"]
    return jobs


async def test_three_jobs_run_at_once_and_the_others_queue_in_order() -> None:
    async with running(AzureOptions(speed=1000, random_seed=1), {"hold_pending": True}) as stand:
        train = await stand.upload(conversations(12))
        ids = [(await stand.create(train))["id"] for _ in range(5)]
        developer = (await stand.create(train, trainingType="DeveloperTier"))["id"]
        await asyncio.sleep(0.05)
        stand.service.configure({"hold_pending": False, "speed": 20})
        states = {job["id"]: job["status"] for job in await _list(stand)}
        assert [states[job_id] for job_id in ids] == ["running"] * 3 + ["pending"] * 2
        assert states[developer] == "running", "the developer tier has places of its own"
        stand.service.configure({"speed": 500})

        async def all_ended() -> bool:
            jobs = [job for job in await _list(stand) if job["id"] != developer]
            assert sum(job["status"] == "running" for job in jobs) <= 3
            return all(job["status"] == "succeeded" for job in jobs)

        await until(all_ended)


async def test_jobs_are_listed_newest_first_in_pages(stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    train = await stand.upload(conversations(10))
    ids = [(await stand.create(train))["id"] for _ in range(5)][::-1]
    assert [job["id"] for job in await _list(stand)] == ids
    first = (await stand.ask("GET", "/fine_tuning/jobs", params={"limit": "2"})).json()
    assert ([job["id"] for job in first["data"]], first["has_more"]) == (ids[:2], True)
    rest = (await stand.ask("GET", "/fine_tuning/jobs", params={"limit": "3", "after": ids[1]})).json()
    assert ([job["id"] for job in rest["data"]], rest["has_more"]) == (ids[2:], False)


async def _in_training(stand: Stand, job_id: str) -> None:
    """Wait for the first steps, then let time crawl."""

    async def stepped() -> bool:
        return any(event["type"] == "metrics" for event in await stand.events(job_id))

    await until(stepped)
    stand.service.configure({"speed": 1})


@pytest.fixture
async def slow_job() -> Any:
    """A stand-in with a job that is in the middle of its training."""
    async with running(AzureOptions(speed=40, random_seed=1)) as stand:
        created = await stand.create(await stand.upload(conversations(60)), suffix="slow")
        await _in_training(stand, created["id"])
        yield stand, created["id"]


async def test_a_paused_job_parks_with_a_checkpoint_and_goes_on(slow_job: tuple[Stand, str]) -> None:
    stand, job_id = slow_job
    path = f"/fine_tuning/jobs/{job_id}"
    assert (await stand.ask("POST", f"{path}/pause", **PREVIEW)).json()["status"] == "pausing"
    stand.service.configure({"speed": 1000})
    paused = await stand.until(job_id, "paused")
    assert "estimated_finish" not in paused
    (point, *_) = (await stand.ask("GET", f"{path}/checkpoints")).json()["data"]
    assert point["fine_tuned_model_checkpoint"].endswith(f"-slow:ckpt-step-{point['step_number']}")
    others = [await stand.create(paused["training_file"], model=MODEL) for _ in range(2)]
    from_point = await stand.create(paused["training_file"], model=point["id"])
    for job in (*others, from_point):
        await stand.until(job["id"], "succeeded")
    assert (await stand.job(job_id))["status"] == "paused"
    assert (await stand.ask("POST", f"{path}/resume", **PREVIEW)).json()["status"] in {"resuming", "running"}
    job = await stand.until(job_id, "succeeded")
    rows = _rows(await _results(stand, job))
    assert [int(row["step"]) for row in rows] == list(range(1, 181))


async def test_a_cancelled_job_stays_cancelled_and_gives_its_place_back(slow_job: tuple[Stand, str]) -> None:
    stand, job_id = slow_job
    cancelled = (await stand.ask("POST", f"/fine_tuning/jobs/{job_id}/cancel")).json()
    assert cancelled["status"] == "cancelled"
    events = await stand.events(job_id)
    stand.service.configure({"speed": 1000})
    jobs = [await stand.create(cancelled["training_file"]) for _ in range(3)]
    for job in jobs:
        await stand.until(job["id"], "succeeded")
    assert await stand.events(job_id) == events
    assert (await stand.job(job_id))["status"] == "cancelled"


async def test_a_running_job_says_when_it_expects_to_end(slow_job: tuple[Stand, str]) -> None:
    stand, job_id = slow_job
    job = await stand.job(job_id)
    now = stand.clock.now().timestamp()
    assert now - 1 <= job["estimated_finish"] < now + 40
    assert "estimated_finish" not in await stand.job(job_id, version="2024-02-01")


async def test_a_job_whose_worker_dies_fails_and_the_next_one_runs(slow_job: tuple[Stand, str]) -> None:
    stand, job_id = slow_job
    process = stand.service._worker._process
    assert process is not None
    process.kill()
    job = await stand.until(job_id, "failed")
    assert job["error"]["message"] == "A system error was encountered, please try again later"
    stand.service.configure({"speed": 1000})
    await stand.until((await stand.create(job["training_file"]))["id"], "succeeded")


@pytest.mark.parametrize("columns", ["valid", "validation"])
async def test_results_come_as_the_panel_says(stand: Stand, columns: str) -> None:
    train, valid = await stand.upload(conversations(12)), await stand.upload(conversations(4))
    stand.service.configure({"results_columns": columns, "results_bom": True, "results_base64": True})
    created = await stand.create(train, validation_file=valid)
    content = base64.b64decode(
        await _results(stand, await stand.until(created["id"], "succeeded")), validate=True
    )
    assert content.startswith(b"\xef\xbb\xbfstep,")
    header = content.decode("utf-8-sig").splitlines()[0].split(",")
    assert header == [
        name.replace("valid_mean", f"{columns}_mean") if i == 4 else name for i, name in enumerate(COLUMNS)
    ]


async def test_without_a_validation_file_those_columns_are_blank(stand: Stand) -> None:
    job = await stand.until((await stand.create(await stand.upload(conversations(12))))["id"], "succeeded")
    for row in _rows(await _results(stand, job)):
        assert not any(value for name, value in row.items() if "valid" in name)


async def test_a_seed_is_made_up_and_told_from_its_version_on(stand: Stand) -> None:
    created = await stand.create(await stand.upload(conversations(12)), seed=None)
    assert 0 <= created["seed"] < 2**31
    assert "seed" not in await stand.job(created["id"], version="2024-02-01")
    assert "updated_at" in await stand.job(created["id"], version="2023-12-01-preview")


def test_the_samples_are_what_the_failures_need() -> None:
    assert {name for name, *_ in FAILURES} <= {sample.name for sample in samples.catalogue()}
