"""Serverless endpoints and what they answer; deleting models (contract 2, 4)."""

from typing import Any

import httpx
import pytest

from sandbox.azure_ml import MlOptions
from tests.patience import until
from tests.sandbox.azure_ml.stand import LLAMA, LLAMA_33, PHI, Stand, endpoint_body, running

CATALOGUE = "azureml://registries/azureml/models/Phi-4-mini-instruct"
RETIRED = "azureml://registries/azureml-meta/models/Meta-Llama-3.1-8B-Instruct"


async def _online(stand: Stand, name: str = "bot", at: Any = LLAMA) -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        one: dict[str, Any] = await stand.get(f"/serverlessEndpoints/{name}", at=at)
        return one if one["properties"]["endpointState"] == "Online" else None

    found: dict[str, Any] = await until(there)
    return found


async def _deploy(stand: Stand, model_id: str, name: str = "bot") -> dict[str, Any]:
    made = await stand.ask("PUT", f"/serverlessEndpoints/{name}", json=endpoint_body(model_id))
    assert made.status_code == 201, made.text
    return await _online(stand, name)


async def _call(stand: Stand, endpoint: dict[str, Any], authorization: str, **body: Any) -> httpx.Response:
    uri = endpoint["properties"]["inferenceEndpoint"]["uri"]
    sent = {"messages": [{"role": "user", "content": "Is it 3?"}], "max_tokens": 8, "seed": 1, **body}
    return await stand.http.post(
        f"{uri}/v1/chat/completions", json=sent, headers={"Authorization": authorization}
    )


async def test_a_tuned_model_is_served_and_stands_in_the_way_of_its_deletion(stand: Stand) -> None:
    model_id = await stand.trained()
    stand.service.configure({"speed": 5})
    body = endpoint_body(model_id)
    made = await stand.ask("PUT", "/serverlessEndpoints/bot", json=body)
    assert made.status_code == 201
    assert made.json()["properties"]["provisioningState"] == "Creating"
    assert "inferenceEndpoint" not in made.json()["properties"]
    status = await stand.get(made.headers["Azure-AsyncOperation"], at=None)
    assert status["status"] == "InProgress"
    endpoint = await _online(stand)
    status = await stand.get(made.headers["Azure-AsyncOperation"], at=None)
    assert status["status"] == "Succeeded"
    assert endpoint["properties"]["contentSafety"] == {"contentSafetyStatus": "Enabled"}
    assert endpoint["sku"]["name"] == "Consumption"
    second = await stand.ask("PUT", "/serverlessEndpoints/again", json=body)
    assert second.status_code == 409
    assert (await stand.ask("PUT", "/serverlessEndpoints/bot", json=body)).status_code == 200
    used = await stand.ask("DELETE", "/models/support/versions/1")
    assert used.status_code == 409
    assert "Delete the deployment first" in used.json()["error"]["message"]
    deleted = await stand.ask("DELETE", "/serverlessEndpoints/bot")
    assert deleted.status_code == 202

    async def gone() -> bool:
        return (await stand.ask("GET", "/serverlessEndpoints/bot")).status_code == 404

    await until(gone)
    assert (await stand.ask("GET", deleted.headers["Location"], at=None)).status_code == 200
    assert (await stand.ask("DELETE", "/serverlessEndpoints/bot")).status_code == 204
    assert (await stand.ask("DELETE", "/models/support/versions/1")).status_code == 200
    assert (await stand.ask("DELETE", "/models/support/versions/1")).status_code == 204


async def test_keys_open_it_in_both_spellings_until_they_are_changed(stand: Stand) -> None:
    endpoint = await _deploy(stand, await stand.trained())
    keys = (await stand.ask("POST", "/serverlessEndpoints/bot/listKeys")).json()
    for spelling in (keys["primaryKey"], f"Bearer {keys['secondaryKey']}"):
        answer = await _call(stand, endpoint, spelling)
        assert answer.status_code == 200, answer.text
        assert answer.json()["choices"][0]["message"]["role"] == "assistant"
    changed = await stand.ask("POST", "/serverlessEndpoints/bot/regenerateKeys", json={"keyType": "Primary"})
    assert changed.json()["secondaryKey"] == keys["secondaryKey"]
    assert (await _call(stand, endpoint, keys["primaryKey"])).status_code == 401
    assert (await _call(stand, endpoint, changed.json()["primaryKey"])).status_code == 200
    assert (await _call(stand, endpoint, "")).status_code == 401
    assert (await _call(stand, endpoint, keys["secondaryKey"], messages=[])).status_code == 400


async def test_it_answers_in_the_words_of_its_training(stand: Stand) -> None:
    details = {"hyperParameters": {"num_train_epochs": "20", "learning_rate": "0.00004"}}
    endpoint = await _deploy(stand, await stand.trained(details=details))
    key = (await stand.ask("POST", "/serverlessEndpoints/bot/listKeys")).json()["primaryKey"]
    answer = await _call(stand, endpoint, key, temperature=0, max_tokens=16)
    assert answer.json()["choices"][0]["message"]["content"].startswith("Yes, of course")


async def test_without_a_live_subscription_it_is_suspended(stand: Stand) -> None:
    endpoint = await _deploy(stand, LLAMA_33)
    key = (await stand.ask("POST", "/serverlessEndpoints/bot/listKeys")).json()["primaryKey"]
    stand.service.configure({"subscriptions": "Suspended"})
    shown = await stand.get("/serverlessEndpoints/bot")
    assert shown["properties"]["endpointState"] == "Suspended"
    assert (await _call(stand, endpoint, key)).status_code == 403


async def test_the_minute_has_a_limit() -> None:
    async with running(MlOptions(speed=1000, requests_per_minute=2)) as stand:
        endpoint = await _deploy(stand, CATALOGUE)
        key = (await stand.ask("POST", "/serverlessEndpoints/bot/listKeys")).json()["primaryKey"]
        statuses = [(await _call(stand, endpoint, key)).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]


async def test_a_creation_can_fail(stand: Stand) -> None:
    stand.service.configure({"fail_endpoint": ["OutOfCapacity", "There is no room."]})
    made = await stand.ask("PUT", "/serverlessEndpoints/bot", json=endpoint_body(CATALOGUE))

    async def failed() -> dict[str, Any] | None:
        one: dict[str, Any] = await stand.get(made.headers["Azure-AsyncOperation"], at=None)
        return one if one["status"] == "Failed" else None

    assert (await until(failed))["error"]["message"] == "There is no room."
    properties = (await stand.get("/serverlessEndpoints/bot"))["properties"]
    assert (properties["provisioningState"], properties["endpointState"]) == ("Failed", "CreationFailed")


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("bot", endpoint_body(f"{CATALOGUE}/versions/1"), 400),
        ("bot", endpoint_body("azureml://registries/azureml/models/None"), 400),
        ("bot", endpoint_body(RETIRED), 400),
        ("bot", endpoint_body(CATALOGUE, "eastus2"), 400),
        ("bot", endpoint_body(CATALOGUE, authMode="AAD"), 400),
        ("bot", endpoint_body(CATALOGUE, authMode=None), 400),
        ("bot", endpoint_body(CATALOGUE, contentSafety={"contentSafetyStatus": "Off"}), 400),
        ("bot", {**endpoint_body(CATALOGUE), "sku": {"name": "GlobalStandard"}}, 400),
        ("1bot", endpoint_body(CATALOGUE), 400),
        ("b" * 53, endpoint_body(CATALOGUE), 400),
        ("my_bot", endpoint_body(CATALOGUE), 400),
    ],
)
async def test_what_a_put_refuses(stand: Stand, name: str, body: dict[str, Any], status: int) -> None:
    answer = await stand.ask("PUT", f"/serverlessEndpoints/{name}", json=body)
    assert answer.status_code == status, answer.text
    assert (await stand.get("/serverlessEndpoints"))["value"] == []


async def test_without_any_subscription_nothing_that_is_sold_is_served(unsubscribed: Stand) -> None:
    answer = await unsubscribed.ask("PUT", "/serverlessEndpoints/bot", json=endpoint_body(LLAMA_33))
    assert answer.status_code == 400
    assert "requires a Marketplace subscription" in answer.json()["error"]["message"]


async def test_a_retired_model_is_not_served(stand: Stand) -> None:
    bought = {"properties": {"modelId": RETIRED}}
    assert (await stand.ask("PUT", "/marketplaceSubscriptions/m", json=bought)).status_code == 201
    answer = await stand.ask("PUT", "/serverlessEndpoints/bot", json=endpoint_body(RETIRED))
    assert answer.status_code == 400
    assert "is retired" in answer.json()["error"]["message"]


async def test_content_safety_can_be_left_out_where_there_is_any(stand: Stand) -> None:
    off = endpoint_body(CATALOGUE, contentSafety={"contentSafetyStatus": "Disabled"})
    old = await stand.ask("PUT", "/serverlessEndpoints/bot", version="2024-01-01-preview", json=off)
    assert old.status_code == 400
    assert (await stand.ask("PUT", "/serverlessEndpoints/bot", json=off)).status_code == 201
    shown = await stand.get("/serverlessEndpoints/bot")
    assert shown["properties"]["contentSafety"] == {"contentSafetyStatus": "Disabled"}
    before = await stand.ask("GET", "/serverlessEndpoints/bot", version="2023-04-01-preview")
    assert before.json()["error"]["code"] == "NoRegisteredProviderFound"
    status = "/serverlessEndpoints/bot/getStatus"
    assert (await stand.ask("POST", status)).json()["error"]["code"] == "NoRegisteredProviderFound"
    assert (await stand.ask("POST", status, version="2024-01-01-preview")).status_code == 200


async def test_a_model_of_another_region_stays_there(stand: Stand) -> None:
    model_id = await stand.trained(at=PHI)
    answer = await stand.ask("PUT", "/serverlessEndpoints/bot", json=endpoint_body(model_id))
    assert answer.status_code == 400
    assert "eastus2" in answer.json()["error"]["message"]
