"""What is read of accounts and locations: account, filters, rights, quota pools, models."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions
from tests.sandbox.azure_control.arm import DEV, EDGE, PROD, SUB_2, SWEDEN, Arm, train
from tests.sandbox.azure_openai.stand import running

ITALY = SWEDEN.replace("swedencentral", "italynorth")


async def _pools(arm: Arm, location: str = SWEDEN) -> dict[str, tuple[int, int]]:
    value = (await arm.get(f"{location}/usages", version="2023-05-01"))["value"]
    return {one["name"]["value"]: (one["currentValue"], one["limit"]) for one in value}


async def _model(arm: Arm, name: str, dated: str, location: str = SWEDEN, **rest: str) -> dict[str, Any]:
    value = (await arm.get(f"{location}/models", **rest))["value"]
    found = [
        one["model"] for one in value if (one["model"]["name"], one["model"]["version"]) == (name, dated)
    ]
    assert len(found) == 1
    model: dict[str, Any] = found[0]
    return model


@pytest.mark.parametrize(
    ("account", "name", "location"),
    [(PROD, "prod-swc", "swedencentral"), (DEV, "dev-eus2", "eastus2"), (EDGE, "edge-itn", "italynorth")],
)
async def test_an_account_tells_where_its_data_plane_is(
    arm: Arm, account: str, name: str, location: str
) -> None:
    found = await arm.get(account)
    assert (found["id"], found["location"], found["kind"]) == (account, location, "OpenAI")
    assert found["properties"]["provisioningState"] == "Succeeded"
    assert found["properties"]["endpoint"] == f"{arm.stand.origin}/azure/{name}/"
    files = f"{found['properties']['endpoint']}openai/files"
    answer = await arm.stand.http.get(
        files, params={"api-version": "2024-06-01"}, headers={"api-key": "sandbox-azure-key"}
    )
    assert answer.status_code == 200
    assert answer.headers["x-ms-region"].lower().replace(" ", "") == location


async def test_the_content_filters(arm: Arm) -> None:
    value = (await arm.get(f"{PROD}/raiPolicies"))["value"]
    kinds = {one["name"]: one["properties"]["type"] for one in value}
    assert kinds["Microsoft.DefaultV2"] == "SystemManaged"
    assert kinds["corp-strict"] == "UserManaged"


@pytest.mark.parametrize(("rights", "actions"), [("owner", ["*"]), ("reader", ["*/read"]), ("none", None)])
async def test_the_callers_rights(arm: Arm, rights: str, actions: list[str] | None) -> None:
    arm.stand.service.configure({"arm_rights": rights})
    path = f"{PROD}/providers/Microsoft.Authorization/permissions"
    value = (await arm.get(path, version="2022-04-01"))["value"]
    assert [one["actions"] for one in value] == ([] if actions is None else [actions])


async def test_the_pools_of_fine_tuned_models_are_their_own(arm: Arm) -> None:
    pool, plain = "OpenAI.Standard.gpt-4.1-mini-finetune", "OpenAI.Standard.gpt-4.1-mini"
    assert (await _pools(arm))[pool] == (0, 150)
    await arm.deploy("bot", capacity=7)
    await arm.deploy("early", model="ftchkpt-0", capacity=2)
    await arm.deploy("plain", model="gpt-4.1-mini", model_version=None, capacity=30)
    pools = await _pools(arm)
    assert (pools[pool], pools[plain]) == ((9, 150), (30, 240))
    assert pools["OpenAI.DeveloperTier.gpt-4.1-mini-finetune"] == (0, 250)
    assert not [name for name in await _pools(arm, ITALY) if name.endswith("-finetune")]
    elsewhere = f"/subscriptions/{SUB_2}/providers/Microsoft.CognitiveServices/locations/East US 2"
    assert (await _pools(arm, elsewhere))[pool] == (0, 150), "another subscription and region"


async def test_a_failed_or_deleted_deployment_uses_no_quota(arm: Arm) -> None:
    pool = "OpenAI.Standard.gpt-4.1-mini-finetune"
    arm.stand.service.configure({"fail_deployment": ["Broken", "It broke."]})
    await arm.put("bot", capacity=7)
    await arm.until("bot", "Failed")
    assert (await _pools(arm))[pool] == (0, 150)


async def test_limits_can_be_set_for_single_pools() -> None:
    pool = "OpenAI.GlobalStandard.gpt-4.1-mini-finetune"
    async with running(AzureOptions(speed=1000, quota={pool: 3})) as stand:
        train(stand)
        arm = Arm(stand)
        assert (await _pools(arm))[pool] == (0, 3)
        assert (await arm.put("bot", sku="GlobalStandard", capacity=4)).status_code == 400
        await arm.deploy("bot", sku="GlobalStandard", capacity=3)


async def test_models_tell_their_dates_and_what_they_cost_of_which_pool(arm: Arm) -> None:
    model = await _model(arm, "gpt-4.1-mini", "2025-04-14")
    assert model["lifecycleStatus"] == "GenerallyAvailable"
    assert model["deprecation"] == {
        "fineTune": "2027-04-14T00:00:00Z",
        "inference": "2027-10-14T00:00:00Z",
        "deprecationStatus": "Planned",
    }
    skus = {sku["name"]: sku for sku in model["skus"]}
    assert skus["Standard"]["usageName"] == "OpenAI.Standard.gpt-4.1-mini"
    assert skus["DeveloperTier"]["usageName"] == "OpenAI.DeveloperTier.gpt-4.1-mini-finetune"
    assert skus["Standard"]["deprecationDate"] == "2027-10-14T00:00:00Z"
    assert {"minimum", "maximum", "step", "default"} == set(skus["Standard"]["capacity"])
    assert model["finetuneCapabilities"] == {"chatCompletion": "true"}
    assert "finetuneCapabilities" not in await _model(arm, "gpt-4.1-mini", "2025-04-14", ITALY)
    assert (await _model(arm, "gpt-oss-20b", "1"))["format"] == "Microsoft"
    assert (await _model(arm, "gpt-4o", "2024-11-20"))["isDefaultVersion"] is True
    assert (await _model(arm, "gpt-4o", "2024-08-06"))["isDefaultVersion"] is False


async def test_a_model_passes_through_its_lifecycle(arm: Arm) -> None:
    assert (await _model(arm, "gpt-35-turbo", "0613"))["lifecycleStatus"] == "Deprecated"
    arm.stand.clock.by = datetime.fromisoformat("2027-05-01T00:00:00Z") - arm.stand.clock.now()
    arm.tokens.clear()
    mini = await _model(arm, "gpt-4.1-mini", "2025-04-14")
    assert mini["lifecycleStatus"] == "Deprecating"
    assert "finetuneCapabilities" not in mini
    assert (await arm.put("bot")).status_code == 201, "what is trained may still be deployed"
    arm.stand.clock.by += timedelta(days=200)
    arm.tokens.clear()
    assert (await _model(arm, "gpt-4.1-mini", "2025-04-14"))["lifecycleStatus"] == "Deprecated"
    early = await _model(arm, "gpt-4.1-mini", "2025-04-14", version="2023-05-01")
    assert early["lifecycleStatus"] == "GenerallyAvailable", "the first version has no other word"


async def test_capacities_of_one_model(arm: Arm) -> None:
    await arm.deploy("bot", capacity=50)
    query = {"modelFormat": "OpenAI", "modelName": "gpt-4.1-mini", "modelVersion": "2025-04-14"}
    value = (await arm.get(f"{SWEDEN}/modelCapacities", params=query))["value"]
    free = {
        one["name"]: (one["properties"]["availableCapacity"], one["properties"]["availableFinetuneCapacity"])
        for one in value
    }
    assert free == {
        "Standard": (240, 100),
        "GlobalStandard": (1000, 200),
        "DataZoneStandard": (500, 0),
        "DeveloperTier": (0, 250),
    }
    assert (await arm.get(f"{SWEDEN}/modelCapacities", params={**query, "modelFormat": "Meta"}))[
        "value"
    ] == []
