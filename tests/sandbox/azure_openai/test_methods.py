"""Preference training and reinforcement really run; what they cannot take is refused in the service's words."""

from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions
from tests.patience import until
from tests.sandbox.azure_openai.method_data import (
    CLOSE,
    EXACT,
    RFT_MODEL,
    dpo,
    lines,
    preferences,
    prompts,
    reinforcement,
)
from tests.sandbox.azure_openai.stand import Stand, conversations, job_body, running

GLOBAL = {"trainingType": "GlobalStandard"}
DATED = "2025-04-01-preview"


async def _create(stand: Stand, surface: str, train: str, **fields: Any) -> Any:
    path, version = ("/v1/fine_tuning/jobs", "") if surface == "v1" else ("/fine_tuning/jobs", DATED)
    return await stand.ask("POST", path, version=version, json=job_body(train, **GLOBAL, **fields))


async def _columns(stand: Stand, job: dict[str, Any]) -> dict[str, list[float]]:
    text = (await stand.ask("GET", f"/files/{job['result_files'][0]}/content")).text
    header, *rows = (line.split(",") for line in text.splitlines())
    columns: dict[str, list[float]] = {name: [] for name in header}
    for row in rows:
        for name, cell in zip(header, row, strict=True):
            if cell:
                columns[name].append(float(cell))
    return columns


@pytest.mark.parametrize("surface", ["v1", DATED])
async def test_preferences_move_the_answers_apart(stand: Stand, surface: str) -> None:
    train, valid = await stand.upload(preferences(60)), await stand.upload(preferences(12))
    answer = await _create(stand, surface, train, validation_file=valid, method=dpo(beta=0.2))
    assert answer.json()["method"] == dpo(beta=0.2)
    job = await stand.until(answer.json()["id"])
    assert job["status"] == "succeeded", job
    columns = await _columns(stand, job)
    margins = columns["train_reward_margin"]
    assert margins[0] == 0, "the model begins without a preference"
    assert margins[-1] > 1
    assert columns["train_reward_accuracy"][-1] == columns["valid_reward_accuracy"][-1] == 1
    assert columns["train_loss"][-1] < columns["train_loss"][0]
    metrics = [event["data"] for event in await stand.events(job["id"]) if event["type"] == "metrics"]
    assert metrics[0]["train_reward_margin"] == 0


@pytest.mark.parametrize("grader", [EXACT, CLOSE], ids=["string_check", "text_similarity"])
async def test_rewards_rise(stand: Stand, grader: dict[str, Any]) -> None:
    train, valid = await stand.upload(prompts(120)), await stand.upload(prompts(20))
    method = reinforcement(grader, reasoning_effort="low", eval_interval=5, eval_samples=3)
    answer = await _create(stand, "v1", train, model=RFT_MODEL, validation_file=valid, method=method)
    job = await stand.until(answer.json()["id"])
    assert job["status"] == "succeeded", job
    columns = await _columns(stand, job)
    rewards = columns["train_mean_reward"]
    assert sum(rewards[-5:]) / 5 > sum(rewards[:5]) / 5 + 0.3
    assert len(columns["full_valid_mean_reward"]) == 2, "one for each epoch"
    assert len(columns["valid_mean_reward"]) >= len(rewards) // 5
    assert set(columns["train_sample_parse_error_count"]) == {0}
    messages = [event["message"] for event in await stand.events(job["id"])]
    assert any(message.startswith("Step 1: training reward=") for message in messages)


async def test_a_grader_that_cannot_read_the_answers_gives_no_reward(stand: Stand) -> None:
    grader = {**EXACT, "input": "{{sample.output_json.colour}}", "reference": "{{item.missing}}"}
    answer = await _create(
        stand, "v1", await stand.upload(prompts(12)), model=RFT_MODEL, method=reinforcement(grader)
    )
    columns = await _columns(stand, await stand.until(answer.json()["id"]))
    assert set(columns["train_mean_reward"]) == {0}
    assert min(columns["train_sample_parse_error_count"]) > 0


async def test_data_of_another_form_fails_the_job(stand: Stand) -> None:
    chat, pairs, asked = [
        await stand.upload(content) for content in (conversations(12), preferences(12), prompts(12))
    ]
    cases: list[tuple[str, dict[str, Any], str]] = [
        (chat, {"method": dpo()}, "has no 'input' object"),
        (asked, {"method": dpo()}, "has no 'input' object"),
        (pairs, {"method": reinforcement(EXACT), "model": RFT_MODEL}, "has no 'messages' list"),
        (chat, {"method": reinforcement(EXACT), "model": RFT_MODEL}, "does not end with a user message"),
        (pairs, {}, "has no 'messages' list"),
    ]
    for train, fields, words in cases:
        made = await _create(stand, "v1", train, **fields)
        job = await stand.until(made.json()["id"])
        assert (job["status"], words in job["error"]["message"]) == ("failed", True), job
    broken = await stand.upload(
        lines([{"input": {"messages": [{"role": "user", "content": "a"}]}, "preferred_output": []}] * 10)
    )
    made = await _create(stand, "v1", broken, method=dpo())
    assert "preferred_output" in (await stand.until(made.json()["id"]))["error"]["message"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"model": RFT_MODEL}, f"Finetuning with {RFT_MODEL} requires the reinforcement method of finetuning."),
    ({"model": RFT_MODEL, "method": dpo()}, "requires the reinforcement method"),
    ({"model": "gpt-4o-mini-2024-07-18", "method": dpo()}, "requires the supervised method"),
    ({"method": reinforcement(EXACT)}, "requires the supervised method"),
    ({"method": dpo(), "hyperparameters": {"n_epochs": 1}}, "part of the method"),
    ({"method": dpo(beta="much")}, "beta"),
    ({"method": dpo(compute_multiplier=2)}, "compute_multiplier"),
    ({"method": {"type": "reinforcement", "reinforcement": {}}, "model": RFT_MODEL}, "grader"),
    ({"method": reinforcement({**EXACT, "operation": "is"}), "model": RFT_MODEL}, "grader.operation"),
    ({"method": reinforcement({**CLOSE, "evaluation_metric": "x"}), "model": RFT_MODEL}, "evaluation_metric"),
    ({"method": reinforcement({**EXACT, "input": 5}), "model": RFT_MODEL}, "grader.input"),
    ({"method": reinforcement({"type": "magic"}), "model": RFT_MODEL}, "grader.type"),
    ({"method": reinforcement({"type": "python", "source": ""}), "model": RFT_MODEL}, "does not simulate"),
    ({"method": reinforcement(EXACT, reasoning_effort="huge"), "model": RFT_MODEL}, "reasoning_effort"),
    ({"method": reinforcement(EXACT, compute_multiplier=0), "model": RFT_MODEL}, "compute_multiplier"),
    ({"method": reinforcement(EXACT, eval_samples=0), "model": RFT_MODEL}, "eval_samples"),
]


async def test_what_a_method_cannot_take_is_refused(stand: Stand) -> None:
    train = await stand.upload(preferences(10))
    for fields, words in REFUSED:
        answer = await _create(stand, "v1", train, **fields)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "invalidPayload"), fields
        assert words in error["message"], fields
    assert (await stand.ask("GET", "/v1/fine_tuning/jobs", version="")).json()["data"] == []


async def test_a_preference_job_pauses_and_goes_on() -> None:
    async with running(AzureOptions(speed=40)) as stand:
        made = await _create(stand, "v1", await stand.upload(preferences(60)), method=dpo())
        job = made.json()["id"]

        async def stepped() -> bool:
            return any(event["type"] == "metrics" for event in await stand.events(job))

        await until(stepped)
        stand.service.configure({"speed": 1})
        paused = await stand.ask("POST", f"/v1/fine_tuning/jobs/{job}/pause", version="")
        assert paused.json()["status"] == "pausing"
        stand.service.configure({"speed": 1000})
        await stand.until(job, "paused")
        await stand.ask("POST", f"/v1/fine_tuning/jobs/{job}/resume", version="")
        assert (await stand.until(job))["status"] == "succeeded"
