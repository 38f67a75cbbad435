"""Serverless endpoints of the stand-in through the Hosting protocol: create, watch, call, hand over, take down."""

import shlex
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from providers.azure_ai.facts import load_facts
from providers.azure_ai.hosting import UNKNOWN_ADDRESS
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Unavailable,
    Unsupported,
)
from providers.hosting import Operation
from tests.patience import until
from tests.providers.azure_ai.hosts import (
    LLAMA,
    LLAMA_33,
    PHI,
    PHI_4,
    Hosts,
    deployed,
    done,
    hosts,
    wanted,
)

__all__ = ["hosts"]


async def test_a_tuned_model_is_deployed_and_answers(hosts: Hosts) -> None:
    hosting, model = hosts.hosting(), hosts.tuned()
    found = await deployed(hosting, wanted(model))
    assert (found.state, found.raw_state, found.model, found.fine_tuned) == ("live", "Online", model, True)
    assert (found.sku, found.capacity, found.content_filter) == ("Consumption", 1, None)
    assert found.tags == {"tunesmith": "P12"}
    assert found.created_at is not None
    assert found.created_at.tzinfo is not None
    assert list(await hosting.deployments()) == [found]
    answer = await hosting.call("support-v12", "Are you ready?")
    assert answer.prompt_tokens
    assert answer.completion_tokens is not None


async def test_content_safety_is_on_unless_the_order_opts_out(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    place = await hosting.place()
    assert place.filters == (place.filter_off,) == ("Disabled",)
    await deployed(hosting, wanted(hosts.tuned("on"), "on"))
    off = await deployed(hosting, wanted(hosts.tuned("off"), "off", content_filter=place.filter_off))
    assert off.content_filter == "Disabled"
    endpoints = hosts.workspace().endpoints
    assert (endpoints["on"].safety, endpoints["off"].safety) == ("Enabled", "Disabled")
    with pytest.raises(Refused) as told:
        await hosting.apply(wanted(hosts.tuned("odd"), "odd", content_filter="strict"))
    assert told.value.code == "filter_unknown"


async def test_a_version_without_content_safety_cannot_opt_out(hosts: Hosts) -> None:
    hosting = hosts.hosting(api_versions={"endpoints": "2024-01-01-preview"})
    with pytest.raises(Unsupported):
        await hosting.apply(wanted(hosts.tuned(), content_filter="Disabled"))
    assert hosts.workspace().endpoints == {}
    assert (await deployed(hosting, wanted(hosts.tuned()))).state == "live"


async def test_while_it_is_made_it_does_not_answer(hosts: Hosts) -> None:
    hosts.switch(endpoint_seconds=10_000.0)
    hosting = hosts.hosting()
    operation = await hosting.apply(wanted(hosts.tuned()))
    state = await hosting.operation(operation)
    assert state.progress == "running"
    assert state.retry_after
    found = await hosting.deployment("support-v12")
    assert found is not None
    assert found.state == "creating"
    with pytest.raises(Unavailable) as told:
        await hosting.call("support-v12", "?")
    assert told.value.code == "deployment_not_ready"


async def test_an_operation_survives_a_restart_and_a_lost_address(hosts: Hosts) -> None:
    operation = await hosts.hosting().apply(wanted(hosts.tuned()))
    assert operation.state is not None
    assert operation.state["kind"] == "status"
    kept = Operation(name=operation.name, state=dict(operation.state))
    assert (await done(hosts.hosting(), kept)).progress == "succeeded"
    forgotten = Operation(
        name=operation.name, state={**operation.state, "path": f"{operation.state['path']}-gone"}
    )
    assert (await hosts.hosting().operation(forgotten)).raw == "Online", "the endpoint itself tells"
    elsewhere = Operation(name=operation.name, state={"verb": "apply", "path": "https://example.org/x"})
    assert (await hosts.hosting().operation(elsewhere)).progress == "succeeded", "only paths are followed"


async def test_a_creation_that_fails_tells_the_services_words(hosts: Hosts) -> None:
    hosts.switch(fail_endpoint=["CapacityUnavailable", "No room for this model now."])
    hosting = hosts.hosting()
    operation = await hosting.apply(wanted(hosts.tuned()))
    state = await done(hosting, operation)
    assert (state.progress, state.code, state.message) == (
        "failed", "CapacityUnavailable", "No room for this model now.",
    )  # fmt: skip
    assert state.problem is not None
    assert state.problem.code == "operation_failed"
    found = await hosting.deployment("support-v12")
    assert found is not None
    assert (found.state, found.failure) == ("failed", ("CreationFailed", ""))
    by_itself = await hosting.operation(Operation(name="support-v12", state={"verb": "apply"}))
    assert by_itself.progress == "failed"
    assert by_itself.problem is not None


@pytest.mark.parametrize("kind", ["lost_answer", "cut"])
async def test_without_an_answer_the_endpoint_is_looked_for_and_not_made_again(
    hosts: Hosts, kind: str
) -> None:
    hosting = hosts.hosting()
    await hosting.place()
    hosts.fail(kind, "PUT", "/serverlessEndpoints/", times=1)
    with pytest.raises(ProviderError) as told:
        await hosting.apply(wanted(hosts.tuned()))
    assert isinstance(told.value, OutcomeUnknown)
    assert hosts.asked("PUT", "/serverlessEndpoints/support-v12") == 1
    found = await hosting.deployment("support-v12")
    assert (found is not None) == (kind == "lost_answer")


async def test_deleting_ends_and_deleting_again_is_fine(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned()))
    operation = await hosting.delete("support-v12")
    assert operation.state is not None
    assert (await done(hosting, operation)).progress == "succeeded"

    async def gone() -> bool:
        return await hosting.deployment("support-v12") is None

    await until(gone)
    assert (await hosting.delete("support-v12")).state is None
    told_by_itself = Operation(name="support-v12", state={"verb": "delete"})
    assert (await hosting.operation(told_by_itself)).progress == "succeeded"
    with pytest.raises(NotFound) as told:
        await hosting.call("support-v12", "?")
    assert told.value.code == "deployment_not_found"


async def test_the_list_goes_over_all_pages(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    names = {f"one-{number}" for number in range(25)}
    for name in names:
        await hosting.apply(wanted(hosts.tuned(name), name))
    assert {one.name for one in await hosting.deployments()} == names
    assert hosts.asked("GET", "/serverlessEndpoints") == 2


async def test_a_suspended_subscription_is_told_as_what_it_is(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned()))
    hosts.switch(subscriptions="Suspended")
    found = await hosting.deployment("support-v12")
    assert found is not None
    assert found.state == "failed"
    assert found.failure is not None
    assert found.failure[0] == "Suspended"
    assert "billed" in found.failure[1]
    with pytest.raises(Conflict) as told:
        await hosting.call("support-v12", "?")
    assert told.value.code == "marketplace_suspended"
    by_itself = await hosting.operation(Operation(name="support-v12", state={"verb": "apply"}))
    assert by_itself.problem is not None
    assert by_itself.problem.code == "marketplace_suspended"


async def test_a_catalogue_model_is_no_tuned_one(hosts: Hosts) -> None:
    found = await deployed(hosts.hosting(), wanted(f"{LLAMA_33}/versions/4", base=LLAMA_33))
    assert (found.fine_tuned, found.base, found.model) == (False, LLAMA_33, LLAMA_33)


async def test_last_use_is_unknown_and_no_rule_claims_to_know_it(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned()))
    await hosting.call("support-v12", "Hello")
    usage = await hosting.usage(datetime(2026, 11, 1, tzinfo=UTC))
    assert (usage.known, usage.uses) == (False, {})
    assert list(hosting.rules) == []


async def test_the_place_offers_what_its_region_trains(hosts: Hosts) -> None:
    llama, phi = await hosts.hosting().place(), await hosts.hosting(PHI).place()
    assert (llama.resource, llama.region, phi.region) == (LLAMA, "westus3", "eastus2")
    offered = {offer.base: offer for offer in llama.offers}
    assert [sku.id for sku in offered[LLAMA_33].skus] == ["Consumption"]
    sku = offered[LLAMA_33].skus[0]
    assert (sku.unit, sku.minimum, sku.maximum, sku.billed_by_the_hour) == ("none", 1, 1, True)
    assert not next(offer for offer in phi.offers if offer.base == LLAMA_33).skus
    assert next(offer for offer in phi.offers if offer.base == PHI_4).skus
    assert set(offered) == {row.id for row in load_facts().models}
    assert llama.fine_tuned
    assert llama.pools == ()
    await hosts.hosting().place()


async def test_a_model_in_use_is_not_deleted_and_goes_once_its_endpoint_has_gone(hosts: Hosts) -> None:
    hosting, model = hosts.hosting(), hosts.tuned()
    await deployed(hosting, wanted(model))
    with pytest.raises(Conflict) as told:
        await hosting.delete_model(model)
    assert (told.value.code, told.value.params["deployment"]) == ("model_in_use", "support-v12")
    assert hosts.asked("DELETE", "/models/support/versions/1") == 0
    await done(hosting, await hosting.delete("support-v12"))

    async def gone() -> bool:
        return await hosting.deployment("support-v12") is None

    await until(gone)
    await hosting.delete_model(model)
    assert hosts.workspace().models == {}
    await hosting.delete_model(model)


@pytest.mark.parametrize(
    "model",
    [
        LLAMA_33,
        f"{LLAMA_33}/versions/4",
        "azureml://locations/westus3/workspaces/other-guid/models/support/versions/1",
    ],
)
async def test_what_is_not_the_workspaces_is_not_deleted(hosts: Hosts, model: str) -> None:
    hosts.tuned()
    with pytest.raises(Unsupported) as told:
        await hosts.hosting().delete_model(model)
    assert told.value.code == "model_not_deletable"
    assert ("support", "1") in hosts.workspace().models


async def test_how_programs_call_it(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    assert hosting.endpoint("support-v12").url == UNKNOWN_ADDRESS, "nothing was read yet"
    await deployed(hosting, wanted(hosts.tuned()))
    told = hosting.endpoint("support-v12")
    assert told.url == f"{hosts.url}/ml/serve/westus3/support-v12"
    assert (told.style, told.auth, told.key_secret, told.key_vault) == ("serverless", "key", "", "")
    words = shlex.split(told.key_command)
    assert words[:4] == ["az", "ml", "serverless-endpoint", "get-credentials"]
    named = dict(zip(words[4::2], words[5::2], strict=True))
    assert named == {
        "--name": "support-v12", "--workspace-name": "llama-wus3", "--resource-group": "rg-ai",
        "--subscription": "00000000-0000-4000-8000-000000000001",
    }  # fmt: skip
    assert shlex.split(hosting.endpoint("a'; rm -rf /").key_command)[5] == "a'; rm -rf /", "names are quoted"


async def test_no_answer_of_the_key_list_stays_anywhere(
    hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned()))
    keys = hosts.workspace().endpoints["support-v12"].keys.values()
    await hosting.call("support-v12", "Hello")
    shown = [
        caplog.text,
        repr(hosting.endpoint("support-v12")),
        repr(await hosting.deployments()),
        *_kept(hosting),
    ]
    assert not any(key in text for key in keys for text in shown)


def _kept(value: Any, depth: int = 6) -> list[str]:
    """Everything that an object of ours keeps, as text."""
    if depth == 0 or isinstance(value, httpx.AsyncClient):
        return []
    names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())]
    parts = (
        [getattr(value, name, None) for name in names]
        if type(value).__module__.startswith("providers")
        else []
    )
    items = list(value.values()) if isinstance(value, dict) else []
    return [repr(value), *(text for part in (*parts, *items) for text in _kept(part, depth - 1))]


async def test_the_limits_of_an_endpoint_are_told(hosts: Hosts) -> None:
    """Contract 4: 200,000 tokens and 1,000 requests a minute for each deployment."""
    offers = (await hosts.hosting().place()).offers
    (sku,) = {sku for offer in offers for sku in offer.skus}
    assert (sku.tokens_per_unit, sku.requests_per_unit) == (200_000, 1_000)
    assert "200,000 tokens and 1,000 requests a minute" in sku.hint
