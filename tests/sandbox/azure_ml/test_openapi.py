"""Requests and answers against the derived specifications, without any deviation."""

from pathlib import Path
from typing import Any

import pytest

from tests.openapi import Problem, validate_request, validate_response
from tests.patience import until
from tests.sandbox.azure_ml.spec import WORKSPACE, arm_spec, region_spec
from tests.sandbox.azure_ml.stand import (
    LLAMA,
    LLAMA_33,
    PHI,
    VERSION,
    Stand,
    conversations,
    endpoint_body,
    job_body,
)

pytestmark = pytest.mark.specs


class Checked:
    """Resource Manager whose every request and answer is validated; the problems are collected."""

    def __init__(self, stand: Stand, folder: Path, version: str) -> None:
        self.stand, self.version = stand, version
        self.spec = arm_spec(folder, version)
        self.problems: list[Problem] = []
        self.statuses: dict[tuple[str, str], set[int]] = {}

    async def __call__(self, method: str, template: str, *names: str, **rest: Any) -> Any:
        path = template
        for name in names:
            before, _, after = path.partition("{")
            path = f"{before}{name}{after.partition('}')[2]}"
        answer = await self.stand.ask(method, path, version=self.version, **rest)
        whole = WORKSPACE + template
        if answer.status_code < 400:
            query = {"api-version": self.version, **rest.get("params", {})}
            self.problems += validate_request(self.spec, method, whole, query=query, body=rest.get("json"))
        sent = answer.json() if answer.content else None
        self.problems += validate_response(self.spec, method, whole, answer.status_code, sent)
        self.statuses.setdefault((method, template), set()).add(answer.status_code)
        return sent


@pytest.mark.parametrize("version", ["2024-01-01-preview", VERSION, "2025-01-01-preview"])
async def test_a_whole_life_is_as_published(unsubscribed: Stand, tmp_path: Path, version: str) -> None:
    stand, ask = unsubscribed, Checked(unsubscribed, tmp_path, version)
    await ask("GET", "")
    await ask("GET", "/datastores", params={"isDefault": "true"})
    await ask("GET", "/datastores/{name}", "workspaceblobstore", at=PHI)
    expiry = {} if version < "2024-10" else {"json": {"expirableSecret": True, "expireAfterHours": 1}}
    await ask("POST", "/datastores/{name}/listSecrets", "workspaceblobstore", **expiry)
    for _ in range(2):
        subscription = {"properties": {"modelId": LLAMA_33}}
        await ask("PUT", "/marketplaceSubscriptions/{name}", "m", json=subscription)

    async def bought() -> bool:
        (one,) = (await ask("GET", "/marketplaceSubscriptions"))["value"]
        return bool(one["properties"]["marketplaceSubscriptionStatus"] == "Subscribed")

    await until(bought)
    uri = await stand.upload(conversations(20))
    data = {"properties": {"dataType": "uri_file", "dataUri": uri}}
    for _ in range(2):
        await ask("PUT", "/data/{name}/versions/{version}", "d", "1", json=data)
    await ask("GET", "/data")
    await ask("GET", "/data/{name}", "d")
    await ask("GET", "/data/{name}/versions", "d")
    for _ in range(2):
        await ask("PUT", "/jobs/{id}", "ft-1", json=job_body(uri))
    await ask("PUT", "/jobs/{id}", "ft-2", json={})
    await stand.until("ft-1", "Completed")
    await ask("GET", "/jobs/{id}", "ft-1")
    await ask("GET", "/jobs", params={"jobType": "FineTuning"})
    await ask("GET", "/models")
    await ask("GET", "/models/{name}", "support")
    await ask("GET", "/models/{name}/versions", "support")
    await ask("GET", "/models/{name}/versions/{version}", "support", "1")
    job = await stand.get("/jobs/ft-1")
    model_id = job["properties"]["outputs"]["registered_model"]["uri"]
    for _ in range(2):
        await ask("PUT", "/serverlessEndpoints/{name}", "bot", json=endpoint_body(model_id))
    await ask("GET", "/serverlessEndpoints")
    await ask("PATCH", "/serverlessEndpoints/{name}", "bot", json={"tags": {"a": "b"}})
    await ask("POST", "/serverlessEndpoints/{name}/listKeys", "bot")
    await ask("POST", "/serverlessEndpoints/{name}/regenerateKeys", "bot", json={"keyType": "Primary"})
    await ask("DELETE", "/models/{name}/versions/{version}", "support", "1")
    await ask("DELETE", "/serverlessEndpoints/{name}", "bot")

    async def gone() -> bool:
        answer = await ask("GET", "/serverlessEndpoints/{name}", "bot")
        return answer.get("error") is not None

    await until(gone)
    await ask("DELETE", "/models/{name}/versions/{version}", "support", "1")
    await ask("DELETE", "/models/{name}/versions/{version}", "support", "1")
    await ask("POST", "/jobs/{id}/cancel", "ft-1")
    await ask("DELETE", "/jobs/{id}", "ft-1")
    await ask("DELETE", "/marketplaceSubscriptions/{name}", "m")
    assert ask.problems == []
    assert ask.statuses["PUT", "/jobs/{id}"] == {201, 200, 400}
    assert ask.statuses["PUT", "/serverlessEndpoints/{name}"] == {201, 200}
    assert ask.statuses["DELETE", "/models/{name}/versions/{version}"] == {409, 200, 204}


async def test_runs_and_metrics_are_as_published(stand: Stand, tmp_path: Path) -> None:
    spec, problems = region_spec(tmp_path), list[Problem]()
    await stand.trained()
    await stand.create(await stand.upload(conversations(5, role="user")), "ft-2")
    await stand.until("ft-2", "Failed")

    async def ask(method: str, prefix: str, path: str, run: str, **rest: Any) -> Any:
        answer = await stand.region(method, f"{prefix}{{ws}}{path.replace('{runId}', run)}", **rest)
        template = f"{prefix}{WORKSPACE}{path}"
        body = answer.json()
        problems.extend(validate_response(spec, method, template, answer.status_code, body))
        if "json" in rest and answer.status_code < 400:
            problems.extend(validate_request(spec, method, template, query={}, body=rest["json"]))
        return body

    for run in ("ft-1", "ft-2", "none"):
        await ask("GET", "/history/v1.0", "/runs/{runId}", run)
        await ask("GET", "/history/v1.0", "/runs/{runId}/details", run)
        await ask("GET", "/history/v1.0", "/runs/{runId}/children", run)
        await ask("POST", "/history/v1.0", "/rundata", run, json={"runId": run, "selectRunMetadata": True})
        await ask("POST", "/metric/v2.0", "/runs/{runId}/list", run, json={})
        await ask("POST", "/metric/v2.0", "/runs/{runId}/full", run, json={"metricName": "loss"})
        sample = await ask("POST", "/metric/v2.0", "/runs/{runId}/sample", run, json={"metricName": "loss"})
        assert ("error" in sample) == (run != "ft-1")
    assert problems == []
    assert LLAMA.location in str(await ask("GET", "/history/v1.0", "/runs/{runId}/details", "ft-2"))
