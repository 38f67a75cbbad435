"""What creating, calling and deleting is refused with."""

from typing import Any

import pytest
from aiohttp import web

from handlers.wording import errors as words
from providers.databricks.rights import hosting_needs
from providers.databricks.serving_refusals import (
    call_refused,
    creation_refused,
    failed,
    removal_refused,
    unanswered,
    with_grant,
)
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    OverQuota,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from sandbox.databricks.options import SCHEMA, USER
from tests.providers.databricks.hosts import BASE, CHUNK, Hosts, deployed, hosts, wanted
from tests.providers.helpers import serving

__all__ = ["hosts"]
WORDS = [
    ("You have reached the maximum number of endpoints for this workspace.", OverQuota, "deployment_count"),
    ("Quota exceeded for provisioned throughput.", OverQuota, "deployment_quota"),
    ("Request exceeds the available throughput capacity.", OverQuota, "deployment_quota"),
    ("Provisioned throughput is not available in region westeurope.", Refused, "region_without_fine_tuning"),
    ("Endpoint name must consist of alphanumeric characters.", Refused, "name_refused"),
    ("max_provisioned_throughput must be a multiple of 9500.", Refused, "capacity_refused"),
    ("Model version 'a.b.c/1' is not optimizable.", Refused, "model_not_deployable"),
    ("Registered model version a.b.c/7 does not exist.", Refused, "model_unknown"),
    ("Something that nobody has seen before.", Refused, "request_refused"),
]


def refused(message: str, kind: type[Refused] = Refused, code: str = "request_refused") -> Refused:
    return kind(code, {}, ServiceAnswer(status=400, code="INVALID_PARAMETER_VALUE", message=message))


@pytest.mark.parametrize(("message", "kind", "code"), WORDS)
def test_refusals_by_their_words(message: str, kind: type[ProviderError], code: str) -> None:
    found = creation_refused(refused(message), {"deployment": "d"})
    assert type(found) is kind
    assert found.code == code
    assert found.answer.message == message
    assert words.is_known(code)


@pytest.mark.parametrize(("message", "kind", "code"), WORDS[:-1])
def test_the_same_words_mean_the_same_when_it_fails_later(
    message: str, kind: type[ProviderError], code: str
) -> None:
    found = failed("UPDATE_FAILED", message, {})
    assert (type(found), found.code) == (kind, code)


def test_what_is_not_known_stays_the_services_own_words() -> None:
    assert failed("UPDATE_FAILED", "The container exited.", {}).code == "operation_failed"
    told = Unauthorised(
        "network_refused", {}, ServiceAnswer(status=403, message="IP not found in endpoints limit")
    )
    assert creation_refused(told, {}) is told


def test_a_call_without_an_answer_may_be_waking_it() -> None:
    def after(status: int | None, reason: str = "", message: str = "") -> str:
        params = {"operation": "endpoints.call", "reason": reason}
        found = unanswered(OutcomeUnknown("no_answer", params, ServiceAnswer(status=status, message=message)))
        assert isinstance(found, Unavailable)
        assert "reason" not in found.params
        return found.code

    assert after(None, "timed_out") == "deployment_not_ready"
    assert after(None, "unreadable_answer") == "unreadable_answer"
    assert after(503) == after(504) == "deployment_not_ready"
    assert after(500) == "server_error"
    assert after(500, message="Endpoint is scaling up from zero") == "deployment_not_ready"


def test_refused_calls_and_removals() -> None:
    assert call_refused(refused("", NotFound, "not_found"), {}).code == "deployment_not_found"
    assert isinstance(call_refused(refused("Endpoint is not ready"), {}), Unavailable)
    assert call_refused(refused("prompt too long"), {}).code == "request_refused"
    assert removal_refused(refused("", Conflict, "conflict"), {}).code == "model_in_use"
    assert removal_refused(refused("It is used by serving endpoint x"), {}).code == "model_in_use"
    assert removal_refused(refused("Invalid name"), {}).code == "request_refused"


def test_a_missing_privilege_comes_with_its_grant() -> None:
    needs = hosting_needs("main.ft", usage=False)
    told = Unauthorised("privilege_missing", {"privilege": "EXECUTE"})
    found = with_grant(told, needs, "ada@example.com")
    assert found.params["grant"] == "GRANT EXECUTE ON SCHEMA main.ft TO `ada@example.com`;"
    for privilege in ("", "MANAGE"):
        other = Unauthorised("privilege_missing", {"privilege": privilege})
        assert with_grant(other, needs, "ada@example.com") is other


async def refusal(hosts: Hosts, **changes: Any) -> ProviderError:
    """What a creation is refused with; nothing is there afterwards that was not before."""
    hosting = hosts.hosting()
    before = {one.name for one in await hosting.deployments()}
    given = {"model": f"{SCHEMA}.support/1"} | changes
    with pytest.raises(ProviderError) as told:
        await hosting.apply(wanted(**given))
    assert {one.name for one in await hosting.deployments()} == before
    return told.value


async def test_a_taken_name(hosts: Hosts) -> None:
    await deployed(hosts.hosting(), wanted(hosts.tuned()))
    found = await refusal(hosts)
    assert (type(found), found.code) == (Conflict, "name_taken")


async def test_a_model_that_cannot_be_deployed(hosts: Hosts) -> None:
    assert (await refusal(hosts)).code == "model_unknown", "there is none"
    hosts.tuned("fresh", status="PENDING_REGISTRATION")
    assert (await refusal(hosts, model=f"{SCHEMA}.fresh/1")).code == "model_unknown", "not registered yet"
    hosts.tuned("odd", base="somebody/elses-model")
    assert (await refusal(hosts, model=f"{SCHEMA}.odd/1")).code == "model_not_deployable"
    for name in ("gpt-4.1-mini", "a.b.c", ""):
        assert (await refusal(hosts, model=name)).code == "model_unknown"


@pytest.mark.parametrize("capacity", [0, 1, CHUNK - 1, CHUNK + 1])
async def test_a_capacity_between_two_steps(hosts: Hosts, capacity: int) -> None:
    hosts.tuned()
    found = await refusal(hosts, capacity=capacity)
    assert (found.code, found.params["step"]) == ("capacity_refused", CHUNK)


async def test_another_way_to_host(hosts: Hosts) -> None:
    hosts.tuned()
    assert (await refusal(hosts, sku="GlobalStandard")).code == "sku_refused"


async def test_a_bad_name_is_the_services_to_refuse(hosts: Hosts) -> None:
    hosts.tuned()
    assert (await refusal(hosts, name="two words")).code in {"name_refused", "request_refused"}


async def test_without_the_right_to_run_the_model(hosts: Hosts) -> None:
    hosts.tuned()
    hosts.stand.service.unity.models[f"{SCHEMA}.support"].owner = "somebody@example.com"
    hosts.switch(missing_grants=[f"EXECUTE {SCHEMA}"])
    found = await refusal(hosts)
    assert (type(found), found.code) == (Unauthorised, "privilege_missing")
    assert found.params["grant"] == f"GRANT EXECUTE ON SCHEMA main.finetuning TO `{USER}`;"


@pytest.mark.parametrize(("status", "kind"), [(500, OutcomeUnknown), (503, OutcomeUnknown), (429, Throttled)])
async def test_a_creation_is_sent_once_whatever_comes_back(
    hosts: Hosts, status: int, kind: type[ProviderError]
) -> None:
    posted: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        if request.method == "POST":
            posted.append(request.path)
            return web.json_response({"error_code": "INTERNAL_ERROR", "message": "?"}, status=status)
        return web.json_response({"optimizable": True, "throughput_chunk_size": CHUNK})

    async with serving(answer) as url:
        with pytest.raises(kind):
            await hosts.hosting(endpoint=url).apply(wanted(f"{SCHEMA}.support/1"))
    assert len(posted) == 1


async def test_a_call_is_sent_once(hosts: Hosts) -> None:
    posted: list[Any] = []

    async def answer(request: web.Request) -> web.Response:
        if request.method == "POST":
            posted.append(await request.json())
            return web.json_response({"error_code": "X", "message": "?"}, status=500)
        state = {"ready": "READY", "config_update": "NOT_UPDATING"}
        return web.json_response({"name": "d", "state": state, "task": "llm/v1/completions"})

    async with serving(answer) as url:
        with pytest.raises(Unavailable) as told:
            await hosts.hosting(endpoint=url).call("d", "Once upon a time")
    assert told.value.code == "server_error"
    assert [one["prompt"] for one in posted] == ["Once upon a time"]


@pytest.mark.parametrize("update", ["IN_PROGRESS", "UPDATE_FAILED", "NOT_UPDATING"])
async def test_what_is_not_ready_is_not_called_at_all(hosts: Hosts, update: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.method == "GET"
        return web.json_response({"name": "d", "state": {"ready": "NOT_READY", "config_update": update}})

    async with serving(answer) as url:
        with pytest.raises(Unavailable) as told:
            await hosts.hosting(endpoint=url).call("d", "Hello?")
    assert told.value.code == "deployment_not_ready"


async def test_odd_answers(hosts: Hosts) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"something": "else"})

    async with serving(answer) as url:
        hosting = hosts.hosting(endpoint=url)
        for asked in (hosting.deployments(), hosting.deployment("d")):
            with pytest.raises(Unavailable) as told:
                await asked
            assert told.value.code == "unreadable_answer"


async def test_a_path_that_is_gone_is_no_endpoint_that_is_gone(hosts: Hosts) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found"}, status=404)

    async with serving(answer) as url:
        hosting = hosts.hosting(endpoint=url)
        for asked in (hosting.deployment("d"), hosting.delete("d")):
            with pytest.raises(NotFound) as told:
                await asked
            assert told.value.code == "endpoint_not_found"


async def test_serving_that_is_switched_off(hosts: Hosts) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"error_code": "FEATURE_DISABLED", "message": "Not enabled."}, status=404)

    async with serving(answer) as url:
        with pytest.raises(Unsupported):
            await hosts.hosting(endpoint=url).deployments()


async def test_base_models_are_told_where_they_are_known(hosts: Hosts) -> None:
    await deployed(hosts.hosting(), wanted(hosts.tuned()))
    hosts.switch(deploy_seconds=10.0**7)
    await hosts.hosting().apply(wanted(hosts.tuned("other"), "other", sku="AlwaysOn", capacity=2 * CHUNK))
    bases = {one.name: (one.base, one.sku, one.capacity) for one in await hosts.hosting().deployments()}
    assert bases == {
        "support-v1": (BASE, "ScaleToZero", CHUNK),
        "other": (BASE, "AlwaysOn", 2 * CHUNK),
    }
