"""Signing in with a managed identity, end to end against the stand-in."""

import pytest

from providers.errors import Unauthorised
from tests.providers.azure_openai.conftest import Azure

IDENTITY = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(autouse=True)
def app_service(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{azure.url}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", azure.service.options.identity_header)


def signed_in(**changes: object) -> dict[str, object]:
    return {"auth": "entra", "key": None, "credential": "managed_identity", "client_id": IDENTITY, **changes}


@pytest.mark.parametrize("scope", [None, "https://ai.azure.com/.default"])
async def test_managed_identity_may_work(azure: Azure, scope: str | None) -> None:
    provider = azure.provider(**signed_in(scope=scope))
    assert (await provider.probe()).jobs == 0
    await provider.models()
    assert azure.faults.totals("azure")["GET /azure/identity/token"] == 1


async def test_token_for_another_service_is_refused(azure: Azure) -> None:
    provider = azure.provider(**signed_in(scope="https://management.azure.com/.default"))
    with pytest.raises(Unauthorised) as told:
        await provider.probe()
    assert told.value.code == "token_refused"


async def test_refused_token_is_fetched_anew(azure: Azure) -> None:
    provider = azure.provider(**signed_in())
    await provider.jobs(None)
    body = {"statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, or have expired."}
    azure.fail("status", "GET", "/fine_tuning/jobs", status=401, body=body)
    await provider.jobs(None)
    assert azure.faults.totals("azure")["GET /azure/identity/token"] == 2


async def test_identity_endpoint_that_refuses(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "wrong-header")
    with pytest.raises(Unauthorised) as told:
        await azure.provider(**signed_in()).probe()
    assert told.value.params["kind"] == "managed_identity"
