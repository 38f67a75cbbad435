"""The life of an endpoint, against the stand-in."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from providers.base import Ref
from providers.databricks.hosting import ServingHosting
from providers.databricks.serving_offers import LOOK_UPS
from providers.errors import Conflict, NotFound, Unauthorised, Unavailable, Unsupported
from providers.hosting import Operation
from sandbox.databricks.options import SCHEMA, USER
from tests.patience import until
from tests.providers.databricks.conftest import Workspace, chat, ended, sent
from tests.providers.databricks.hosts import BASE, CHUNK, Hosts, deployed, done, hosts, order, wanted
from tests.providers.helpers import serving

__all__ = ["hosts"]
CHAT = (
    b'{"messages":[{"role":"user","content":"Is it here?"},{"role":"assistant","content":"It is here."}]}\n'
)


async def trained(hosts: Hosts) -> str:
    """A version that a run has made."""
    path = await hosts.stand.put("train/train.jsonl", CHAT * 40)
    await hosts.stand.trained(path, trainingDuration="1ep")
    return next(iter(await hosts.bases()))


async def test_from_a_trained_model_to_calls_and_away_again(hosts: Hosts) -> None:
    model, hosting = await trained(hosts), hosts.hosting()
    began = hosts.stand.clock.now()
    assert await hosting.deployment("support-v1") is None
    assert await hosting.deployments() == []
    operation = await hosting.apply(wanted(model, tags={"tunesmith-request": "R7"}))
    # What is kept of it is JSON, and another process can go on with it.
    again = Operation(name=operation.name, state=json.loads(json.dumps(operation.state)))
    assert (await done(hosts.hosting(), again)).progress == "succeeded"
    found = await hosting.deployment("support-v1")
    assert found is not None
    assert (found.model, found.base, found.fine_tuned) == (model, (await hosts.bases())[model], True)
    assert (found.sku, found.capacity, found.state) == ("ScaleToZero", CHUNK, "live")
    assert dict(found.tags) == {"tunesmith-request": "R7"}
    assert found.created_by == USER
    assert found.created_at is not None
    assert abs(found.created_at - began) < timedelta(seconds=30)
    assert await hosting.deployments() == [found]

    hosts.switch(usage_lag_seconds=0)
    answer = await hosting.call("support-v1", "Is it here?")
    assert answer.prompt_tokens
    assert answer.completion_tokens
    usage = await hosting.usage(began - timedelta(days=15))
    assert usage.known
    assert usage.uses["support-v1"].calls == usage.uses["support-v1"].last_day == 1
    last = usage.uses["support-v1"].last
    assert last is not None
    assert timedelta(0) <= hosts.stand.clock.now() - last < timedelta(minutes=2)

    with pytest.raises(Conflict) as told:
        await hosting.delete_model(model)
    assert (told.value.code, told.value.params["deployment"]) == ("model_in_use", "support-v1")
    assert (await done(hosting, await hosting.delete("support-v1"))).progress == "succeeded"
    assert (await hosting.delete("support-v1")).state is None, "gone already is fine"
    assert await hosting.deployments() == []
    with pytest.raises(NotFound) as gone:
        await hosting.call("support-v1", "Anybody?")
    assert gone.value.code == "deployment_not_found"


async def test_usage_is_of_this_endpoint_and_not_of_the_one_before(hosts: Hosts) -> None:
    model = await trained(hosts)
    hosts.switch(usage_lag_seconds=0)
    hosting = hosts.hosting()
    await deployed(hosting, wanted(model))
    await hosting.call("support-v1", "Is it here?")
    await done(hosting, await hosting.delete("support-v1"))
    await deployed(hosting, wanted(model))
    since = hosts.stand.clock.now() - timedelta(days=1)
    usage = await hosting.usage(since)
    assert usage.known
    assert not usage.uses


@pytest.mark.parametrize("tables", ["denied", "absent"])
async def test_without_the_tables_nobody_is_said_to_be_idle(hosts: Hosts, tables: str) -> None:
    hosts.switch(system_tables=tables)
    usage = await hosts.hosting().usage(hosts.stand.clock.now() - timedelta(days=1))
    assert not usage.known


async def test_what_is_not_ready_is_not_called(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    hosts.switch(deploy_seconds=10.0**7)
    await hosting.apply(wanted(hosts.tuned()))
    state = await hosting.operation(Operation(name="support-v1", state={"verb": "apply"}))
    assert (state.progress, state.raw) == ("running", "IN_PROGRESS")
    found = await hosting.deployment("support-v1")
    assert found is not None
    assert (found.state, found.model) == ("creating", f"{SCHEMA}.support/1")
    with pytest.raises(Unavailable) as told:
        await hosting.call("support-v1", "Hello?")
    assert told.value.code == "deployment_not_ready"
    assert not hosts.stand.service.endpoints.usage


async def test_a_sleeping_endpoint_is_live_and_says_so_while_it_wakes(hosts: Hosts) -> None:
    model, hosting = await trained(hosts), hosts.hosting()
    await deployed(hosting, wanted(model))
    hosts.switch(idle_seconds=0, cold_start="refuse", cold_start_seconds=1000)

    async def sleeps() -> bool:
        found = await hosting.deployment("support-v1")
        assert found is not None
        assert found.state == "live"
        return found.raw_state == "READY, scaled to zero"

    await until(sleeps)
    with pytest.raises(Unavailable) as told:
        await hosting.call("support-v1", "Hello?")
    assert told.value.code == "deployment_not_ready"
    # Only the answer counts as a use: a call that found it asleep was none.
    assert not hosts.stand.service.endpoints.usage
    hosts.switch(idle_seconds=10.0**6)

    async def answers() -> bool:
        try:
            return bool((await hosting.call("support-v1", "Hello?")).prompt_tokens)
        except Unavailable:
            return False

    await until(answers)


async def test_looking_does_not_wake(hosts: Hosts) -> None:
    model, hosting = await trained(hosts), hosts.hosting()
    await deployed(hosting, wanted(model))
    hosts.switch(idle_seconds=0)
    endpoint = hosts.stand.service.endpoints.get("support-v1")
    touched = endpoint.touched_at
    await hosting.deployments()
    await hosting.usage(hosts.stand.clock.now() - timedelta(days=1))
    await hosting.rights()
    await hosting.place()
    assert (endpoint.touched_at, endpoint.wake) == (touched, None)


async def test_a_creation_that_fails_says_why(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    hosts.switch(fail_deployment="Insufficient GPU capacity in the region for this model.")
    state = await done(hosting, await hosting.apply(wanted(hosts.tuned())))
    assert (state.progress, state.code) == ("failed", "UPDATE_FAILED")
    assert state.message.startswith("Insufficient GPU capacity")
    assert state.problem is not None
    assert state.problem.code == "deployment_quota"
    found = await hosting.deployment("support-v1")
    assert found is not None
    assert (found.state, found.failure) == ("failed", ("UPDATE_FAILED", state.message))
    hosts.switch(fail_deployment="The container exited.")
    state = await done(hosting, await hosting.apply(wanted(hosts.tuned(), "other")))
    assert state.problem is not None
    assert state.problem.code == "operation_failed"


async def test_an_operation_of_something_that_is_gone(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    made = await hosting.operation(Operation(name="nowhere", state={"verb": "apply"}))
    assert made.progress == "failed"
    assert made.problem is not None
    assert made.problem.code == "deployment_not_found"
    assert (await hosting.operation(Operation(name="nowhere", state=None))).progress == "succeeded"


async def test_offers_are_for_what_was_trained(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    empty = await hosting.place()
    assert (empty.offers, empty.fine_tuned) == ((), True)
    hosts.tuned("a", base="mistralai/Mistral-7B-v0.1")
    hosts.tuned("b")
    place = await hosting.place()
    assert {one.base: [sku.step for sku in one.skus] for one in place.offers} == {
        BASE: [CHUNK, CHUNK],
        "mistralai/Mistral-7B-v0.1": [970, 970],
    }
    assert place.resource == f"{hosts.stand.origin}/{SCHEMA}"
    assert not place.pools


async def test_a_region_is_said_to_serve_nothing_only_when_it_says_so(hosts: Hosts) -> None:
    model = hosts.tuned()
    servable: dict[str, Any] = {"error_code": "PERMISSION_DENIED", "message": "no"}

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(servable, status=403 if "error_code" in servable else 200)

    async with serving(answer) as url:
        hosting = hosts.hosting(endpoint=url)
        assert (await hosting.place()).fine_tuned, "nothing was told"
        servable = {"optimizable": False}
        place = await hosting.place()
        assert (place.fine_tuned, place.offers) == (False, ())
        servable = {"error_code": "PERMISSION_DENIED", "message": "Invalid access token."}
        with pytest.raises(Unauthorised):
            await hosts.hosting(endpoint=url).place()
        assert model in await hosts.bases()


async def test_what_is_known_is_not_asked_again(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    hosts.tuned("b")
    first = await hosting.place()
    hosts.tuned("c")
    hosts.switch(login_page=True)  # every request would fail
    assert (await hosting.place()).offers == first.offers


async def test_models_that_cannot_be_served_do_not_hide_the_others(hosts: Hosts) -> None:
    for number in range(LOOK_UPS * 2):
        hosts.tuned(f"m{number}", base=f"unknown/base-{number}")
    hosts.tuned("known")
    hosting = hosts.hosting()
    assert (await hosting.place()).offers == (), "one reading asks about so many and no more"
    await hosting.place()
    assert [one.base for one in (await hosting.place()).offers] == [BASE]


async def test_a_model_is_deleted_with_its_last_version(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    first, second = hosts.tuned("ours"), hosts.tuned("ours")
    models = hosts.stand.service.unity.models
    await hosting.delete_model(first)
    assert set(models[f"{SCHEMA}.ours"].versions) == {2}
    await hosting.delete_model(second)
    assert f"{SCHEMA}.ours" not in models
    await hosting.delete_model(second)  # gone already is fine
    with pytest.raises(Unsupported) as told:
        await hosting.delete_model("ep1-ba20")
    assert told.value.code == "model_not_deletable"


async def test_how_programs_call_it(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    endpoint = hosting.endpoint("support-v1")
    assert (endpoint.url, endpoint.deployment) == (f"{hosts.stand.origin}/serving-endpoints", "support-v1")
    assert (endpoint.auth, endpoint.style, endpoint.scope) == ("token", "databricks", "")
    assert hosting.rules == ()
    await hosting.hand_over("support-v1")  # there is nothing to hand over


async def test_base_models_are_read_when_one_is_not_known(hosts: Hosts) -> None:
    asked = 0

    async def bases() -> Mapping[str, str]:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise Unavailable("server_error")
        return {} if asked == 2 else await hosts.bases()

    hosting = ServingHosting(hosts.client(), hosts.settings(), clock=hosts.stand.clock, bases=bases)
    await hosting.apply(wanted(hosts.tuned()))
    for reading in range(3):
        (found,) = await hosting.deployments()
        assert found.base == "", reading
    assert asked == 2, "one failed, one did not know it; that is remembered"
    await hosting.place()
    (found,) = await hosting.deployments()
    assert (found.base, asked) == (BASE, 3)
    await hosting.operation(Operation(name="support-v1", state={"verb": "apply"}))
    assert asked == 3, "following costs one request"


async def test_through_the_registrys_door(workspace: Workspace) -> None:
    provider = workspace.provider()
    file = await sent(provider, chat(64))
    job = await ended(provider, await provider.submit(order(training_file=file.id)))

    async def registered() -> bool:
        return (await provider.job(Ref(id=job.id))).result_model is not None

    await until(registered)
    model = (await provider.job(Ref(id=job.id))).result_model
    hosting, required = provider.hosting, provider.requirements
    assert hosting is not None
    assert required is not None
    assert model is not None
    assert {one.base for one in (await hosting.place()).offers} == {BASE}
    found = await deployed(hosting, wanted(model))
    assert (found.base, found.state) == (BASE, "live")
    met = await required.check(BASE, order(training_file=file.id))
    assert [one.id for one in met if one.state in {"missing", "blocked"}] == []
    workspace.switch(training="removed_404")
    again = workspace.provider()
    assert again.requirements is not None
    assert [one.id for one in await again.requirements.check(BASE)] == ["training_removed"]
    assert again.hosting is not None
    assert [one.name for one in await again.hosting.deployments()] == ["support-v1"], (
        "what was made is served"
    )
