"""From a finished training to an endpoint that speaks like it, by the provider's own door."""

from datetime import UTC, datetime

import pytest

from providers.azure_ai.provider import AzureAIProvider
from providers.base import Ref
from providers.errors import Conflict
from providers.hosting import DeploySpec, Hosting, Operation
from tests.patience import until
from tests.providers.azure_ai.conftest import PHI, Studio, ended, sent, spec

RETIRED_BY_US = "azureml://registries/azureml/models/Phi-3.5-mini-instruct"


async def over(hosting: Hosting, operation: Operation) -> None:
    async def is_over() -> bool:
        return (await hosting.operation(operation)).progress == "succeeded"

    await until(is_over)


async def test_what_was_trained_is_deployed_called_and_cleaned_up(
    studio: Studio, provider: AzureAIProvider
) -> None:
    job = await provider.submit(spec((await sent(provider)).id))
    trained = await ended(provider, job.id)
    assert trained.result_model is not None
    hosting = provider.hosting
    assert hosting is not None
    place = await hosting.place()
    tuned = next(one for one in await provider.models() if one.id == trained.result_model)
    sku = next(offer for offer in place.offers if offer.base == tuned.base).skus[0]
    assert tuned.base == PHI
    wanted = DeploySpec(
        name="support-v12", model=trained.result_model, base=tuned.base, sku=sku.id, capacity=sku.default
    )
    await over(hosting, await hosting.apply(wanted))
    found = await hosting.deployment("support-v12")
    assert found is not None
    assert (found.state, found.model, found.sku, found.capacity) == (
        "live", trained.result_model, sku.id, sku.default,
    )  # fmt: skip
    answer = await hosting.call("support-v12", "My parcel is late. What now?")
    assert answer.text.strip()
    for deleting in (provider.delete_job(Ref(id=job.id)), hosting.delete_model(trained.result_model)):
        with pytest.raises(Conflict) as told:
            await deleting
        assert told.value.code == "model_in_use"
    await over(hosting, await hosting.delete("support-v12"))

    async def gone() -> bool:
        return await hosting.deployment("support-v12") is None

    await until(gone)
    await hosting.delete_model(trained.result_model)
    assert [one for one in await provider.models() if one.kind == "tuned"] == []
    assert (await provider.job(Ref(id=job.id))).state == "succeeded", "its record and its curves stay"


async def test_a_training_that_lacks_nothing_is_what_the_check_says(studio: Studio) -> None:
    required = studio.provider("llama").requirements
    assert required is not None
    for model in (PHI, "azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct/versions/4"):
        assert {one.state for one in await required.check(model)} == {"met"}


async def test_what_the_registry_lets_live_longer_than_our_table_is_trained_and_deployed(
    studio: Studio,
) -> None:
    """Where the service tells its own dates they win, for the training and for what comes of it."""
    studio.service.configure({"retires": "2035-12-01"})
    provider = studio.provider("phi")
    hosting = provider.hosting
    assert hosting is not None
    model = next(one for one in await provider.models() if one.id == RETIRED_BY_US)
    offer = next(one for one in (await hosting.place()).offers if one.base == RETIRED_BY_US)
    ends = datetime(2035, 12, 1, tzinfo=UTC)
    assert (model.trainable, model.training_ends, model.inference_ends) == (True, ends, ends)
    assert (offer.training_ends, offer.inference_ends) == (ends, ends)
    job = await provider.submit(spec((await sent(provider)).id, model=RETIRED_BY_US))
    trained = await ended(provider, job.id)
    assert trained.result_model is not None
    sku = offer.skus[0]
    wanted = DeploySpec(
        name="long-lived", model=trained.result_model, base=RETIRED_BY_US, sku=sku.id, capacity=sku.default
    )
    await over(hosting, await hosting.apply(wanted))
