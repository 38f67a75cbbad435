"""What a training in a workspace needs beyond its data, and what the bot may do about it."""

from typing import Any

import pytest

from handlers.wording.error_tables.azure_ai_hosting import REQUIREMENTS
from providers.azure_ai.marketplace import subscription_name
from providers.azure_ai.names import BaseName
from providers.azure_ai.requirements import WorkspaceRequirements
from providers.errors import OutcomeUnknown, Refused, Unauthorised, Unsupported
from providers.hosting import Operation, OperationState
from providers.requirements import Requirement
from tests.patience import until
from tests.providers.azure_ai.hosts import (
    FRESH,
    IDENTITY,
    LLAMA,
    LLAMA_33,
    PHI,
    PHI_4,
    Hosts,
    hosts,
)

__all__ = ["hosts"]

FIREWALL = "Client address is not authorized and caller is not a trusted service."
SUBSCRIPTION = LLAMA.partition("/resourceGroups")[0]


async def needs(required: WorkspaceRequirements, model: str) -> dict[str, Requirement]:
    """What `check` tells, by id; every id that is not met has words."""
    found = {one.id: one for one in await required.check(model)}
    unmet = {one.id for one in found.values() if one.state in {"missing", "blocked"}}
    assert unmet <= set(REQUIREMENTS["en"])
    return found


async def ended(required: WorkspaceRequirements, operation: Operation) -> OperationState:
    seen: list[OperationState] = []

    async def over() -> bool:
        seen.append(await required.progress(operation))
        return seen[-1].progress != "running"

    await until(over)
    return seen[-1]


async def test_a_subscribed_llama_in_its_region_lacks_nothing(hosts: Hosts) -> None:
    found = await needs(hosts.requirements(), f"{LLAMA_33}/versions/4")
    assert {name: one.state for name, one in found.items()} == {
        "region": "met", "network_provider": "met", "marketplace": "met", "role": "met",
    }  # fmt: skip
    assert found["marketplace"].what == "Llama-3.3-70B-Instruct"


async def test_phi_needs_no_subscription(hosts: Hosts) -> None:
    found = await needs(hosts.requirements(PHI), PHI_4)
    assert "marketplace" not in found
    assert all(one.state == "met" for one in found.values())
    assert hosts.asked("GET", "/marketplaceSubscriptions") == 0
    with pytest.raises(Unsupported):
        await hosts.requirements(PHI, allow_marketplace=True).fulfil(
            Requirement(id="marketplace", state="missing", purchase=True), PHI_4, {}
        )
    assert hosts.workspace(PHI).subscriptions == {}


async def test_a_model_of_another_region_is_told_with_the_regions_that_train_it(hosts: Hosts) -> None:
    found = (await needs(hosts.requirements(PHI), LLAMA_33))["region"]
    assert found.state == "missing"
    assert (found.params["region"], found.params["regions"]) == ("East US 2", "West US 3")


async def test_an_unknown_model_is_tried(hosts: Hosts) -> None:
    found = await needs(hosts.requirements(PHI), "azureml://registries/azureml/models/Phi-9-next")
    assert found["region"].state == "unknown"


async def test_an_unregistered_subscription_is_told_with_its_command(hosts: Hosts) -> None:
    hosts.switch(network_registered=False)
    found = (await needs(hosts.requirements(), LLAMA_33))["network_provider"]
    assert (found.state, found.fulfillable) == ("missing", False)
    assert found.grants == (
        "az provider register --namespace Microsoft.Network --subscription 00000000-0000-4000-8000-000000000001",
    )


async def test_a_missing_role_is_told_with_its_command(hosts: Hosts) -> None:
    hosts.switch(role="reader")
    found = (await needs(hosts.requirements(), LLAMA_33))["role"]
    assert (found.state, found.what) == ("missing", "Azure AI Developer")
    assert found.grants == (
        f'az role assignment create --assignee "{IDENTITY}" --role "Azure AI Developer" --scope "{LLAMA}"',
    )


async def test_without_leave_in_the_configuration_nothing_is_bought(hosts: Hosts) -> None:
    required = hosts.requirements(FRESH)
    found = (await needs(required, LLAMA_33))["marketplace"]
    assert (found.state, found.purchase, found.fulfillable) == ("missing", True, False)
    assert f"Microsoft.SaaS/register/action @ {SUBSCRIPTION}" in found.grants
    with pytest.raises(Unsupported) as told:
        await required.fulfil(found, LLAMA_33, {})
    assert told.value.code == "requirement_not_fulfillable"
    assert hosts.asked("PUT", subscription_path()) == 0


async def test_with_leave_and_rights_it_is_bought_once(hosts: Hosts) -> None:
    required = hosts.requirements(FRESH, allow_marketplace=True)
    found = (await needs(required, LLAMA_33))["marketplace"]
    assert (found.state, found.purchase, found.fulfillable) == ("missing", True, True)
    operation = await required.fulfil(found, f"{LLAMA_33}/versions/4", {"tunesmith": "J1"})
    assert (await ended(required, operation)).progress == "succeeded"
    assert (await needs(required, LLAMA_33))["marketplace"].state == "met"
    again = await required.fulfil(found, LLAMA_33, {})
    assert again.state is None
    assert hosts.asked("PUT", subscription_path()) == 1
    made = [one for one in hosts.workspace(FRESH).subscriptions.values() if one.model.uri == LLAMA_33]
    assert [one.model_id for one in made] == [LLAMA_33], "without its version"


async def test_what_is_being_bought_is_waited_for_and_not_bought_again(hosts: Hosts) -> None:
    hosts.switch(speed=0.001)
    required = hosts.requirements(FRESH, allow_marketplace=True)
    await required.fulfil(Requirement(id="marketplace", state="missing", purchase=True), LLAMA_33, {})
    found = (await needs(required, LLAMA_33))["marketplace"]
    assert (found.state, found.purchase, found.fulfillable) == ("missing", False, True)
    waiting = await required.fulfil(found, LLAMA_33, {})
    assert (await required.progress(waiting)).progress == "running"
    assert hosts.asked("PUT", subscription_path()) == 1
    elsewhere = hosts.requirements(FRESH)
    assert (await elsewhere.fulfil(found, LLAMA_33, {})).state is not None, "waiting buys nothing"
    assert hosts.asked("PUT", subscription_path()) == 1


async def test_what_was_waited_for_is_not_bought_when_it_is_gone(hosts: Hosts) -> None:
    required = hosts.requirements(FRESH, allow_marketplace=True)
    coming = Requirement(id="marketplace", state="missing", purchase=False, fulfillable=True)
    with pytest.raises(Unsupported) as told:
        await required.fulfil(coming, LLAMA_33, {})
    assert told.value.code == "requirement_not_fulfillable"
    assert hosts.asked("PUT", subscription_path()) == 0, "nobody approved it"


async def test_without_the_rights_nobody_tries_and_the_rights_are_told(hosts: Hosts) -> None:
    hosts.switch(marketplace_rights=False)
    required = hosts.requirements(FRESH, allow_marketplace=True)
    found = (await needs(required, LLAMA_33))["marketplace"]
    assert (found.fulfillable, len(found.grants)) == (False, 11)
    with pytest.raises(Unauthorised) as told:
        await required.fulfil(found, LLAMA_33, {})
    assert told.value.code == "role_missing"
    assert str(told.value.params["grants"]).splitlines() == list(found.grants)


@pytest.mark.parametrize(("status", "id_", "state", "fulfillable"), [
    ("Suspended", "marketplace_suspended", "blocked", False),
    ("Unsubscribed", "marketplace", "missing", True),
])  # fmt: skip
async def test_the_states_of_a_subscription(
    hosts: Hosts, status: str, id_: str, state: str, fulfillable: bool
) -> None:
    hosts.switch(subscriptions=status)
    required = hosts.requirements(allow_marketplace=True)
    found = (await needs(required, LLAMA_33))[id_]
    assert (found.state, found.fulfillable, found.params["status"]) == (state, fulfillable, status)
    assert found.params["subscription"] == "llama-3-3-70b-instruct"
    assert found.params["offer"] == "metagenai/llama-3-3-70b-instruct-offer"


async def test_a_suspended_subscription_is_not_bought_again(hosts: Hosts) -> None:
    hosts.switch(subscriptions="Suspended")
    required = hosts.requirements(allow_marketplace=True)
    with pytest.raises(Unsupported):
        await required.fulfil(Requirement(id="marketplace", state="missing", purchase=True), LLAMA_33, {})


async def test_a_purchase_without_an_answer_is_told_by_the_check(hosts: Hosts) -> None:
    required = hosts.requirements(FRESH, allow_marketplace=True)
    hosts.fail("lost_answer", "PUT", "/marketplaceSubscriptions/", times=1)
    with pytest.raises(OutcomeUnknown):
        await required.fulfil(Requirement(id="marketplace", state="missing", purchase=True), LLAMA_33, {})
    assert hosts.asked("PUT", subscription_path()) == 1

    async def met() -> bool:
        return (await needs(required, LLAMA_33))["marketplace"].state == "met"

    await until(met)


async def test_what_cannot_be_read_is_unknown_and_tried(hosts: Hosts) -> None:
    for path in ("/marketplaceSubscriptions", "/permissions", "/providers/Microsoft.Network"):
        body = {
            "error": {"code": "AuthorizationFailed", "message": "The client does not have authorization."}
        }
        hosts.fail("status", "GET", path, status=403, body=body, times=0)
    found = await needs(hosts.requirements(allow_marketplace=True), LLAMA_33)
    assert {name: one.state for name, one in found.items()} == {
        "region": "met", "network_provider": "unknown", "marketplace": "unknown", "role": "unknown",
    }  # fmt: skip


async def test_a_refused_purchase_tells_the_services_words(hosts: Hosts) -> None:
    hosts.fail(
        "status", "PUT", "/marketplaceSubscriptions/", status=400, times=1,
        body={"error": {"code": "UserError", "message": "Offers are not sold in this billing country."}},
    )  # fmt: skip
    with pytest.raises(Refused) as told:
        await hosts.requirements(FRESH, allow_marketplace=True).fulfil(
            Requirement(id="marketplace", state="missing", purchase=True), LLAMA_33, {}
        )
    assert told.value.code == "marketplace_refused"
    assert "billing country" in told.value.answer.message


@pytest.mark.parametrize("id_", ["region", "network_provider", "role", "marketplace_suspended"])
async def test_nothing_else_is_brought_about(hosts: Hosts, id_: Any) -> None:
    with pytest.raises(Unsupported):
        await hosts.requirements(FRESH, allow_marketplace=True).fulfil(
            Requirement(id=id_, state="missing", fulfillable=True), LLAMA_33, {}
        )


async def test_what_depends_on_no_model(hosts: Hosts) -> None:
    """Nothing about regions and offers, and the vault only where keys are to be put into one."""
    plain = await hosts.requirements().standing()
    assert [(one.id, one.state) for one in plain] == [("network_provider", "met"), ("role", "met")]
    vault = f"{hosts.url}/ml/vault/kv-llama"
    assert (await hosts.requirements(key_vault=vault).standing())[-1].state == "met"
    hosts.switch(vault_rights=False)
    (refused,) = (await hosts.requirements(key_vault=vault).standing())[2:]
    assert (refused.id, refused.state, refused.what) == ("key_vault", "missing", "kv-llama")
    assert "Key Vault Secrets Officer" in refused.grants[0]
    assert hosts.asked("PUT", "") == 0, "looking writes nothing"


@pytest.mark.parametrize(
    ("status", "body", "id_", "state"),
    [
        (403, {"error": {"code": "Forbidden", "message": FIREWALL}}, "key_vault_network", "blocked"),
        (404, {"error": {"code": "VaultNotFound", "message": "none"}}, "key_vault_unknown", "missing"),
        (400, {"error": {"code": "BadParameter", "message": "odd"}}, "key_vault", "unknown"),
    ],
)  # fmt: skip
async def test_what_a_vault_may_answer(
    hosts: Hosts, status: int, body: dict[str, Any], id_: str, state: str
) -> None:
    hosts.fail("status", "GET", "/secrets", status=status, body=body, times=0)
    found = await hosts.requirements(key_vault=f"{hosts.url}/ml/vault/kv-llama").standing()
    assert (found[-1].id, found[-1].state) == (id_, state)
    assert id_ in REQUIREMENTS["en"]


def subscription_path(model: str = LLAMA_33) -> str:
    name = subscription_name(BaseName("azureml-meta", model.rpartition("/")[2]))
    return f"/marketplaceSubscriptions/{name}"
