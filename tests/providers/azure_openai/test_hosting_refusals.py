"""Everything that Resource Manager refuses, as errors that say what to do."""

import re
from typing import Any

import pytest

from providers.azure_openai.deployment_refusals import APPLY, refused
from providers.errors import (
    Conflict,
    NotFound,
    OverQuota,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
    Unavailable,
)
from tests.providers.azure_openai.hosts import (
    BASE,
    DEV,
    EDGE,
    IDENTITY,
    PROD,
    Hosts,
    deployed,
    hosts,
    refusal,
    wanted,
)

__all__ = ["hosts"]

GRANT = re.compile(r'az role assignment create --assignee "([^"]+)" --role "([^"]+)" --scope "([^"]+)"')


async def test_name_and_model_are_taken_once(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    first = hosts.tuned(1)
    await deployed(hosting, wanted(first))
    name = await refusal(hosting, wanted(hosts.tuned(2)))
    assert (type(name), name.code, name.params["deployment"]) == (Conflict, "name_taken", "support-v12")
    model = await refusal(hosting, wanted(first, "second"))
    assert (type(model), model.code, model.params["model"]) == (Conflict, "already_deployed", first)


async def test_quota_with_its_numbers(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned(1), sku="Standard", capacity=120))
    error = await refusal(hosting, wanted(hosts.tuned(2), "second", sku="Standard", capacity=40))
    assert (type(error), error.code) == (OverQuota, "deployment_quota")
    assert {name: error.params[name] for name in ("needed", "available", "used", "limit")} == {
        "needed": 40, "available": 30, "used": 120, "limit": 150,
    }  # fmt: skip
    assert "gpt-4.1-mini" in str(error.params["pool"])


async def test_number_of_deployments(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    for number in range(1, 11):
        await deployed(hosting, wanted(hosts.tuned(number), f"d{number}", capacity=1))
    error = await refusal(hosting, wanted(hosts.tuned(11), "d11", capacity=1))
    assert (type(error), error.code, error.params["limit"]) == (OverQuota, "deployment_count", 10)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"model": f"{BASE}.ft-{'f' * 32}-none"}, "model_unknown"),
        ({"sku": "DataZoneStandard"}, "sku_refused"),
        ({"sku": "ProvisionedManaged"}, "sku_refused"),
        ({"content_filter": "nobody-knows"}, "filter_unknown"),
        ({"capacity": 0}, "capacity_refused"),
        ({"capacity": 1001}, "capacity_refused"),
        ({"name": "with blank"}, "name_refused"),
    ],
)
async def test_refused_for_good(hosts: Hosts, changes: dict[str, Any], code: str) -> None:
    error = await refusal(hosts.hosting(), wanted(**{"model": hosts.tuned()} | changes))
    assert (type(error), error.code) == (Refused, code)
    assert error.answer.message
    assert {"deployment", "model", "sku", "capacity", "filter"} <= set(error.params)


async def test_retired_base(hosts: Hosts) -> None:
    base = "gpt-35-turbo-0613"
    error = await refusal(hosts.hosting(), wanted(hosts.tuned(base=base), base=base, sku="Standard"))
    assert (error.code, error.params["since"]) == ("model_retired", "02/13/2025")


async def test_region_without_fine_tuning(hosts: Hosts) -> None:
    hosts.tuned(account="edge-itn")
    error = await refusal(hosts.hosting(EDGE), wanted(hosts.tuned(), source=PROD))
    assert error.code == "region_without_fine_tuning"


@pytest.mark.parametrize("who", [IDENTITY, None])
async def test_missing_role_comes_with_the_command_that_grants_it(hosts: Hosts, who: str | None) -> None:
    hosting = hosts.hosting(client_id=who)
    hosts.switch(arm_rights="reader")
    error = await refusal(hosting, wanted(hosts.tuned()))
    assert (type(error), error.code) == (Unauthorised, "role_missing")
    assert error.params["action"] == "Microsoft.CognitiveServices/accounts/deployments/write"
    assert error.params["role"] == "Cognitive Services Contributor"
    assert error.params["scope"] == PROD
    found = GRANT.fullmatch(str(error.params["grant"]))
    assert found is not None
    assert found.groups()[1:] == ("Cognitive Services Contributor", PROD)
    # Without a configured id the service's own words name the identity.
    assert (found[1] == IDENTITY) if who else (found[1] in error.answer.message)
    with pytest.raises(Unauthorised) as removal:
        await hosting.delete("support-v12")
    assert removal.value.params["action"] == "Microsoft.CognitiveServices/accounts/deployments/delete"


async def test_without_any_role_the_list_is_refused_and_not_empty(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    hosts.switch(arm_rights="none")
    with pytest.raises(Unauthorised) as told:
        await hosting.deployments()
    assert (told.value.code, told.value.params["role"]) == ("role_missing", "Reader")
    with pytest.raises(Unauthorised):
        await hosting.deployment("support-v12")


async def test_source_that_cannot_be_read(hosts: Hosts) -> None:
    hosts.switch(unreadable_sources=True)
    error = await refusal(hosts.hosting(), wanted(hosts.tuned(account="dev-eus2"), source=DEV))
    assert (type(error), error.code) == (Unauthorised, "source_role_missing")
    assert (error.params["role"], error.params["scope"]) == ("Reader", DEV)
    assert GRANT.fullmatch(str(error.params["grant"]))


async def test_company_policy(hosts: Hosts) -> None:
    hosts.switch(policy_denied=True)
    error = await refusal(hosts.hosting(), wanted(hosts.tuned()))
    assert (type(error), error.code) == (Unauthorised, "policy_denied")
    assert error.params["policy"] == "Allowed model deployments"


@pytest.mark.parametrize(
    "resource",
    [
        PROD.replace("prod-swc", "no-such"),
        PROD.replace("rg-ml", "rg-none"),
        PROD.replace("000000000001", "000000000009"),
        PROD.replace("00000000-0000-4000-8000-000000000001", "not-a-guid"),
    ],
)
async def test_account_that_is_not_there_is_no_empty_account(hosts: Hosts, resource: str) -> None:
    hosting = hosts.hosting(resource)
    for ask in (hosting.deployments, hosting.place, lambda: hosting.deployment("support-v12")):
        with pytest.raises(NotFound) as told:
            await ask()
        assert (told.value.code, told.value.params["resource"]) == ("resource_unknown", resource)


async def test_wrong_management_address_is_no_empty_account(hosts: Hosts) -> None:
    hosting = hosts.hosting(management=f"{hosts.azure.url}/arm/elsewhere")
    with pytest.raises(NotFound) as told:
        await hosting.deployment("support-v12")
    assert told.value.code == "endpoint_not_found"


@pytest.mark.parametrize("version", ["2024-10-21", "2099-01-01"])
async def test_version_that_arm_does_not_know(hosts: Hosts, version: str) -> None:
    hosting = hosts.hosting(api_versions={"deployments": version})
    with pytest.raises(Refused) as told:
        await hosting.deployments()
    assert (told.value.code, told.value.params["api_version"]) == ("api_version_refused", version)


async def test_version_for_all_is_one_of_the_data_plane(hosts: Hosts) -> None:
    assert await hosts.hosting(api_versions={"*": "2024-06-01"}).deployments() == []


async def test_token_of_another_scope(hosts: Hosts) -> None:
    hosting = hosts.hosting(management_scope="https://cognitiveservices.azure.com/.default")
    with pytest.raises(Unauthorised) as told:
        await hosting.deployments()
    assert told.value.code == "token_refused"


async def test_throttling_says_when_to_come_again(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    form = {"form": "seconds", "value": 60}
    body = {
        "error": {"code": "SubscriptionRequestsThrottled", "message": "Number of 'write' requests exceeded."}
    }
    hosts.azure.fail("status", "PUT", "/deployments/", status=429, body=body, retry_after=form, times=0)
    with pytest.raises(Throttled) as told:
        await hosting.apply(wanted(hosts.tuned()))
    assert told.value.retry_after == 60.0
    assert hosts.asked("PUT", "/deployments/support-v12") == 1


OLDER = (
    "The specified capacity '7' of account deployment is bigger than available capacity '2' for UsageName "
    "'Tokens Per Minute (thousands) - GPT-35-Turbo'."
)


UNSUPPORTED = (
    "Creating account deployment is not supported by the model 'text-davinci-003'. This is usually because there are "
    "better models available for the similar functionality."
)
UNSAFE = (
    "This model is unable to be deployed. Model evaluation identified that this fine tuned model scores above "
    "acceptable thresholds for [Hate/Fairness]."
)
BUSY = "Cannot modify resource with id 'x' because the resource entity provisioning state is not terminal."


@pytest.mark.parametrize(
    ("status", "code", "message", "expected", "params"),
    [
        (400, "InsufficientQuota", OLDER, "deployment_quota",
         {"needed": 7, "available": 2, "pool": "Tokens Per Minute (thousands) - GPT-35-Turbo"}),
        (400, "InsufficientQuota", "No.", "deployment_quota", {}),
        (400, "DeploymentModelNotSupported", UNSUPPORTED, "model_not_deployable", {"model": "text-davinci-003"}),
        (400, "BadRequest", UNSAFE, "rai_blocked", {"categories": "hate_fairness"}),
        (409, "RequestConflict", BUSY, "operation_under_way", {}),
        (409, "Conflict", "", "name_taken", {}),
        (400, "BadRequest", "Nobody has seen these words.", "request_refused", {}),
    ],
)  # fmt: skip
def test_words_without_a_stand_in(
    status: int, code: str, message: str, expected: str, params: dict[str, Any]
) -> None:
    answer = ServiceAnswer(status=status, code=code, message=message)
    error = refused(answer, APPLY, {"model": "m"})
    assert error.code == expected
    assert {name: error.params[name] for name in params} == params
    assert error.answer is answer


async def test_lock_registration_and_network_rules(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    expected = {
        "ScopeLocked": (
            409,
            "resource_locked",
            "The scope cannot perform write operation because of a lock.",
        ),
        "MissingSubscriptionRegistration": (
            409,
            "provider_unregistered",
            "The subscription is not registered.",
        ),
        "Forbidden": (
            403,
            "network_refused",
            "Public access is disabled. Please configure private endpoint.",
        ),
    }
    for code, (status, ours, message) in expected.items():
        body = {"error": {"code": code, "message": message}}
        hosts.azure.fail("status", "PUT", "/deployments/", status=status, body=body, times=1)
        with pytest.raises(ProviderError) as told:
            await hosting.apply(wanted(hosts.tuned()))
        assert told.value.code == ours


async def test_call_that_gets_no_answer_may_be_made_again(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    path = "/chat/completions"
    for kind, rest, code in (
        ("cut", {}, "connection_lost"),
        ("status", {"status": 500, "body": {}}, "server_error"),
    ):
        hosts.azure.fail(kind, "POST", path, times=5, **rest)
        with pytest.raises(Unavailable) as told:
            await hosting.call("support-v12", "Hello?")
        assert told.value.code == code
        hosts.azure.faults.clear()
    totals = hosts.azure.faults.totals("azure")
    assert totals == {"POST /azure/prod-swc/openai/deployments/support-v12/chat/completions": 2}, (
        "one attempt each"
    )


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (423, {"error": {"code": "DeploymentPaused", "message": "Paused."}}, Conflict, "deployment_paused"),
        (400, {"error": {"code": "DeploymentError", "message": "The deployment is not ready."}},
         Unavailable, "deployment_not_ready"),
        (500, {"error": {"code": "InternalServerError", "message": "Failed to load LoRA"}},
         Unavailable, "deployment_not_ready"),
        (400, {"error": {"code": "content_filter", "message": "Filtered."}}, Refused, "content_filtered"),
        (404, {"error": {"code": "404", "message": "Resource not found"}}, NotFound, "endpoint_not_found"),
        (403, {"error": {"code": "PermissionDenied", "message": "The principal lacks the required data action."}},
         Unauthorised, "role_missing"),
    ],
)  # fmt: skip
async def test_refused_calls(
    hosts: Hosts, status: int, body: dict[str, Any], error: type[ProviderError], code: str
) -> None:
    hosts.azure.fail("status", "POST", "/chat/completions", status=status, body=body, times=1)
    with pytest.raises(error) as told:
        await hosts.hosting().call("support-v12", "Hello?")
    assert told.value.code == code
    if code == "role_missing":
        assert GRANT.fullmatch(str(told.value.params["grant"]))
        assert told.value.params["role"] == "Cognitive Services OpenAI User"
