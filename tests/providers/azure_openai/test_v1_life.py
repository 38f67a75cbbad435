"""The whole journey on v1: preferences and reinforcement, their log, charts and checkpoints; calls of deployments."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.base import InParts, JobSpec, Ref, RemoteJob, State
from providers.errors import NotFound, OutcomeUnknown, Refused, Unavailable, Unsupported
from tests.patience import until
from tests.providers.azure_openai.conftest import Azure, ended, spec
from tests.providers.azure_openai.hosts import Hosts, deployed, hosts, wanted
from tests.providers.azure_openai.test_graders import EXACT, JUDGE
from tests.providers.helpers import Bytes, quiet
from tests.sandbox.azure_openai.method_data import RFT_MODEL, preferences, prompts
from tests.sandbox.azure_openai.stand import conversations

__all__ = ["hosts"]

V1 = {"*": "v1"}
DPO: dict[str, Any] = {
    "method": "dpo",
    "hyperparameters": {"n_epochs": 2, "batch_size": 4, "beta": 0.2},
    "key": "j142-9c",
    "label": "J142",
    "requester": "U1",
}
RFT: dict[str, Any] = {
    "method": "reinforcement",
    "model": RFT_MODEL,
    "hyperparameters": {"n_epochs": -1, "grader": json.dumps(EXACT), "reasoning_effort": "low"},
    "key": "j143-00",
}


@pytest.fixture
def provider(azure: Azure) -> AzureOpenAIProvider:
    return azure.provider(api_versions=V1)


async def sent(provider: AzureOpenAIProvider, content: bytes, name: str = "train.jsonl") -> str:
    file = await provider.upload(Bytes(content), name, None, quiet)

    async def taken_in() -> bool:
        return (await provider.file(Ref(id=file.id))).state == "processed"

    await until(taken_in)
    return file.id


async def trained(
    provider: AzureOpenAIProvider, train: bytes, valid: bytes, **changes: Any
) -> tuple[JobSpec, RemoteJob]:
    order = spec(await sent(provider, train), await sent(provider, valid, "valid.jsonl"), **changes)
    return order, await ended(provider, await provider.submit(order))


async def test_files_live_on_v1(azure: Azure, provider: AzureOpenAIProvider) -> None:
    first = await sent(provider, conversations(10), "a.jsonl")
    second = await sent(provider, conversations(12), "b.jsonl")
    assert [file.id for file in await provider.files()] == [first, second]
    found = await provider.find_file(
        "b.jsonl", len(conversations(12)), (await provider.files())[1].created_at
    )
    assert found is not None
    assert found.id == second
    await provider.delete_file(Ref(id=first))
    await provider.delete_file(Ref(id=first))
    assert (await provider.probe()).files == 1
    assert azure.asked("GET", "/files") == 0, "nothing of it went to the dated surface"


async def test_preferences(provider: AzureOpenAIProvider) -> None:
    order, job = await trained(provider, preferences(60), preferences(12), **DPO)
    assert (job.state, job.method, job.seed, job.suffix) == ("succeeded", "dpo", 105, "support-v12")
    assert job.hyperparameters["beta"] == 0.2
    assert job.training_type == "GlobalStandard"
    assert await provider.find_job(order, job.created_at) == [job]

    points = [point async for point in provider.results(Ref(id=job.id))]
    series = {(point.metric, point.split) for point in points}
    assert {("reward_margin", "train"), ("reward_margin", "valid"), ("loss", "train")} <= series
    margins = [p.value for p in points if (p.metric, p.split) == ("reward_margin", "train")]
    assert margins[0] == 0
    assert margins[-1] > 1
    log = (await provider.events(Ref(id=job.id), None)).events
    live = {(point.metric, point.split) for event in log for point in event.points}
    assert live == series

    checkpoints = await provider.checkpoints(Ref(id=job.id))
    assert [one.deployable for one in checkpoints] == [True, True]
    assert checkpoints[0].metrics["train_reward_margin"] > checkpoints[1].metrics["train_reward_margin"]


async def test_reinforcement(provider: AzureOpenAIProvider) -> None:
    _, job = await trained(provider, prompts(120), prompts(20), **RFT)
    assert (job.state, job.method) == ("succeeded", "reinforcement")
    assert json.loads(str(job.hyperparameters["grader"])) == EXACT
    assert job.hyperparameters["reasoning_effort"] == "low"
    points = [point async for point in provider.results(Ref(id=job.id))]
    rewards = [p.value for p in points if (p.metric, p.split) == ("reward", "train")]
    assert max(rewards[-5:]) > max(rewards[:5])
    assert {p.split for p in points if p.metric == "reward"} == {"train", "valid", "full_valid"}
    assert {"completion_tokens_mean", "train_sample_parse_error_count"} <= {p.metric for p in points}
    log = (await provider.events(Ref(id=job.id), None)).events
    assert [point.step for event in log for point in event.points if point.split == "full_valid"]


async def test_a_lost_answer_is_found_by_the_key_alone(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.service.configure({"hold_pending": True})
    train = await sent(provider, preferences(12))
    order = spec(train, **DPO)
    azure.fail("lost_answer", "POST", "re:/fine_tuning/jobs$", times=1)
    with pytest.raises(OutcomeUnknown):
        await provider.submit(order)
    twin = await provider.submit(replace(order, key="j144-11"))
    since = twin.created_at - timedelta(minutes=1)
    found = await provider.find_job(order, since)
    assert len(found) == 1
    assert found[0].id != twin.id, "seed, files and suffix are the same"
    dated = azure.provider()
    assert len(await dated.find_job(order, since)) == 2, "the dated surface tells no metadata"


async def test_pause_and_resume(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.service.configure({"speed": 40})
    job = Ref(id=(await provider.submit(spec(await sent(provider, preferences(60)), **DPO))).id)

    async def stepped() -> bool:
        return any(event.points for event in (await provider.events(job, None)).events)

    await until(stepped)
    azure.service.configure({"speed": 1})
    assert (await provider.control(job, "pause")).state == "pausing"
    azure.service.configure({"speed": 1000})

    async def paused() -> bool:
        return (await provider.job(job)).state == "paused"

    await until(paused)
    assert [one.deployable for one in await provider.checkpoints(job)][:1] == [True]
    assert (await provider.control(job, "resume")).state in {"resuming", "running"}
    assert (await ended(provider, await provider.job(job))).state == "succeeded"


async def test_a_bare_list_of_models_is_filled_from_the_facts(azure: Azure) -> None:
    provider = azure.provider(api_versions={"*": "v1", "models": "v1"})
    _, job = await trained(provider, conversations(12), conversations(10), hyperparameters={"n_epochs": 1})
    models = {model.id: model for model in await provider.models()}
    assert models["gpt-4.1-mini-2025-04-14"].trainable
    assert "checked" in models["gpt-4.1-mini-2025-04-14"].dates_source
    assert models["gpt-4.1-mini-2025-04-14"].training_ends is not None
    assert job.result_model is not None
    assert (models[job.result_model].kind, models[job.result_model].job_id) == ("tuned", job.id)
    assert models[job.result_model].created_at is not None
    assert "text-embedding-3-small" not in models


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "supervised", "model": RFT_MODEL}, "method_required"),
        ({**RFT, "model": "gpt-4.1-mini-2025-04-14"}, "method_required"),
        ({**RFT, "hyperparameters": {"grader": json.dumps(JUDGE)}}, "grader_refused"),
        ({**RFT, "hyperparameters": {"grader": "{}"}}, "grader_invalid"),
        ({**DPO, "hyperparameters": {"beta": -0.5}}, "hyperparameter_refused"),
        ({**DPO, "suffix": "v1.2"}, "suffix_refused"),
    ],
)
async def test_refusals_say_why(provider: AzureOpenAIProvider, changes: dict[str, Any], code: str) -> None:
    train = await sent(provider, preferences(12))
    with pytest.raises(Refused) as refused:
        await provider.submit(spec(train, **changes))
    assert refused.value.code == code


async def test_a_method_that_the_surface_lacks_is_not_sent(azure: Azure) -> None:
    dated = azure.provider()
    with pytest.raises(Unsupported) as refused:
        await dated.submit(spec("file-1", **RFT))
    assert refused.value.code == "method_unsupported"
    assert azure.asked("POST", "/fine_tuning/jobs") == 0


async def test_preferences_on_the_dated_surface(azure: Azure) -> None:
    _, job = await trained(azure.provider(), preferences(12), preferences(10), **DPO)
    assert (job.state, job.method, job.hyperparameters["beta"]) == ("succeeded", "dpo", 0.2)


async def test_a_job_is_deleted_where_that_exists(azure: Azure, provider: AzureOpenAIProvider) -> None:
    _, job = await trained(provider, conversations(12), conversations(10), hyperparameters={"n_epochs": 1})
    project = azure.provider(endpoint=f"{azure.url}/azure/prod/api/projects/mine")
    with pytest.raises(Unsupported) as refused:
        await project.delete_job(Ref(id=job.id))
    assert refused.value.code == "operation_unsupported"
    await provider.delete_job(Ref(id=job.id))
    with pytest.raises(NotFound):
        await provider.job(Ref(id=job.id))


async def test_a_large_file_goes_in_parts_and_at_a_project_as_a_form(azure: Azure) -> None:
    content = conversations(4_000)

    async def keep(_: State | None) -> None:
        """Nobody goes on with it."""

    parts = InParts(above=1 << 16, size=1 << 16, keep=keep)
    for endpoint in (f"{azure.url}/azure/prod", f"{azure.url}/azure/prod/api/projects/mine"):
        provider = azure.provider(endpoint=endpoint, api_versions=V1)
        file = await provider.upload(Bytes(content), "large.jsonl", None, quiet, parts)
        assert file.bytes == len(content)
    assert azure.asked("POST", "/v1/uploads") == 1
    assert azure.asked("POST", "/v1/files") == 0


async def test_calls_name_the_deployment_in_the_body(hosts: Hosts) -> None:
    hosting = hosts.hosting(api_versions=V1)
    assert hosting is not None
    endpoint = hosting.endpoint("support-v12")
    assert (endpoint.style, endpoint.api_version) == ("azure_v1", "")
    assert endpoint.url == f"{hosts.azure.url}/azure/prod-swc/openai/v1"
    with pytest.raises(NotFound) as nobody:
        await hosting.call("support-v12", "Hello")
    assert nobody.value.code == "deployment_not_found"
    provider = hosts.provider(api_versions=V1)
    _, job = await trained(provider, conversations(12), conversations(10), hyperparameters={"n_epochs": 1})
    await deployed(hosting, wanted(str(job.result_model)))

    async def answers() -> bool:
        try:
            return (await hosting.call("support-v12", "Is it 3?")).completion_tokens is not None
        except Unavailable:
            return False

    await until(answers)
    assert hosts.hosting().endpoint("support-v12").style == "azure_openai"
