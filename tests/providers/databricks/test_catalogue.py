"""Models of a workspace: what the service offers, what was registered, and where that comes from."""

from providers.base import Ref
from providers.databricks.provider import DatabricksProvider
from tests.providers.databricks.conftest import LLAMA, Workspace, chat, ended, sent, spec


async def test_what_the_service_offers_can_be_trained(provider: DatabricksProvider) -> None:
    models = {model.id: model for model in await provider.models()}
    llama = models[LLAMA]
    assert (llama.trainable, llama.kind, llama.context_tokens) == (True, "base", 131_072)
    assert llama.methods == ("supervised", "instruction", "pretraining")
    assert [one.name for one in llama.parameters("pretraining")] == [
        "training_duration", "learning_rate", "context_length", "custom_weights_path",
    ]  # fmt: skip
    retired = models["meta-llama/Meta-Llama-3-8B-Instruct"]
    assert (retired.trainable, retired.replacement) == (False, "meta-llama/Meta-Llama-3.1-8B-Instruct")
    ids = [model.id for model in await provider.models()]
    assert ids.index(LLAMA) < ids.index(retired.id)


async def test_registered_versions_follow_with_their_base_and_run(provider: DatabricksProvider) -> None:
    file = await sent(provider, chat(24))
    first = await ended(provider, await provider.submit(spec(file.id, suffix="lamp")))
    second = await ended(provider, await provider.submit(spec(file.id, suffix="lamp")))
    assert (first.result_model, second.result_model) == ("main.finetuning.lamp/1", "main.finetuning.lamp/2")
    tuned = [model for model in await provider.models() if model.kind == "tuned"]
    assert [(model.id, model.base, model.job_id) for model in tuned] == [
        ("main.finetuning.lamp/2", LLAMA, second.id), ("main.finetuning.lamp/1", LLAMA, first.id),
    ]  # fmt: skip
    assert tuned[0].short == "lamp v2 · Llama-3.2-3B-Instruct"
    assert not any(model.trainable for model in tuned)
    assert dict(await provider._bases()) == {model.id: LLAMA for model in tuned}


async def test_a_failed_registration_leaves_no_model(
    workspace: Workspace, provider: DatabricksProvider
) -> None:
    workspace.switch(fail_next="registration")
    done = await ended(provider, await provider.submit(spec((await sent(provider, chat(24))).id)))
    assert done.state == "failed"
    assert done.result_model is None
    assert [model for model in await provider.models() if model.kind == "tuned"] == []


async def test_a_deleted_model_is_not_asked_for_for_ever(
    workspace: Workspace, provider: DatabricksProvider
) -> None:
    done = await ended(provider, await provider.submit(spec((await sent(provider, chat(24))).id)))
    client = provider._client
    model = done.result_model or ""
    path = f"/api/2.1/unity-catalog/models/{model.partition('/')[0]}"
    await client.send("models.delete", "DELETE", f"{path}/versions/1")
    await client.send("models.delete", "DELETE", path)
    fresh = workspace.provider()
    assert (await fresh.job(Ref(id=done.id))).result_model is None
    assert (await fresh.job(Ref(id=done.id))).state == "succeeded"


async def test_models_come_with_the_line_that_their_licence_asks_for(provider: DatabricksProvider) -> None:
    lines = {model.id: model.licence for model in await provider.models()}
    assert lines[LLAMA] == (
        "Meta Llama 3.2 is licensed under the LLAMA 3.2 Community License, Copyright © Meta Platforms, Inc. All "
        "Rights Reserved. You are responsible for keeping to it and to the Llama 3.2 Acceptable Use Policy."
    )
    assert "LLAMA 3.1 Community License" in lines["meta-llama/Meta-Llama-3.1-8B-Instruct"]
    assert "LLAMA 3 Community License" in lines["meta-llama/Meta-Llama-3-8B-Instruct"]
    assert "LLAMA 2 Community License" in lines["codellama/CodeLlama-7b-hf"]
    assert "Databricks Open Model License" in lines["databricks/dbrx-instruct"]
    assert lines["mistralai/Mistral-7B-v0.1"] == "", "the page has none"
