"""What the provider asks of Resource Manager and Monitor, held against their published specifications.

It reads the specifications' own examples. Versions are 2023-05-01 (the control plane that is saved) and 2024-02-01.
"""

import json
import re
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from providers.network import NetworkOptions
from providers.registry import build
from tests.openapi import Problem, Spec, load_spec, validate_request
from tests.providers.azure_openai.hosts import PROD, wanted
from tests.providers.helpers import StandingClock, serving
from tests.sandbox.azure_monitor.spec import PATH as METRICS
from tests.sandbox.azure_monitor.spec import metrics_spec
from tests.specs import specs_root

pytestmark = pytest.mark.specs

VERSION = "2023-05-01"
_P = "providers/Microsoft.CognitiveServices"
_ACCOUNT = (
    f"/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/{_P}/accounts/{{accountName}}"
)
_LOCATION = f"/subscriptions/{{subscriptionId}}/{_P}/locations/{{location}}"
_ONE = f"{_ACCOUNT}/deployments/{{deploymentName}}"
EXAMPLES = {
    ("GET", _ACCOUNT): "GetAccount",
    ("GET", f"{_ACCOUNT}/deployments"): "ListDeployments",
    ("GET", _ONE): "GetDeployment",
    ("PUT", _ONE): "PutDeployment",
    ("DELETE", _ONE): "DeleteDeployment",
    ("GET", f"{_LOCATION}/usages"): "ListUsages",
    ("GET", f"{_LOCATION}/models"): "ListAccountModels",
}
# The specification of 2023-05-01 has no content filters; that of permissions is another service's.
ELSEWHERE = ("/raiPolicies", "/permissions")


class Examples:
    """Answers with the published examples and notes what a request has against the specifications."""

    def __init__(self, folder: Path) -> None:
        self.saved = specs_root() / "azure_openai"
        self.control = _control_spec(folder / "control", self.saved)
        self.monitor = metrics_spec(folder / "monitor")
        self.problems: list[Problem] = []
        self.asked: set[tuple[str, str]] = set()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/identity":
            token = {"access_token": "arm-token-0001", "expires_on": "4102444800", "token_type": "Bearer"}
            return web.json_response({**token, "resource": request.query["resource"]})
        if request.path.endswith(ELSEWHERE):
            return web.json_response({"value": []})
        raw = await request.read()
        body = json.loads(raw) if raw else None
        if request.path.endswith("/providers/Microsoft.Insights/metrics"):
            self.asked.add((request.method, METRICS))
            query: dict[str, Any] = {**request.query, "top": int(request.query["top"])}
            self.problems += validate_request(self.monitor, "GET", METRICS, query=query)
            # The example asks for two metrics, the provider for one.
            example = self.saved / "monitor" / "2024-02-01" / "examples" / "GetMetric.json"
            body = json.loads(example.read_text(encoding="utf-8-sig"))["responses"]["200"]["body"]
            return web.json_response({**body, "value": body["value"][:1]})
        template = _template(request.method, request.path)
        self.asked.add((request.method, template))
        self.problems += validate_request(
            self.control, request.method, template, query=dict(request.query), body=body
        )
        name = EXAMPLES[request.method, template]
        return self._example(self.saved / "control_plane" / VERSION / "examples" / f"{name}.json")

    @staticmethod
    def _example(path: Path) -> web.StreamResponse:
        responses = json.loads(path.read_text(encoding="utf-8-sig"))["responses"]
        status, response = next((code, one) for code, one in responses.items() if code.startswith("2"))
        if "body" not in response:
            return web.Response(status=int(status))
        return web.json_response(response["body"], status=int(status))


async def test_requests_are_those_of_the_specifications(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    service, clock = Examples(tmp_path), StandingClock()
    async with serving(service.__call__) as url, AsyncExitStack() as stack:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/identity")
        monkeypatch.setenv("IDENTITY_HEADER", "x")
        settings = {
            "endpoint": url, "key": "k" * 32, "credential": "managed_identity", "management": url,
            "resource_id": PROD, "api_versions": {"deployments": VERSION, "locations": VERSION, "filters": VERSION},
        }  # fmt: skip
        provider = build("azure_openai", "x", settings, network=NetworkOptions(), clock=clock)
        stack.push_async_callback(provider.aclose)
        hosting = provider.hosting
        assert hosting is not None
        listed = await hosting.deployments()
        one = await hosting.deployment("deploymentName")
        operation = await hosting.apply(
            wanted("ada.ft-1", "deploymentName", source=PROD, content_filter="corp-strict")
        )
        removal = await hosting.delete("deploymentName")
        place = await hosting.place()
        await hosting.rights()
        usage = await hosting.usage(clock.now() - timedelta(days=16))

    assert service.problems == []
    assert service.asked == {*EXAMPLES, ("GET", METRICS)}
    assert [(found.name, found.model, found.state) for found in listed] == [("deploymentName", "ada", "live")]
    assert one == listed[0]
    assert operation.state is None, "the example is done at once"
    assert removal.state is None
    assert {pool.name for pool in place.pools} == {"AccountCount"}
    assert {offer.base for offer in place.offers} == {"ada.1", "davinci"}
    assert usage.known


def _template(method: str, path: str) -> str:
    for known_method, template in EXAMPLES:
        pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
        if known_method == method and re.fullmatch(pattern, path):
            return template
    pytest.fail(f"{method} {path} is no operation of the specification")


def _control_spec(folder: Path, saved: Path) -> Spec:
    """The control plane's specification where its references lead to the saved common types."""
    home = folder / "a" / "b" / "c" / "d" / "e"
    common = folder / "common-types" / "resource-management" / "v2"
    home.mkdir(parents=True)
    common.mkdir(parents=True)
    shared = json.loads((saved / "common-types/resource-management/v2/types.json").read_text("utf-8-sig"))
    # Deployments are made of this, in the other file: it must stay open for what is added there.
    shared["definitions"]["Composed"] = {"allOf": [{"$ref": "#/definitions/ProxyResource"}]}
    (common / "types.json").write_text(json.dumps(shared))
    types = shared["parameters"]
    source = saved / "control_plane" / VERSION / "cognitiveservices.json"
    document = json.loads(source.read_text(encoding="utf-8-sig"))
    for item in document["paths"].values():
        for operation in item.values():
            operation["parameters"] = [
                types[named.rpartition("/")[2]] if "types.json" in (named := one.get("$ref", "")) else one
                for one in operation["parameters"]
            ]
    (home / source.name).write_text(json.dumps(document))
    return load_spec(home / source.name, f"control plane {VERSION}")
