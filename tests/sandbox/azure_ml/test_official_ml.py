"""The official `azure-ai-ml` against the stand-in: jobs, subscriptions, endpoints, datastores, data, models.

Its client is synchronous, so it runs in a thread beside the server.
"""

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy

from tests.patience import PATIENCE
from tests.sandbox.azure_ml.stand import LLAMA, LLAMA_33, LLAMA_MODEL, Stand, conversations

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


class _Credential:
    """Holds one token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_: Any) -> AccessToken:
        return AccessToken(self._token, 2**33)


class _OnPlainHttp(SansIOHTTPPolicy[Any, Any]):
    """The bearer token, which the client's own policy refuses to send without TLS."""

    def __init__(self, token: str) -> None:
        self._token = token

    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.context.options.pop("enforce_https", None)
        request.http_request.headers["Authorization"] = f"Bearer {self._token}"


@pytest.fixture
async def client(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> "MLClient":
    monkeypatch.setenv("AZUREML_DEV_URL_MFE", f"{stand.origin}/ml/arm")
    token = await stand.token()

    def make() -> "MLClient":
        from azure.ai.ml import MLClient

        return MLClient(
            _Credential(token),
            LLAMA.subscription_id,
            LLAMA.resource_group,
            LLAMA.name,
            enable_telemetry=False,
            authentication_policy=_OnPlainHttp(token),
        )

    return await asyncio.to_thread(make)


def _job(uri: str, name: str) -> Any:
    from azure.ai.ml.finetuning import create_finetuning_job

    job = create_finetuning_job(
        model=LLAMA_MODEL,
        task="ChatCompletion",
        training_data=uri,
        validation_data=uri,
        output_model_name_prefix="sdk",
        hyperparameters={"num_train_epochs": "1"},
    )
    job.name, job.experiment_name = name, "slack-ft"
    return job


def _until(client: "MLClient", name: str, status: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if client.jobs.get(name).status == status:
            return
        time.sleep(0.05)
    pytest.fail(f"{name} is not {status}")


async def test_a_job_its_model_and_its_endpoint(stand: Stand, client: "MLClient") -> None:
    uri = await stand.upload(conversations(20))

    def work() -> None:
        from azure.ai.ml.entities import ServerlessEndpoint

        assert client.jobs.create_or_update(_job(uri, "sdk-1")).name == "sdk-1"
        assert [job.name for job in client.jobs.list()] == ["sdk-1"]
        _until(client, "sdk-1", "Completed")
        output = client.jobs.get("sdk-1").outputs["registered_model"]
        assert output["name"] == "sdk"
        assert [(one.name, one.version) for one in client.models.list(name="sdk")] == [("sdk", "1")]
        wanted = ServerlessEndpoint(name="sdkbot", model_id=output["path"])
        made = client.serverless_endpoints.begin_create_or_update(wanted).result()
        assert made.provisioning_state == "succeeded"
        assert made.scoring_uri == f"{stand.origin}/ml/serve/westus3/sdkbot"
        assert [one.name for one in client.serverless_endpoints.list()] == ["sdkbot"]
        keys = client.serverless_endpoints.get_keys("sdkbot")
        assert keys.primary_key != keys.secondary_key
        client.serverless_endpoints.begin_delete("sdkbot").result()
        assert list(client.serverless_endpoints.list()) == []
        with pytest.raises(HttpResponseError, match="cannot be cancelled"):
            client.jobs.begin_cancel("sdk-1")

    await asyncio.to_thread(work)


async def test_a_job_is_cancelled(stand: Stand, client: "MLClient") -> None:
    uri = await stand.upload(conversations(20))
    stand.service.configure({"hold_queued": True})

    def work() -> None:
        client.jobs.create_or_update(_job(uri, "sdk-2"))
        client.jobs.begin_cancel("sdk-2").result()
        _until(client, "sdk-2", "Canceled")

    await asyncio.to_thread(work)


async def test_subscriptions_datastores_and_data(stand: Stand, client: "MLClient") -> None:
    uri = await stand.upload(conversations(20))

    def work() -> None:
        from azure.ai.ml.entities import Data, MarketplaceSubscription

        market = client.marketplace_subscriptions
        assert [one.name for one in market.list()] == ["llama-3-3-70b-instruct"]
        market.begin_delete("llama-3-3-70b-instruct").result()
        assert list(market.list()) == []
        wanted = MarketplaceSubscription(model_id=LLAMA_33, name="llama-33")
        assert market.begin_create_or_update(wanted).result().status == "subscribed"
        assert [one.name for one in market.list()] == ["llama-33"]
        assert client.datastores.get_default().name == "workspaceblobstore"
        secret = client.datastores.get("workspaceblobstore", include_secrets=True).credentials
        assert "sig=" in secret.sas_token
        made = client.data.create_or_update(Data(name="d", version="1", type="uri_file", path=uri))
        assert made.id == f"{LLAMA.id}/data/d/versions/1"
        assert client.data.get("d", "1").path == uri
        shown = client.workspaces.get(LLAMA.name)
        assert shown.discovery_url == f"{stand.origin}/ml/api/westus3/discovery"

    await asyncio.to_thread(work)
