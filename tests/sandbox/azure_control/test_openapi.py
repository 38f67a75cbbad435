"""Requests and answers against the published specification of Resource Manager, without any deviation."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions
from tests.openapi import Problem, Spec, load_spec, validate_request, validate_response
from tests.patience import until
from tests.sandbox.azure_control.arm import PROD, SWEDEN, Arm, body, train
from tests.sandbox.azure_openai.stand import running
from tests.specs import specs_root

pytestmark = pytest.mark.specs

VERSION = "2023-05-01"
_P = "providers/Microsoft.CognitiveServices"
ACCOUNT = (
    f"/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/{_P}/accounts/{{accountName}}"
)
LIST = f"{ACCOUNT}/deployments"
ONE = f"{LIST}/{{deploymentName}}"
LOCATION = f"/subscriptions/{{subscriptionId}}/{_P}/locations/{{location}}"


def _spec(folder: Path) -> Spec:
    """The specification, laid out as in the repository that it was published in, so that its references hold."""
    saved = specs_root() / "azure_openai"
    home = folder / "specification" / "cognitiveservices" / "resource-manager" / "ns" / "stable" / VERSION
    common = folder / "specification" / "common-types" / "resource-management" / "v2"
    home.mkdir(parents=True)
    common.mkdir(parents=True)
    types = json.loads((saved / "common-types/resource-management/v2/types.json").read_text("utf-8-sig"))
    document = json.loads(
        (saved / "control_plane" / VERSION / "cognitiveservices.json").read_text("utf-8-sig")
    )
    # Deployments and accounts are made of these, in the other file: they must stay open for what is added there.
    made_of = [{"$ref": f"#/definitions/{name}"} for name in ("ProxyResource", "AzureEntityResource")]
    types["definitions"]["Composed"] = {"allOf": made_of}
    for path in document["paths"].values():
        for operation in path.values():
            operation["parameters"] = [_inlined(types, one) for one in operation["parameters"]]
    (common / "types.json").write_text(json.dumps(types))
    (home / "cognitiveservices.json").write_text(json.dumps(document))
    return load_spec(home / "cognitiveservices.json", f"cognitiveservices {VERSION}")


def _inlined(types: Any, parameter: Any) -> Any:
    _, shared, name = parameter.get("$ref", "").partition("types.json#/parameters/")
    return types["parameters"][name] if shared else parameter


class Checked:
    """Resource Manager whose every request and answer is validated; the problems are collected."""

    def __init__(self, arm: Arm, spec: Spec) -> None:
        self.arm = arm
        self.spec = spec
        self.problems: list[Problem] = []
        self.statuses: dict[tuple[str, str], set[int]] = {}

    async def __call__(self, method: str, template: str, item: str = "", **rest: Any) -> Any:
        path = template.replace(ACCOUNT, PROD).replace(LOCATION, SWEDEN).replace("{deploymentName}", item)
        answer = await self.arm.ask(method, path, version=VERSION, **rest)
        if answer.status_code < 400:
            self.problems += validate_request(
                self.spec, method, template, query={"api-version": VERSION}, body=rest.get("json")
            )
        sent = answer.json() if answer.content else None
        self.problems += validate_response(self.spec, method, template, answer.status_code, sent)
        self.statuses.setdefault((method, template), set()).add(answer.status_code)
        return sent


async def test_a_whole_life_is_as_published(tmp_path: Path) -> None:
    async with running(AzureOptions(random_seed=1, speed=1000)) as stand:
        ask = Checked(Arm(stand), _spec(tmp_path))
        model = train(stand)
        await ask("PUT", ONE, "bot", json=body(model, raiPolicyName="corp-strict"))
        await ask.arm.until("bot", "Succeeded")
        await ask("PUT", ONE, "bot", json=body(model, capacity=2))
        await ask("GET", ONE, "bot")
        await ask("GET", LIST)
        for template in (ACCOUNT, f"{LOCATION}/usages", f"{LOCATION}/models"):
            await ask("GET", template)
        await ask("DELETE", ONE, "bot")

        async def gone() -> bool:
            return (await ask("GET", ONE, "bot")).get("error") is not None

        await until(gone)
        await ask("DELETE", ONE, "bot")
        await ask("PUT", ONE, "bot", json=body("gpt-9.ft-none"))
        stand.service.configure({"policy_denied": True})
        await ask("PUT", ONE, "bot", json=body(model))
        await ask("GET", LIST, headers={})
    assert ask.problems == []
    assert ask.statuses == {
        ("PUT", ONE): {201, 200, 400, 403},
        ("GET", ONE): {200, 404},
        ("GET", LIST): {200, 401},
        ("DELETE", ONE): {202, 204},
        ("GET", ACCOUNT): {200},
        ("GET", f"{LOCATION}/usages"): {200},
        ("GET", f"{LOCATION}/models"): {200},
    }


async def test_pages_and_every_state_are_as_published(tmp_path: Path) -> None:
    async with running(AzureOptions(random_seed=1, arm_page=1)) as stand:
        ask = Checked(Arm(stand), _spec(tmp_path))
        stand.service.configure({"deploy_seconds": 0})
        for number in range(2):
            await ask("PUT", ONE, f"bot-{number}", json=body(train(stand, number)))
        assert "nextLink" in await ask("GET", LIST)
        stand.service.configure({"deploy_seconds": 3600})
        await ask("PUT", ONE, "slow", json=body(train(stand, 3)))
        states = {(await ask("GET", ONE, "slow"))["properties"]["provisioningState"]}
        stand.service.configure({"deploy_seconds": 0, "fail_deployment": ["Broken", "It broke."]})
        states.add((await ask("GET", ONE, "slow"))["properties"]["provisioningState"])
        stand.service.configure({"deploy_seconds": 3600})
        await ask("DELETE", ONE, "slow")
        states.add((await ask("GET", ONE, "slow"))["properties"]["provisioningState"])
        assert states == {"Accepted", "Failed", "Deleting"}
    assert ask.problems == []
