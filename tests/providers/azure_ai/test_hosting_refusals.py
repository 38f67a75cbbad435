"""What a creation is refused with: by the stand-in, and by words that it never says."""

import pytest

from providers.azure_ai.endpoints_refusals import failed, sharpened
from providers.errors import (
    Conflict,
    OverQuota,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
)
from tests.providers.azure_ai.hosts import FRESH, LLAMA_8B, PHI, Hosts, deployed, hosts, wanted

__all__ = ["hosts"]


async def refusal(
    hosts: Hosts, model: str, name: str = "support-v12", resource: str = "", **more: str
) -> ProviderError:
    hosting = hosts.hosting(resource) if resource else hosts.hosting()
    before = {one.name for one in await hosting.deployments()}
    with pytest.raises(ProviderError) as told:
        await hosting.apply(wanted(model, name, **more))
    assert {one.name for one in await hosting.deployments()} == before
    return told.value


async def test_a_model_is_deployed_once_in_a_project(hosts: Hosts) -> None:
    model = hosts.tuned()
    await deployed(hosts.hosting(), wanted(model, "first"))
    told = await refusal(hosts, model, "second")
    assert isinstance(told, Conflict)
    assert told.code == "already_deployed"
    assert "first" in told.answer.message


async def test_a_name_that_another_model_has_is_taken(hosts: Hosts) -> None:
    await deployed(hosts.hosting(), wanted(hosts.tuned("one"), "chat"))
    told = await refusal(hosts, hosts.tuned("two"), "chat")
    assert (type(told), told.code) == (Conflict, "name_taken")


async def test_a_model_that_was_never_made(hosts: Hosts) -> None:
    told = await refusal(hosts, hosts.tuned().replace("/support/", "/nothing/"))
    assert (told.code, told.params["deployment"]) == ("model_unknown", "support-v12")
    assert told.params["model"] == "nothing", "as people call it"


async def test_a_model_of_another_region_stays_there(hosts: Hosts) -> None:
    told = await refusal(hosts, hosts.tuned(), resource=PHI)
    assert told.code == "region_without_model"


@pytest.mark.parametrize(
    ("status", "code"), [("Suspended", "marketplace_suspended"), ("Unsubscribed", "marketplace_unsubscribed")]
)
async def test_a_subscription_that_does_not_count(hosts: Hosts, status: str, code: str) -> None:
    hosts.switch(subscriptions=status)
    assert (await refusal(hosts, hosts.tuned())).code == code


async def test_no_subscription_at_all(hosts: Hosts) -> None:
    told = await refusal(hosts, hosts.tuned(resource=FRESH), resource=FRESH)
    assert told.code == "marketplace_unsubscribed"


async def test_what_is_retired_is_not_served_any_more(hosts: Hosts) -> None:
    assert (await refusal(hosts, hosts.tuned(base=LLAMA_8B))).code == "model_retired"


async def test_an_unregistered_azure_subscription(hosts: Hosts) -> None:
    hosts.switch(network_registered=False)
    told = await refusal(hosts, hosts.tuned())
    assert (told.code, told.params["provider"]) == ("network_unregistered", "Microsoft.Network")


async def test_a_name_that_the_service_does_not_take(hosts: Hosts) -> None:
    assert (await refusal(hosts, hosts.tuned(), "1-digit-first")).code == "name_refused"


async def test_another_sku_is_refused_before_anything_is_sent(hosts: Hosts) -> None:
    told = await refusal(hosts, hosts.tuned(), sku="GlobalStandard")
    assert (told.code, told.params["sku"]) == ("sku_refused", "GlobalStandard")
    assert hosts.asked("PUT", "/support-v12") == 0


async def test_without_the_role_the_command_is_told(hosts: Hosts) -> None:
    hosts.switch(role="reader")
    told = await refusal(hosts, hosts.tuned())
    assert isinstance(told, Unauthorised)
    assert (told.code, told.params["role"]) == ("role_missing", "Azure AI Developer")


def said(status: int, message: str, code: str = "request_refused") -> ProviderError:
    """A refusal as the dialect hands it on."""
    kind = Conflict if status == 409 else Refused
    name = "conflict" if status == 409 else code
    return sharpened(
        kind(name, {"deployment": "d"}, ServiceAnswer(status=status, message=message)), {"filter": ""}
    )


@pytest.mark.parametrize(("status", "message", "error", "code"), [
    (409, "Another operation is in progress on this endpoint.", Throttled, "operation_under_way"),
    (409, "The endpoint 'd' already exists.", Conflict, "name_taken"),
    (409, "Something new.", Conflict, "name_taken"),
    (409, "Model support:1 is already deployed in this project.", Conflict, "already_deployed"),
    (400, "The maximum number of serverless endpoints has been reached.", OverQuota, "deployment_count"),
    (400, "The marketplace subscription is suspended: it could not be billed.", Conflict, "marketplace_suspended"),
    (400, "This model has been deprecated since 2025-08-30.", Refused, "model_retired"),
    (400, "Content safety cannot be turned off for this model.", Refused, "filter_unknown"),
    (400, "Serverless endpoints are not available in region 'norwayeast'.", Refused, "region_without_model"),
    (400, "The model does not exist.", Refused, "model_unknown"),
    (400, "This model cannot be used: models of this kind are not supported.", Refused, "model_not_deployable"),
    (400, "Something new.", Refused, "request_refused"),
])  # fmt: skip
def test_words_decide(status: int, message: str, error: type[ProviderError], code: str) -> None:
    told = said(status, message)
    assert (type(told), told.code) == (error, code)
    assert told.params["deployment"] == "d"
    assert told.answer.message == message


def test_what_is_told_already_stays() -> None:
    for error in (
        Unauthorised("role_missing", {}, ServiceAnswer(status=403, message="in region")),
        Throttled("throttled", {}, ServiceAnswer(status=429, message="already deployed")),
        Refused("api_version_refused", {}, ServiceAnswer(status=400, message="model not found")),
    ):
        assert sharpened(error, {}) is error


def test_an_operation_that_failed_means_what_a_refusal_would() -> None:
    assert failed("X", "The model does not exist.", {"deployment": "d"}).code == "model_unknown"
    told = failed("X", "Nobody knows.", {"deployment": "d"})
    assert (told.code, told.answer.code, told.answer.message) == ("operation_failed", "X", "Nobody knows.")
