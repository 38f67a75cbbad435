"""The official `azure-mgmt-cognitiveservices` with a managed identity, against the stand-in."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.identity.aio import ManagedIdentityCredential
from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.models import (
    Deployment,
    DeploymentModel,
    DeploymentProperties,
    PatchResourceTagsAndSku,
    Sku,
)

from tests.sandbox.azure_control.arm import AUDIENCE, DEV, PROD, SUB_1, SUB_2, TUNED, Arm

PLACE = ("rg-ml", "prod-swc")


class _OnPlainHttp(SansIOHTTPPolicy[Any, Any]):
    """The bearer token, which the client's own policy refuses to send without TLS."""

    def __init__(self, credential: AsyncTokenCredential) -> None:
        self._credential = credential

    async def on_request(self, request: PipelineRequest[Any]) -> None:
        token = await self._credential.get_token(f"{AUDIENCE}/.default")
        request.http_request.headers["Authorization"] = f"Bearer {token.token}"


class _Stranger(AsyncTokenCredential):
    """Somebody whom the directory does not know."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken("sandbox-entra-unknown", 2**33)

    async def close(self) -> None:
        return

    async def __aexit__(self, *_: object) -> None:
        return


def _client(
    arm: Arm, credential: AsyncTokenCredential, subscription: str = SUB_1
) -> CognitiveServicesManagementClient:
    return CognitiveServicesManagementClient(
        credential,
        subscription,
        base_url=f"{arm.stand.origin}/arm",
        authentication_policy=_OnPlainHttp(credential),
        polling_interval=0.01,
        retry_total=0,
    )


@pytest.fixture
async def credential(arm: Arm, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ManagedIdentityCredential]:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{arm.stand.origin}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", "sandbox-identity-header")
    async with ManagedIdentityCredential() as opened:
        yield opened


@pytest.fixture
async def client(
    arm: Arm, credential: ManagedIdentityCredential
) -> AsyncIterator[CognitiveServicesManagementClient]:
    async with _client(arm, credential) as opened:
        yield opened


def _deployment(model: str = TUNED, capacity: int = 1, **more: Any) -> Deployment:
    properties = DeploymentProperties(
        model=DeploymentModel(format="OpenAI", name=model, version="1", source=more.pop("source", None))
    )
    return Deployment(
        sku=Sku(name=more.pop("sku", "Standard"), capacity=capacity), properties=properties, **more
    )


async def test_a_trained_model_from_its_job_to_its_deletion(
    arm: Arm, client: CognitiveServicesManagementClient
) -> None:
    stand = arm.stand
    job = await stand.create(await stand.sample("support_train.jsonl"), trainingType="GlobalStandard")
    model = (await stand.until(job["id"], "succeeded"))["fine_tuned_model"]
    poller = await client.deployments.begin_create_or_update(
        *PLACE, "bot", _deployment(model, 3, sku="GlobalStandard", tags={"request": "A7"})
    )
    made = await poller.result()
    assert made.properties is not None
    assert made.properties.provisioning_state == "Succeeded"
    assert made.system_data is not None
    assert made.system_data.created_by_type == "Application"
    assert made.system_data.created_at is not None
    assert made.system_data.created_at.tzinfo is not None
    found = await client.deployments.get(*PLACE, "bot")
    assert (found.id, found.tags) == (f"{PROD}/deployments/bot", {"request": "A7"})
    assert [one.name async for one in client.deployments.list(*PLACE)] == ["bot"]
    changing = await client.deployments.begin_update(
        *PLACE, "bot", PatchResourceTagsAndSku(sku=Sku(name="GlobalStandard", capacity=4))
    )
    changed = await changing.result()
    assert changed.sku is not None
    assert changed.sku.capacity == 4
    usages = {
        usage.name.value: usage.current_value
        async for usage in client.usages.list("swedencentral")
        if usage.name is not None
    }
    assert usages["OpenAI.GlobalStandard.gpt-4.1-mini-finetune"] == 4
    skus = [sku.sku.name async for sku in client.deployments.list_skus(*PLACE, "bot") if sku.sku is not None]
    assert "DeveloperTier" in skus
    deleting = await client.deployments.begin_delete(*PLACE, "bot")
    await deleting.result()
    with pytest.raises(ResourceNotFoundError):
        await client.deployments.get(*PLACE, "bot")
    await (await client.deployments.begin_delete(*PLACE, "bot")).result()


async def test_models_filters_and_the_account(client: CognitiveServicesManagementClient) -> None:
    models = [
        one.model
        async for one in client.models.list("swedencentral")
        if one.model and one.model.name == "gpt-4.1"
    ]
    assert [
        (model.deprecation.inference, model.lifecycle_status) for model in models if model.deprecation
    ] == [("2027-10-14T00:00:00Z", "GenerallyAvailable")]
    assert models[0].skus is not None
    assert models[0].skus[0].deprecation_date is not None
    assert "corp-strict" in [one.name async for one in client.rai_policies.list(*PLACE)]
    assert (await client.accounts.get(*PLACE)).location == "swedencentral"
    left = [
        one.properties.available_finetune_capacity
        async for one in client.location_based_model_capacities.list(
            "swedencentral", "OpenAI", "gpt-4.1", "2025-04-14"
        )
        if one.properties is not None
    ]
    assert left == [150, 200, 100, 250]


async def test_refusals_are_the_clients_errors(
    arm: Arm, credential: ManagedIdentityCredential, client: CognitiveServicesManagementClient
) -> None:
    with pytest.raises(HttpResponseError) as quota:
        await client.deployments.begin_create_or_update(*PLACE, "bot", _deployment(capacity=500))
    assert quota.value.error is not None
    assert quota.value.error.code == "InsufficientQuota"
    await (await client.deployments.begin_create_or_update(*PLACE, "bot", _deployment())).result()
    with pytest.raises(ResourceExistsError):
        await client.deployments.begin_create_or_update(*PLACE, "again", _deployment())
    async with _client(arm, _Stranger()) as stranger:
        with pytest.raises(ClientAuthenticationError):
            await stranger.deployments.get(*PLACE, "bot")
    async with _client(arm, credential, SUB_2) as other:
        poller = await other.deployments.begin_create_or_update(
            "rg-dev", "dev-eus2", "bot", _deployment(source=PROD)
        )
        assert (await poller.result()).id == f"{DEV}/deployments/bot"


async def test_an_operation_that_fails_is_the_pollers_error(
    arm: Arm, client: CognitiveServicesManagementClient
) -> None:
    arm.stand.service.configure({"fail_deployment": ["Broken", "It broke."]})
    poller = await client.deployments.begin_create_or_update(
        *PLACE, "bot", _deployment(f"{TUNED}:ckpt-step-10")
    )
    with pytest.raises(HttpResponseError, match=r"It broke\."):
        await poller.result()
