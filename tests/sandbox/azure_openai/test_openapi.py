"""Requests and answers against the published specifications; what differs must be a reviewed deviation."""

from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from sandbox.azure_openai import AzureOptions
from tests.deviations import AZURE_OPENAI, met, unexpected
from tests.openapi import Problem, Spec, load_spec, validate_request, validate_response
from tests.patience import until
from tests.sandbox.azure_openai.stand import Stand, conversations, form, job_body, running
from tests.specs import specs_root

pytestmark = pytest.mark.specs

VERSIONS = ("2023-12-01-preview", "2024-02-01", "2024-05-01-preview", "2024-06-01")
FILE, JOB = "/files/{file-id}", "/fine_tuning/jobs/{fine-tuning-job-id}"


def _spec(version: str) -> Spec:
    folder = specs_root() / "azure_openai" / "authoring" / version
    return load_spec(folder / "azureopenai.json", version)


class Checked:
    """A stand-in whose every request and answer is validated; the problems are collected."""

    def __init__(self, stand: Stand, spec: Spec) -> None:
        self.stand = stand
        self.spec = spec
        self.problems: list[Problem] = []
        self.operations: set[tuple[str, str]] = set()

    async def __call__(self, method: str, template: str, item: str = "", **rest: Any) -> httpx.Response:
        path = template.partition("{")[0] + item + template.partition("}")[2] if "{" in template else template
        answer = await self.stand.ask(method, path, version=self.spec.name, **rest)
        query = {"api-version": self.spec.name, **rest.get("params", {})}
        if answer.status_code < 400:
            self.problems += validate_request(
                self.spec, method, template, query=query, body=rest.get("json"), form=self._form(rest)
            )
            self.operations.add((method, template))
        body = answer.json() if "json" in answer.headers.get("Content-Type", "") else None
        self.problems += validate_response(self.spec, method, template, answer.status_code, body)
        return answer

    def _form(self, rest: dict[str, Any]) -> dict[str, Any] | None:
        return {**rest["data"], **rest["files"]} if "files" in rest else None


async def _life(ask: Checked) -> None:
    """Every operation of a version, with good and bad outcomes."""
    stand = ask.stand
    train = (await ask("POST", "/files", **form(conversations(12)))).json()["id"]
    harmful = await stand.sample("harmful.jsonl")
    address = {"purpose": "fine-tune", "filename": "a.jsonl", "content_url": "http://127.0.0.1:9/a"}
    await ask("POST", "/files/import", json=address)

    async def processed() -> bool:
        return bool((await ask("GET", FILE, train)).json()["status"] == "processed")

    await until(processed)
    body = job_body(train, validation_file=train, trainingType="GlobalStandard", suffix="spec")
    if ask.spec.name < "2024-05-01-preview":
        del body["seed"]
    hyperparameters = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.1}
    job = (await ask("POST", "/fine_tuning/jobs", json={**body, "hyperparameters": hyperparameters})).json()[
        "id"
    ]
    failing = (await ask("POST", "/fine_tuning/jobs", json={**body, "training_file": harmful})).json()["id"]
    cancelled = (await ask("POST", "/fine_tuning/jobs", json=body)).json()["id"]
    await ask("POST", f"{JOB}/cancel", cancelled)
    for ended in (job, failing):
        await stand.until(ended)
        await ask("GET", JOB, ended)
        await ask("GET", f"{JOB}/events", ended, params={"limit": "100"})
    await ask("GET", "/fine_tuning/jobs", params={"limit": "1"})
    if ask.spec.name >= "2024-05-01-preview":
        await ask("GET", f"{JOB}/checkpoints", job)
    result = (await ask("GET", JOB, job)).json()
    await ask("GET", FILE, result["result_files"][0])
    await ask("GET", f"{FILE}/content", result["result_files"][0])
    for template in ("/files", "/models"):
        assert (await ask("GET", template)).json()["data"]
    await ask("GET", "/models/{model-id}", result["fine_tuned_model"])
    await ask("DELETE", JOB, cancelled)
    await ask("DELETE", FILE, harmful)


async def _refusals(ask: Checked) -> None:
    """Errors, each in the envelope that the specification gives them."""
    await ask("GET", FILE, "file-unknown")
    await ask("POST", "/files", **form(b""))
    await ask("POST", "/fine_tuning/jobs", json={"model": "gpt-9", "training_file": "file-unknown"})
    await ask("GET", JOB, "ftjob-unknown")
    await ask("GET", "/fine_tuning/jobs", params={"limit": "0"})


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_whole_life_is_as_published(stand: Stand, version: str) -> None:
    ask = Checked(stand, _spec(version))
    await _life(ask)
    await _refusals(ask)
    assert unexpected(ask.problems) == []
    published = {
        (method.upper(), path)
        for path, item in ask.spec.document["paths"].items()
        for method in item
        if path.startswith(("/files", "/fine_tuning", "/models"))
    }
    assert ask.operations == published


async def _paused(ask: Checked) -> None:
    async with running(AzureOptions(speed=40)) as stand:
        ask.stand, train = stand, await stand.upload(conversations(60))
        job = (await stand.create(train))["id"]

        async def stepped() -> bool:
            return any(event["type"] == "metrics" for event in await stand.events(job))

        await until(stepped)
        stand.service.configure({"speed": 1})
        await stand.ask("POST", f"/fine_tuning/jobs/{job}/pause", version="2025-04-01-preview")
        await ask("GET", JOB, job)
        stand.service.configure({"speed": 1000})
        await stand.until(job, "paused")
        await ask("GET", "/fine_tuning/jobs")


async def _gateway(ask: Checked) -> None:
    await ask("GET", "/files", headers={"api-key": "wrong"})
    await ask("GET", "/files", headers={})


async def _made_up(ask: Checked) -> None:
    ask.stand.service.configure({"hold_pending": True, "unknown_status": "waiting_for_capacity"})
    job = (await ask.stand.create(await ask.stand.upload(conversations(10))))["id"]
    await ask("GET", JOB, job)


async def test_every_deviation_is_met(stand: Stand) -> None:
    steps: tuple[Callable[[Checked], Coroutine[Any, Any, None]], ...] = (_life, _gateway, _made_up, _paused)
    ask = Checked(stand, _spec("2024-06-01"))
    for step in steps:
        ask.stand = stand
        await step(ask)
    assert unexpected(ask.problems) == []
    assert met(ask.problems) == {deviation.key for deviation in AZURE_OPENAI}
