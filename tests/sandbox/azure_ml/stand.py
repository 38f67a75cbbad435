"""A running stand-in of Azure ML, and what tests do with it over HTTP."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.azure_blob import Blobs, install_blobs
from sandbox.azure_ml import MlOptions, MlService, WorkspaceFacts, install
from sandbox.azure_openai.options import AzureOptions
from sandbox.common.entra import Identity
from sandbox.common.ids import Ids
from sandbox.training.worker_client import Worker
from tests.patience import until
from tests.sandbox.azure_openai.stand import MovedClock

VERSION = "2024-10-01-preview"
UNSUBSCRIBED, PHI = MlOptions().workspaces
LLAMA = replace(UNSUBSCRIBED, subscribed=("Llama-3.3-70B-Instruct",))
"""The same place, where somebody has bought what is trained there."""
LLAMA_33 = "azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct"
LLAMA_MODEL = f"{LLAMA_33}/versions/4"
PHI_MODEL = "azureml://registries/azureml/models/Phi-4-mini-instruct/versions/1"
ARM, ML = "https://management.azure.com", "https://ml.azure.com"
STORAGE, VAULT = "https://storage.azure.com", "https://vault.azure.net"
ENDED = frozenset({"Completed", "Failed", "Canceled"})


@dataclass
class Stand:
    """The stand-in seen through a plain HTTP client, as the system-assigned identity."""

    service: MlService
    blobs: Blobs
    clock: MovedClock
    origin: str
    http: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)

    async def token(self, audience: str = ARM) -> str:
        if audience not in self.tokens:
            answer = await self.http.get(
                "/azure/identity/token",
                params={"api-version": "2019-08-01", "resource": audience},
                headers={"X-IDENTITY-HEADER": "sandbox-identity-header"},
            )
            self.tokens[audience] = answer.json()["access_token"]
        return self.tokens[audience]

    async def ask(
        self,
        method: str,
        path: str,
        *,
        version: str = VERSION,
        headers: Any = None,
        at: WorkspaceFacts | None = LLAMA,
        **rest: Any,
    ) -> httpx.Response:
        """Ask Resource Manager; `at` None takes the path as it is, a whole URL too."""
        if headers is None:
            headers = {"Authorization": f"Bearer {await self.token()}"}
        url = path if path.startswith("http") else f"/ml/arm{at.id if at else ''}{path}"
        params = rest.pop("params", {})
        if version and "api-version=" not in url:
            params = {"api-version": version, **params}
        merged = httpx.URL(url).copy_merge_params(params) if params else url
        return await self.http.request(method, merged, headers=headers, **rest)

    async def get(self, path: str, **rest: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = await self.ask("GET", path, **rest)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def region(self, method: str, path: str, at: WorkspaceFacts = LLAMA, **rest: Any) -> httpx.Response:
        """Ask the data plane of a workspace's region: `/history/v1.0`, … before the workspace, the path after it."""
        prefix, _, more = path.partition("{ws}")
        headers = rest.pop("headers", {"Authorization": f"Bearer {await self.token(ML)}"})
        url = f"/ml/api/{at.location}{prefix}{at.id}{more}"
        return await self.http.request(method, url, headers=headers, **rest)

    async def upload(self, content: bytes, name: str = "train.jsonl", at: WorkspaceFacts = LLAMA) -> str:
        """Put a blob into the default datastore as the identity; its address."""
        headers = {
            "Authorization": f"Bearer {await self.token(STORAGE)}",
            "x-ms-version": "2021-08-06",
            "x-ms-blob-type": "BlockBlob",
        }
        url = f"/blob/{at.storage_account}/{at.container}/LocalUpload/abc/{name}"
        answer = await self.http.put(url, content=content, headers=headers)
        assert answer.status_code == 201, answer.text
        return f"azureml://datastores/workspaceblobstore/paths/LocalUpload/abc/{name}"

    async def create(
        self, uri: str, name: str = "ft-1", at: WorkspaceFacts = LLAMA, **more: Any
    ) -> dict[str, Any]:
        """Create a job that must be accepted."""
        body = job_body(uri, model=more.pop("model", LLAMA_MODEL if at is LLAMA else PHI_MODEL), **more)
        answer = await self.ask("PUT", f"/jobs/{name}", at=at, json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def until(self, name: str = "ft-1", *statuses: str, at: WorkspaceFacts = LLAMA) -> dict[str, Any]:
        """The job once it has one of these statuses (any final one when none is named)."""
        wanted = set(statuses) or ENDED

        async def there() -> dict[str, Any] | None:
            job: dict[str, Any] = await self.get(f"/jobs/{name}", at=at)
            status = job["properties"]["status"]
            assert status in wanted or status not in ENDED, status
            return job if status in wanted else None

        found: dict[str, Any] = await until(there)
        return found

    async def trained(self, name: str = "ft-1", at: WorkspaceFacts = LLAMA, **more: Any) -> str:
        """Train a model; the id that endpoints take."""
        await self.create(await self.upload(conversations(20), at=at), name, at, **more)
        job = await self.until(name, "Completed", at=at)
        uri: str = job["properties"]["outputs"]["registered_model"]["uri"]
        return uri


def job_body(
    uri: str, *, model: str = LLAMA_MODEL, task: str = "ChatCompletion", prefix: str = "support", **more: Any
) -> dict[str, Any]:
    """A body that creates a job; `more` are fields of the properties, `details` those of fineTuningDetails."""
    details = {
        "modelProvider": "Custom",
        "taskType": task,
        "model": {"jobInputType": "mlflow_model", "mode": "ReadOnlyMount", "uri": model},
        "trainingData": {"jobInputType": "uri_file", "mode": "ReadOnlyMount", "uri": uri},
        "hyperParameters": {"num_train_epochs": "2", "learning_rate": "0.00002"},
        **more.pop("details", {}),
    }
    properties = {
        "jobType": "FineTuning",
        "displayName": "support",
        "experimentName": "slack-ft",
        "tags": {"requestedBy": "U123"},
        "fineTuningDetails": details,
        "outputs": {"registered_model": {"jobOutputType": "mlflow_model", "assetName": prefix}},
        **more,
    }
    return {"properties": {key: value for key, value in properties.items() if value is not None}}


def endpoint_body(model_id: str, location: str = LLAMA.location, **more: Any) -> dict[str, Any]:
    """A body that makes an endpoint; `more` are fields of the properties."""
    return {
        "location": location,
        "sku": {"name": "Consumption"},
        "tags": {"requestedBy": "U123"},
        "properties": {"authMode": "Key", "modelSettings": {"modelId": model_id}, **more},
    }


def conversations(count: int, answer: str = "Yes, of course, number", role: str = "assistant") -> bytes:
    """A training file of chats."""
    rows = (
        {
            "messages": [
                {"role": "user", "content": f"Is it {n}?"},
                {"role": role, "content": f"{answer} {n}."},
            ]
        }
        for n in range(count)
    )
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@asynccontextmanager
async def running(
    options: MlOptions | None = None, switches: Mapping[str, Any] | None = None
) -> AsyncIterator[Stand]:
    """Start a stand-in on an ephemeral port, with a subscription to Llama 3.3 unless `options` say otherwise."""
    clock, worker = MovedClock(), Worker()
    app, azure = web.Application(), AzureOptions()
    identity = Identity(clock, Ids(None), azure)
    blobs = Blobs(clock)
    app.router.add_get("/azure/identity/token", identity.token)
    service = install(
        app,
        clock=clock,
        identity=identity,
        blobs=blobs,
        worker=worker,
        options=options or MlOptions(workspaces=(LLAMA, PHI), speed=1000),
    )
    install_blobs(app, blobs, identity)
    service.configure(switches or {})
    server = TestServer(app)
    await server.start_server()
    origin = str(server.make_url("")).rstrip("/")
    try:
        async with httpx.AsyncClient(base_url=origin, timeout=30) as http:
            yield Stand(service, blobs, clock, origin, http)
    finally:
        await server.close()
        await worker.close()
