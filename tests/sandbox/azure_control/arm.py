"""Resource Manager of a running stand-in, seen through a plain HTTP client."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.jobs import Checkpoint, Job, JobRequest
from sandbox.training.model import PackedWeights
from tests.patience import until
from tests.sandbox.azure_openai.stand import MODEL, Stand

SUB_1 = "00000000-0000-4000-8000-000000000001"
SUB_2 = "00000000-0000-4000-8000-000000000002"
COGNITIVE = "providers/Microsoft.CognitiveServices"
PROD = f"/subscriptions/{SUB_1}/resourceGroups/rg-ml/{COGNITIVE}/accounts/prod-swc"
DEV = f"/subscriptions/{SUB_2}/resourceGroups/rg-dev/{COGNITIVE}/accounts/dev-eus2"
EDGE = f"/subscriptions/{SUB_1}/resourceGroups/rg-ml/{COGNITIVE}/accounts/edge-itn"
SWEDEN = f"/subscriptions/{SUB_1}/{COGNITIVE}/locations/swedencentral"
AUDIENCE = "https://management.azure.com"
VERSION = "2025-09-01"
TUNED = f"{MODEL}.ft-{'ab' * 16}-first"


@dataclass
class Arm:
    """Asks as the system-assigned identity."""

    stand: Stand
    tokens: dict[str, str] = field(default_factory=dict)

    async def token(self, audience: str = AUDIENCE, **more: str) -> str:
        key = f"{audience} {more}"
        if key not in self.tokens:
            answer = await self.stand.http.get(
                f"{self.stand.origin}/azure/identity/token",
                params={"api-version": "2019-08-01", "resource": audience, **more},
                headers={"X-IDENTITY-HEADER": "sandbox-identity-header"},
            )
            self.tokens[key] = answer.json()["access_token"]
        return self.tokens[key]

    async def ask(
        self, method: str, path: str, *, version: str = VERSION, headers: Any = None, **rest: Any
    ) -> httpx.Response:
        """Send a request; `version` of "" sends no api-version, a path may be a whole URL with one."""
        if headers is None:
            headers = {"Authorization": f"Bearer {await self.token()}"}
        url = path if path.startswith("http") else f"{self.stand.origin}/arm{path}"
        params = {**({"api-version": version} if version and "api-version=" not in url else {})}
        params |= rest.pop("params", {})
        merged = httpx.URL(url).copy_merge_params(params) if params else url
        return await self.stand.http.request(method, merged, headers=headers, **rest)

    async def get(self, path: str, **rest: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = await self.ask("GET", path, **rest)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def put(
        self, name: str, *, account: str = PROD, version: str = VERSION, **fields: Any
    ) -> httpx.Response:
        """Ask to deploy; see `body`."""
        return await self.ask("PUT", f"{account}/deployments/{name}", version=version, json=body(**fields))

    async def deploy(self, name: str, *, account: str = PROD, **fields: Any) -> dict[str, Any]:
        """Deploy and wait until it has succeeded."""
        answer = await self.put(name, account=account, **fields)
        assert answer.status_code == 201, answer.text
        return await self.until(name, "Succeeded", account=account)

    async def until(self, name: str, state: str, *, account: str = PROD) -> dict[str, Any]:
        """The deployment once it is in this state."""

        async def there() -> dict[str, Any] | None:
            found: dict[str, Any] = await self.get(f"{account}/deployments/{name}")
            return found if found["properties"]["provisioningState"] == state else None

        found: dict[str, Any] = await until(there)
        return found


def body(
    model: str = TUNED,
    *,
    sku: Any = "Standard",
    capacity: Any = 1,
    model_format: str | None = "OpenAI",
    model_version: str | None = "1",
    source: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What a deployment is asked for with; `more` with the key `tags` stands beside the properties."""
    named = {"format": model_format, "name": model, "version": model_version, "source": source}
    made: dict[str, Any] = {
        "properties": {"model": {key: value for key, value in named.items() if value is not None}}
    }
    if sku is not None:
        made["sku"] = {"name": sku, "capacity": capacity}
    if "tags" in more:
        made["tags"] = more.pop("tags")
    made["properties"] |= more
    return made


def train(
    stand: Stand, number: int = 0, *, base: str = MODEL, resource: str = "prod-swc", status: str = "succeeded"
) -> str:
    """A tuned model without the time that its training takes; its name.

    `:ckpt-step-10` and `ftchkpt-` plus the number are an earlier checkpoint of it.
    """
    request = JobRequest(
        model=base,
        base=BASE_MODELS[base],
        start=None,
        training_file="file-1",
        validation_file=None,
        n_epochs=2,
        batch_size=1,
        learning_rate_multiplier=1.0,
        suffix="first" if not number else f"n{number}",
        seed=1,
        training_type="Standard",
    )
    job = Job(f"ftjob-{'ab' * 16}", 0, 1, request, status=status, finished_at=1)
    weights = _weights()
    job.checkpoints = [
        Checkpoint(f"ftchkpt-{number}", 1, f"{job.model_name}:ckpt-step-10", 10, {}, weights, job.id),
        Checkpoint(f"ftchkpt-{number}-last", 1, job.model_name, 20, {}, weights, job.id),
    ]
    stand.service.resource(resource).models.publish(job)
    return job.model_name


def _weights() -> PackedWeights:
    """Of no use: nobody calls these models."""
    nothing = np.zeros((1, 1), dtype=np.float16)
    return PackedWeights(nothing, nothing, nothing)
