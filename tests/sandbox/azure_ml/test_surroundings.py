"""Subscriptions of the Marketplace, datastores and data, Key Vault, rights, the workspace (contract 1, 3, 5, 7)."""

from typing import Any

import pytest

from sandbox.azure_ml import Switches
from tests.patience import until
from tests.sandbox.azure_ml.stand import (
    LLAMA,
    LLAMA_33,
    ML,
    PHI,
    VAULT,
    Stand,
    conversations,
)

PHI_4 = "azureml://registries/azureml/models/Phi-4"
SECRET = "/ml/vault/kv-llama/secrets/bot-key"


def _subscription(model_id: str) -> dict[str, Any]:
    return {"properties": {"modelId": model_id}}


async def test_subscribing_and_leaving(unsubscribed: Stand) -> None:
    stand = unsubscribed
    assert (await stand.get("/marketplaceSubscriptions"))["value"] == []
    stand.service.configure({"speed": 10})
    path = "/marketplaceSubscriptions/llama-33"
    made = await stand.ask("PUT", path, json=_subscription(LLAMA_33))
    assert made.status_code == 201
    assert made.json()["properties"]["provisioningState"] == "Creating"

    async def live() -> bool:
        shown = (await stand.get(path))["properties"]
        return bool(shown["provisioningState"] == "Succeeded")

    await until(live)
    assert (await stand.get(path))["properties"]["marketplaceSubscriptionStatus"] == "Subscribed"
    assert (await stand.get(made.headers["Azure-AsyncOperation"], at=None))["status"] == "Succeeded"
    assert (await stand.ask("PUT", path, json=_subscription(LLAMA_33))).status_code == 200
    twice = await stand.ask("PUT", "/marketplaceSubscriptions/other", json=_subscription(LLAMA_33))
    assert twice.status_code == 409
    assert len((await stand.get("/marketplaceSubscriptions"))["value"]) == 1
    assert (await stand.ask("DELETE", path)).status_code == 202

    async def gone() -> bool:
        return (await stand.ask("DELETE", path)).status_code == 204

    await until(gone)


@pytest.mark.parametrize(
    ("model_id", "switches", "status"),
    [
        (f"{LLAMA_33}/versions/1", {}, 400),
        (PHI_4, {}, 400),
        ("azureml://registries/azureml-meta/models/None", {}, 400),
        ("", {}, 400),
        (LLAMA_33, {"marketplace_rights": False}, 403),
        (LLAMA_33, {"role": "reader"}, 403),
    ],
)
async def test_what_subscribing_refuses(
    unsubscribed: Stand, model_id: str, switches: dict[str, Any], status: int
) -> None:
    unsubscribed.service.configure(switches)
    answer = await unsubscribed.ask("PUT", "/marketplaceSubscriptions/x", json=_subscription(model_id))
    assert answer.status_code == status, answer.text


async def test_secrets_of_datastores(stand: Stand) -> None:
    default = await stand.get("/datastores", params={"isDefault": "true"})
    assert [one["name"] for one in default["value"]] == ["workspaceblobstore"]
    assert "sasToken" not in str(default)
    path = "/datastores/workspaceblobstore/listSecrets"
    wanted = {"expirableSecret": True, "expireAfterHours": 1}
    answer = (await stand.ask("POST", path, json=wanted)).json()
    assert answer["secretsType"] == "Sas"
    assert (await stand.ask("POST", path, version="2023-04-01-preview")).status_code == 200
    assert (await stand.ask("POST", path, json={"expireAfterHours": 0})).status_code == 400
    none = await stand.ask("POST", path, at=PHI, json=wanted)
    assert none.status_code == 400
    stand.service.configure({"role": "scientist"})
    assert (await stand.ask("POST", path, json=wanted)).status_code == 403


async def test_a_store_without_an_identity_is_mended_by_a_put(stand: Stand) -> None:
    path = "/datastores/workspaceblobstore"
    shown = await stand.get(path, at=PHI)
    body = {"properties": {**shown["properties"], "serviceDataAccessAuthIdentity": "None"}}
    assert (await stand.ask("PUT", path, at=PHI, json=body)).status_code == 200
    uri = await stand.upload(conversations(20), at=PHI)
    await stand.create(uri, at=PHI)
    await stand.until("ft-1", "Failed", at=PHI)
    body["properties"]["serviceDataAccessAuthIdentity"] = "WorkspaceSystemAssignedIdentity"
    params = {"skipValidation": "true"}
    assert (await stand.ask("PUT", path, at=PHI, json=body, params=params)).status_code == 200
    await stand.create(uri, "ft-2", at=PHI)
    await stand.until("ft-2", "Completed", at=PHI)


async def test_versions_of_data_are_immutable_and_can_be_trained_on(stand: Stand) -> None:
    uri = await stand.upload(conversations(20))
    path = "/data/support/versions/1"
    body = {"properties": {"dataType": "uri_file", "dataUri": uri, "isAnonymous": False, "tags": {}}}
    made = await stand.ask("PUT", path, json=body)
    assert made.status_code == 201
    assert (await stand.ask("PUT", path, json=body)).status_code == 200
    body["properties"]["dataUri"] = uri.replace("train", "other")
    assert (await stand.ask("PUT", path, json=body)).status_code == 409
    assert [one["name"] for one in (await stand.get("/data/support/versions"))["value"]] == ["1"]
    assert [one["name"] for one in (await stand.get("/data"))["value"]] == ["support"]
    await stand.create(made.json()["id"])
    await stand.until("ft-1", "Completed")
    assert (await stand.ask("DELETE", path)).status_code == 200
    assert (await stand.ask("GET", path)).status_code == 404


async def test_secrets_of_the_vault(stand: Stand) -> None:
    headers = {"Authorization": f"Bearer {await stand.token(VAULT)}"}
    params = {"api-version": "7.4"}
    put = await stand.http.put(SECRET, params=params, headers=headers, json={"value": "k-1"})
    assert put.status_code == 200
    await stand.http.put(SECRET, params=params, headers=headers, json={"value": "k-2"})
    newest = await stand.http.get(SECRET, params=params, headers=headers)
    assert newest.json()["value"] == "k-2"
    first = put.json()["id"].removeprefix(stand.origin)
    assert (await stand.http.get(first, params=params, headers=headers)).json()["value"] == "k-1"
    refused = await stand.http.get(SECRET, params=params)
    assert refused.status_code == 401
    assert 'resource="https://vault.azure.net"' in refused.headers["WWW-Authenticate"]
    other = {"Authorization": f"Bearer {await stand.token(ML)}"}
    assert (await stand.http.get(SECRET, params=params, headers=other)).status_code == 401
    assert (await stand.http.get(SECRET, headers=headers)).status_code == 400
    odd = await stand.http.put(
        "/ml/vault/kv-llama/secrets/a_b", params=params, headers=headers, json={"value": "x"}
    )
    assert odd.status_code == 400
    listed = await stand.http.get(
        "/ml/vault/kv-llama/secrets", params={**params, "maxresults": "1"}, headers=headers
    )
    (row,) = listed.json()["value"]
    assert row["id"].endswith("/secrets/bot-key")
    assert "value" not in row, "a list tells names, never secrets"
    many = await stand.http.get(
        "/ml/vault/kv-llama/secrets", params={**params, "maxresults": "26"}, headers=headers
    )
    assert many.status_code == 400
    absent = await stand.http.get("/ml/vault/kv-llama/secrets/no", params=params, headers=headers)
    assert absent.status_code == 404
    stand.service.configure({"vault_rights": False})
    forbidden = await stand.http.put(SECRET, params=params, headers=headers, json={"value": "k"})
    assert forbidden.status_code == 403
    assert forbidden.json()["error"]["innererror"]["code"] == "ForbiddenByRbac"


async def test_the_workspace_and_where_its_region_is(stand: Stand) -> None:
    properties = (await stand.get(""))["properties"]
    assert properties["workspaceId"] == LLAMA.workspace_id
    found = (await stand.http.get(properties["discoveryUrl"])).json()
    assert found["api"] == f"{stand.origin}/ml/api/westus3"
    run = "/history/v1.0{ws}/runs/none"
    assert (await stand.region("GET", run)).status_code == 404
    assert (await stand.region("GET", run, headers={})).status_code == 401
    wrong = {"Authorization": f"Bearer {await stand.token(VAULT)}"}
    assert (await stand.region("GET", run, headers=wrong)).status_code == 401
    stand.service.configure({"role": "none"})
    assert (await stand.region("GET", run)).status_code == 403


async def test_registration_and_permissions(stand: Stand) -> None:
    provider = f"/subscriptions/{LLAMA.subscription_id}/providers/Microsoft.Network"
    stand.service.configure({"network_registered": False})
    shown = await stand.get(provider, at=None, version="2021-04-01")
    assert shown["registrationState"] == "NotRegistered"
    registered = await stand.ask("POST", f"{provider}/register", at=None, version="2021-04-01")
    assert registered.json()["registrationState"] == "Registered"
    permissions = "/providers/Microsoft.Authorization/permissions"
    owner = (await stand.get(permissions, version="2022-04-01"))["value"]
    assert owner[0]["actions"] == ["*"]
    stand.service.configure({"marketplace_rights": False})
    less = (await stand.get(permissions, version="2022-04-01"))["value"]
    assert "Microsoft.SaaS/*" in less[0]["notActions"]
    stand.service.configure({"role": "none"})
    assert (await stand.get(permissions, version="2022-04-01"))["value"] == []


async def test_addresses_that_lead_nowhere(stand: Stand) -> None:
    elsewhere = LLAMA.id.replace("llama-wus3", "other")
    answer = await stand.ask("GET", elsewhere, at=None)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")
    group = LLAMA.id.replace("rg-ai", "rg-none")
    assert (await stand.ask("GET", group, at=None)).json()["error"]["code"] == "ResourceGroupNotFound"
    upper = await stand.ask("GET", LLAMA.id.upper(), at=None)
    assert upper.status_code == 200
    assert (await stand.ask("GET", "", headers={})).json()["error"]["code"] == "AuthenticationFailed"


def test_switches_are_checked_before_any_is_set() -> None:

    switches = Switches()
    wrong: list[dict[str, Any]] = [
        {"speed": 0},
        {"speed": 2, "role": "king"},
        {"hold_queued": 1},
        {"fail_job": ["x"]},
        {"nothing": True},
        {"unknown_status": ""},
        {"retires": "soon"},
        {"retires": 2030},
    ]
    for changes in wrong:
        with pytest.raises(ValueError, match=list(changes)[-1]):
            switches.configure(changes)
    assert switches == Switches()


async def test_the_registry_tells_versions_and_how_long_a_model_is_trained(stand: Stand) -> None:
    headers = {"Authorization": f"Bearer {await stand.token(ML)}"}
    api = "/ml/api/eastus2"
    place = (
        await stand.http.get(f"{api}/registrymanagement/v1.0/registries/azureml/discovery", headers=headers)
    ).json()
    front = (
        f"{place['primaryRegionResourceProviderUri']}mferp/managementfrontend/subscriptions/"
        f"{place['subscriptionId']}/resourceGroups/{place['resourceGroup']}/providers/"
        "Microsoft.MachineLearningServices/registries/azureml/models"
    )
    version = {"api-version": "2021-10-01-dataplanepreview"}
    old = f"{front}/Phi-3-mini-4k-instruct/versions"
    told = (await stand.http.get(old, params=version, headers=headers)).json()["value"]
    assert [one["properties"]["tags"]["finetuneRetirementDate"] for one in told] == ["2025-08-30"]
    meta = front.replace("registries/azureml/", "registries/azureml-meta/")
    small = f"{meta}/Meta-Llama-3.1-8B-Instruct/versions"
    (ended,) = (await stand.http.get(small, params=version, headers=headers)).json()["value"]
    assert ended["properties"]["tags"]["finetuneRetirementDate"] == "2026-06-13"
    one = await stand.http.get(f"{old}/{told[0]['name']}", params=version, headers=headers)
    assert one.json() == told[0]
    assert (await stand.http.get(old, headers=headers)).status_code == 400
    assert (await stand.http.get(old, params=version)).status_code == 401
    gone = await stand.http.get(f"{front}/None/versions", params=version, headers=headers)
    assert gone.status_code == 404
