"""What hosting and requirements ask of ARM, held against the derived specification; its answers likewise."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from providers.azure_ai.client import WorkspaceClient
from providers.azure_ai.hosting import ServerlessHosting
from providers.azure_ai.requirements import WorkspaceRequirements
from providers.azure_ai.settings import AzureAISettings
from providers.network import NetworkOptions
from providers.requirements import Requirement
from providers.retry import RetryPolicy
from providers.service import Surroundings, checked
from tests.openapi import Problem, Spec, load_spec, validate_request
from tests.providers.azure_ai.hosts import LLAMA, LLAMA_33, wanted
from tests.providers.helpers import NotedSleep, StandingClock, half, serving
from tests.specs import specs_root

pytestmark = pytest.mark.specs

VERSION = "2024-10-01-preview"
EXAMPLES = "2025-12-01/Workspace"
"""The saved examples are of the stable version: the bodies are the same."""
ELSEWHERE = ("/permissions", "/providers/Microsoft.Network", "/secrets/llama-wus3-string")
TUNED = "azureml://locations/westus3/workspaces/aaaa/models/support/versions/1"
WORKSPACE = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}"
)


@dataclass
class Examples:
    """Answers with the published examples and notes what a request has against the specification."""

    spec: Spec
    problems: list[Problem] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/identity":
            token = {"access_token": "arm-token-0001", "expires_on": "4102444800", "token_type": "Bearer"}
            return web.json_response({**token, "resource": request.query["resource"]})
        if request.path.endswith(ELSEWHERE):
            return web.json_response({"value": [{"actions": ["*"]}], "registrationState": "Registered"})
        raw = await request.read()
        template = self._template(request)
        self.asked.add((request.method, template.removeprefix(WORKSPACE)))
        self.problems += validate_request(
            self.spec, request.method, template, query=dict(request.query),
            body=json.loads(raw) if raw else None,
        )  # fmt: skip
        return self._answer(request.method, template)

    def _template(self, request: web.Request) -> str:
        for template, item in self.spec.document["paths"].items():
            pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
            if request.method.lower() in item and re.fullmatch(pattern, request.path):
                return str(template)
        pytest.fail(f"{request.method} {request.path} is no operation of the specification")

    def _answer(self, method: str, template: str) -> web.StreamResponse:
        kind = "MarketplaceSubscription" if "marketplace" in template else "ServerlessEndpoint"
        if template == WORKSPACE:
            return web.json_response({"location": "westus3", "properties": {"workspaceId": "aaaa"}})
        if method == "DELETE":
            return web.Response(status=202, headers={"Location": "https://management.azure.com/elsewhere"})
        if template.endswith("/listKeys"):
            return self._example(kind, "listKeys")
        if not template.endswith("{name}"):
            return web.json_response({"value": []})
        return self._example(kind, "createOrUpdate")

    @staticmethod
    def _example(kind: str, name: str) -> web.StreamResponse:
        path = specs_root() / "azure_ml" / "examples" / EXAMPLES / kind / f"{name}.json"
        responses: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["responses"]
        return web.json_response(responses["200"]["body"])


async def test_requests_are_those_of_the_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    path = specs_root() / f"azure_ml/derived/azureml_subset_{VERSION}.json"
    examples, clock = Examples(load_spec(path, VERSION)), StandingClock()
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    async with serving(examples.__call__) as url:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/identity")
        monkeypatch.setenv("IDENTITY_HEADER", "x")
        given = {
            "endpoint": url, "resource_id": LLAMA, "credential": "managed_identity", "allow_marketplace": True,
            "key_vault": url,
        }  # fmt: skip
        around = Surroundings(
            network=NetworkOptions(), clock=clock, sleep=NotedSleep(), random=half, policy=RetryPolicy()
        )
        client = WorkspaceClient(checked(AzureAISettings, "x", given), around)
        hosting = ServerlessHosting(client, client.settings, clock)
        required = WorkspaceRequirements(client, client.settings)
        await hosting.deployments()
        found = await hosting.deployment("string")
        await hosting.apply(wanted(TUNED, content_filter="Disabled"))
        await hosting.delete("string")
        await hosting.delete_model(TUNED)
        await hosting.rights()
        await required.check(LLAMA_33)
        bought = await required.fulfil(
            Requirement(id="marketplace", state="missing", purchase=True), LLAMA_33, {}
        )
        await required.progress(bought)
        await hosting.hand_over("string")
        await client.aclose()

    assert examples.problems == []
    assert examples.asked >= {
        ("GET", ""),
        ("GET", "/serverlessEndpoints"),
        ("GET", "/serverlessEndpoints/{name}"),
        ("PUT", "/serverlessEndpoints/{name}"),
        ("DELETE", "/serverlessEndpoints/{name}"),
        ("POST", "/serverlessEndpoints/{name}/listKeys"),
        ("DELETE", "/models/{name}/versions/{version}"),
        ("GET", "/marketplaceSubscriptions"),
        ("GET", "/marketplaceSubscriptions/{name}"),
        ("PUT", "/marketplaceSubscriptions/{name}"),
    }
    assert found is not None
    assert (found.name, found.state, found.content_filter) == ("string", "removing", "Disabled")
    assert found.created_at is not None
