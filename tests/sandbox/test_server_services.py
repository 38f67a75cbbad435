"""The three services side by side in one server: paths, requests, faults, switches, one speed."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.config_out import identity_environment
from sandbox.server import Sandbox, create_sandbox
from tests.sandbox.azure_ml.stand import ARM, LLAMA

WORKSPACE = f"/ml/arm{LLAMA.id}"
VERSION = {"api-version": "2024-10-01-preview"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, timeout=20) as client:
        yield client


async def _token(sandbox: Sandbox, http: httpx.AsyncClient, resource: str) -> dict[str, str]:
    environment = identity_environment(sandbox.url)
    answer = await http.get(
        environment["IDENTITY_ENDPOINT"],
        params={"api-version": "2019-08-01", "resource": resource},
        headers={"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]},
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def _panel(http: httpx.AsyncClient, call: str, **body: Any) -> httpx.Response:
    return await http.post(f"/panel/api/{call}", json=body)


async def test_each_service_has_its_requests_and_its_faults(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    headers = await _token(sandbox, http, ARM)
    databricks = await _token(sandbox, http, "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d")
    assert (await http.get(WORKSPACE, params=VERSION, headers=headers)).status_code == 200
    assert (await http.get("/api/2.0/preview/scim/v2/Me", headers=databricks)).status_code == 200
    for service, path in (("ml", WORKSPACE), ("databricks", "/api/2.0/preview/scim/v2/Me")):
        asked = (await http.get("/panel/api/requests", params={"service": service})).json()
        assert [one["path"] for one in asked["requests"]] == [path]
        await _panel(http, "fault", service=service, kind="status", status=503, times=1)
    answer = await http.get(WORKSPACE, params=VERSION, headers=headers)
    assert answer.status_code == 503
    assert (await http.get("/api/2.0/preview/scim/v2/Me", headers=databricks)).status_code == 503
    refused = await _panel(http, "fault", service="other", kind="cut")
    assert refused.status_code == 400


async def test_switches_go_to_the_service_that_is_named_and_speed_to_all(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    await _panel(http, "service", service="ml", set={"role": "reader"})
    await _panel(http, "service", service="databricks", set={"training": "removed_404"})
    await _panel(http, "service", speed=7)
    services = (await http.get("/panel/api/state")).json()["services"]
    assert services["ml"]["switches"]["role"] == "reader"
    assert services["databricks"]["switches"]["training"] == "removed_404"
    speeds = [services[name]["switches"]["speed"] for name in ("azure", "ml", "databricks")]
    assert speeds == [7, 7, 7]
    await _panel(http, "service", service="ml", speed=3)
    assert (sandbox.ml.switches.speed, sandbox.azure.switches.speed) == (3, 7)
    for wrong in ({"service": "ml", "set": {"role": "king"}}, {"service": "none", "set": {}}):
        assert (await _panel(http, "service", **wrong)).status_code == 400


async def test_without_azure_there_are_no_other_services() -> None:
    made = create_sandbox(azure=False)
    await made.start()
    try:
        async with httpx.AsyncClient(base_url=made.url) as http:
            assert (await http.get(WORKSPACE)).status_code == 404
            assert set((await http.get("/panel/api/state")).json()["services"]) == {"speed", "slack", "azure"}
    finally:
        await made.stop()
