"""The life of a deployment, against the stand-in through the registry's door."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from providers.base import Ref
from providers.errors import Conflict, NotFound, OutcomeUnknown, Throttled, Unavailable, Unsupported
from providers.hosting import Operation
from tests.patience import until
from tests.providers.azure_openai.conftest import Azure, ended, sent, spec
from tests.providers.azure_openai.hosts import (
    BASE,
    DEV,
    EDGE,
    IDENTITY,
    PROD,
    Hosts,
    deployed,
    done,
    hosts,
    wanted,
)

__all__ = ["hosts"]


async def test_from_a_trained_model_to_calls_and_away_again(hosts: Hosts) -> None:
    provider = hosts.provider()
    hosting = provider.hosting
    assert hosting is not None
    train = await sent(provider, "tiny_overfit_train.jsonl")
    job = await ended(provider, await provider.submit(spec(train.id, hyperparameters={"n_epochs": 1})))
    assert job.result_model is not None
    began = datetime.now(UTC)
    hosts.switch(ready_seconds=10.0**7)

    assert await hosting.deployment("support-v12") is None
    given = wanted(job.result_model, content_filter="corp-strict", tags={"job": "J142"})
    operation = await hosting.apply(given)
    # What is kept of it is JSON, and another process can go on with it.
    again = Operation(name=operation.name, state=json.loads(json.dumps(operation.state)))
    assert (await done(hosts.hosting(), again)).progress == "succeeded"
    found = await hosting.deployment("support-v12")
    assert found is not None
    assert (found.model, found.base, found.fine_tuned) == (job.result_model, BASE, True)
    assert (found.sku, found.capacity, found.state, found.raw_state) == (
        "GlobalStandard",
        50,
        "live",
        "Succeeded",
    )
    assert (found.content_filter, dict(found.tags)) == ("corp-strict", {"job": "J142"})
    assert found.created_by == IDENTITY
    assert found.created_at is not None
    assert abs(found.created_at - began) < timedelta(seconds=30)

    with pytest.raises(Unavailable) as told:
        await hosting.call("support-v12", "Is it ready?")
    assert told.value.code == "deployment_not_ready"
    assert not (await hosting.usage(began)).uses, "a refused call is no use"
    hosts.switch(ready_seconds=0.0)
    answer = await hosting.call("support-v12", "Where is my refund?")
    assert answer.text
    assert answer.prompt_tokens
    assert answer.completion_tokens
    usage = await hosting.usage(began - timedelta(days=15))
    assert usage.known
    assert usage.uses["Support-V12"].calls == usage.uses["support-v12"].last_day == 1
    assert usage.uses["support-v12"].last == began.replace(minute=0, second=0, microsecond=0)

    assert (await done(hosting, await hosting.delete("support-v12"))).progress == "succeeded"
    assert await hosting.deployment("support-v12") is None
    assert await hosting.deployments() == []
    with pytest.raises(NotFound) as gone:
        await hosting.call("support-v12", "Anybody?")
    assert gone.value.code == "deployment_not_found"
    assert (await hosting.delete("support-v12")).state is None, "gone already is fine"


async def test_put_is_sent_once_whatever_comes_back(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    given = wanted(hosts.tuned())
    hosts.azure.fail("lost_answer", "PUT", "/deployments/support-v12", times=5)
    with pytest.raises(OutcomeUnknown):
        await hosting.apply(given)
    assert hosts.asked("PUT", "/deployments/support-v12") == 1

    async def there() -> bool:
        found = await hosting.deployment("support-v12")
        return found is not None and found.state == "live"

    await until(there)
    hosts.azure.faults.clear()
    hosts.azure.fail("status", "PUT", "/deployments/other", status=500, body={}, times=5)
    with pytest.raises(OutcomeUnknown):
        await hosting.apply(wanted(hosts.tuned(2), "other"))
    assert hosts.asked("PUT", "/deployments/other") == 1


async def test_reads_and_deletion_are_repeated(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned()))
    hosts.azure.fail("status", "GET", "/deployments", status=503, body={}, times=1)
    assert [one.name for one in await hosting.deployments()] == ["support-v12"]
    hosts.azure.fail("lost_answer", "DELETE", "/deployments/support-v12", times=1)
    assert (await done(hosting, await hosting.delete("support-v12"))).progress == "succeeded"
    assert await hosting.deployments() == []


async def test_list_goes_on_to_its_end(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    for number in range(1, 10):
        await deployed(hosting, wanted(hosts.tuned(number), f"d{number}", capacity=1))
    for number in range(10, 33):
        body = {"model": {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"}}
        await _deploy_elsewhere(hosts.azure, f"base-{number}", body)
    listed = await hosting.deployments()
    assert len(listed) == 32
    assert hosts.asked("GET", "/deployments") == 2
    assert {one.base for one in listed} == {BASE}
    assert sum(one.fine_tuned for one in listed) == 9


async def test_operation_that_is_going_on_tells_when_to_come_again(hosts: Hosts) -> None:
    hosts.switch(deploy_seconds=20_000.0)
    hosting = hosts.hosting()
    operation = await hosting.apply(wanted(hosts.tuned()))
    assert operation.retry_after == 20.0
    state = await hosting.operation(operation)
    assert (state.progress, state.raw, state.retry_after) == ("running", "Running", 20.0)
    found = await hosting.deployment("support-v12")
    assert found is not None
    assert found.state == "creating"
    with pytest.raises(Throttled) as busy:
        await hosting.apply(wanted(hosts.tuned(2), "second"))
    assert busy.value.code == "operation_under_way"
    assert busy.value.retry_after


async def test_operation_that_fails_means_what_a_refusal_means(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    said = (
        "This model is unable to be deployed. Model evaluation identified that this fine tuned model scores above "
        "acceptable thresholds for [Violence, Self Harm]. Please review your training data set and resubmit the job."
    )
    hosts.switch(fail_deployment=["ModelEvaluationFailed", said])
    state = await done(hosting, await hosting.apply(wanted(hosts.tuned())))
    assert (state.progress, state.code, state.message) == ("failed", "ModelEvaluationFailed", said)
    assert state.problem is not None
    assert (state.problem.code, state.problem.params["categories"]) == ("rai_blocked", "violence, self_harm")
    found = await hosting.deployment("support-v12")
    assert found is not None
    assert found.state == "failed"
    hosts.switch(fail_deployment=["InternalError", "Something broke."])
    state = await done(hosting, await hosting.apply(wanted(hosts.tuned(), "second")))
    assert state.problem is not None
    assert state.problem.code == "operation_failed"
    assert state.problem.answer.message == "Something broke."


async def test_forgotten_operation_is_read_off_the_deployment(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    operation = await hosting.apply(wanted(hosts.tuned()))
    hosts.azure.fail("status", "GET", "/operationStatuses/", status=404, times=0,
                     body={"error": {"code": "NotFound", "message": "Operation expired."}})  # fmt: skip
    assert (await done(hosting, operation)).progress == "succeeded"
    removal = await hosting.delete("support-v12")
    hosts.azure.fail("status", "GET", "/operationResults/", status=404, times=0,
                     body={"error": {"code": "NotFound", "message": "Operation expired."}})  # fmt: skip
    assert (await done(hosting, removal)).progress == "succeeded"
    assert (await done(hosting, operation)).problem is not None, "created, and gone since"


async def test_place_tells_what_can_be_hosted_and_what_is_used(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned(), capacity=30))
    place = await hosting.place()
    assert (place.resource, place.region, place.fine_tuned, place.maximum) == (
        PROD,
        "swedencentral",
        True,
        10,
    )
    assert set(place.filters) == {"Microsoft.Default", "Microsoft.DefaultV2", "corp-strict"}
    offers = {offer.base: offer for offer in place.offers}
    mini = offers[BASE]
    assert [sku.id for sku in mini.skus] == ["Standard", "GlobalStandard", "DeveloperTier"]
    assert [sku.processing for sku in mini.skus] == ["region", "global", "global"]
    assert [sku.billed_by_the_hour for sku in mini.skus] == [True, True, False]
    sku = mini.skus[1]
    assert sku.pool == "OpenAI.GlobalStandard.gpt-4.1-mini-finetune"
    assert (sku.minimum, sku.maximum, sku.step, sku.default) == (1, 1000, 1, 10)
    assert (sku.tokens_per_unit, sku.requests_per_unit) == (1000, 1)
    assert {pool.name: (pool.used, pool.limit) for pool in place.pools}[sku.pool] == (30, 200)
    assert mini.training_ends == datetime(2027, 4, 14, tzinfo=UTC)
    assert mini.inference_ends == datetime(2027, 10, 14, tzinfo=UTC)
    assert "DataZoneStandard" in {sku.id for sku in offers["gpt-4.1-2025-04-14"].skus}
    assert not offers["gpt-4o-2024-11-20"].skus, "cannot be fine-tuned"
    assert offers["Ministral-3B"].skus, "named without a version"


async def test_region_without_fine_tuned_models_offers_nothing(hosts: Hosts) -> None:
    place = await hosts.hosting(EDGE).place()
    assert (place.region, place.fine_tuned) == ("italynorth", False)
    assert not any(offer.skus for offer in place.offers)


async def test_model_of_another_account_is_deployed_by_its_source(hosts: Hosts) -> None:
    model = hosts.tuned(account="dev-eus2")
    found = await deployed(hosts.hosting(), wanted(model, source=DEV))
    assert found.source == DEV
    assert found.model == model


async def test_other_formats_go_by_their_base(hosts: Hosts) -> None:
    base = "Ministral-3B"
    found = await deployed(hosts.hosting(), wanted(hosts.tuned(base=base), base=base))
    assert (found.state, found.base) == ("live", base)


async def test_rules_are_those_of_the_documentation(hosts: Hosts) -> None:
    rules = {rule.id: rule for rule in hosts.hosting().rules}
    assert (rules["idle"].after, rules["idle"].skus) == (timedelta(days=15), frozenset())
    assert (rules["age"].after, rules["age"].skus) == (timedelta(hours=24), frozenset({"DeveloperTier"}))
    assert all("documentation" in rule.source for rule in rules.values())


async def test_snippet_has_no_secret(hosts: Hosts) -> None:
    endpoint = hosts.hosting().endpoint("support-v12")
    assert endpoint.url == f"{hosts.azure.url}/azure/prod-swc"
    assert (endpoint.deployment, endpoint.api_version, endpoint.auth, endpoint.scope) == (
        "support-v12", "2024-10-21", "key", "",
    )  # fmt: skip
    signed_in = hosts.hosting(auth="entra", key=None).endpoint("support-v12")
    assert (signed_in.auth, signed_in.scope) == ("entra", "https://cognitiveservices.azure.com/.default")


async def test_model_is_deleted_with_its_job_and_not_while_deployed(hosts: Hosts) -> None:
    provider = hosts.provider()
    hosting = provider.hosting
    assert hosting is not None
    train = await sent(provider, "tiny_overfit_train.jsonl")
    job = await ended(provider, await provider.submit(spec(train.id, hyperparameters={"n_epochs": 2})))
    model = job.result_model
    assert model is not None
    with pytest.raises(Unsupported) as checkpoint:
        await hosting.delete_model(f"{model}:ckpt-step-1")
    assert checkpoint.value.code == "model_not_deletable"
    await deployed(hosting, wanted(model))
    with pytest.raises(Conflict) as used:
        await hosting.delete_model(model)
    assert (used.value.code, used.value.params["model"]) == ("model_in_use", model)
    await done(hosting, await hosting.delete("support-v12"))
    await hosting.delete_model(model)
    assert model not in {one.id for one in await provider.models()}
    with pytest.raises(NotFound):
        await provider.job(Ref(id=job.id))
    await hosting.delete_model(model)


async def test_without_a_resource_id_there_is_no_hosting(azure: Azure) -> None:
    assert azure.provider().hosting is None


async def _deploy_elsewhere(azure: Azure, name: str, properties: object) -> None:
    """As somebody else does in the portal."""
    import httpx

    async with httpx.AsyncClient(trust_env=False) as http:
        token = await http.get(
            f"{azure.url}/azure/identity/token",
            params={"api-version": "2019-08-01", "resource": "https://management.azure.com"},
            headers={"X-IDENTITY-HEADER": azure.service.options.identity_header},
        )

        async def taken() -> bool:
            answer = await http.put(
                f"{azure.url}/arm{PROD}/deployments/{name}",
                params={"api-version": "2025-12-01"},
                headers={"Authorization": f"Bearer {token.json()['access_token']}"},
                json={"sku": {"name": "Standard", "capacity": 1}, "properties": properties},
            )
            return answer.status_code == 201

        await until(taken)
