"""The managed identity endpoint: what it issues and what it refuses."""

from datetime import timedelta

import httpx
import pytest

from sandbox.azure_openai import AzureOptions
from tests.sandbox.azure_openai.stand import Stand, running

GOOD = {"api-version": "2019-08-01", "resource": "https://cognitiveservices.azure.com"}
HEADER = {"X-IDENTITY-HEADER": "sandbox-identity-header"}


async def _token(stand: Stand, params: dict[str, str], headers: dict[str, str]) -> httpx.Response:
    return await stand.http.get(f"{stand.origin}/azure/identity/token", params=params, headers=headers)


async def test_a_token_lets_in_until_it_expires_or_is_revoked(stand: Stand) -> None:
    body = (await _token(stand, GOOD, HEADER)).json()
    assert body["token_type"] == "Bearer"
    assert body["access_token"].startswith("sandbox-entra-")
    assert isinstance(body["expires_on"], str)
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert (await stand.ask("GET", "/files", headers=bearer)).status_code == 200
    stand.clock.by = timedelta(hours=25)
    assert (await stand.ask("GET", "/files", headers=bearer)).status_code == 401


@pytest.mark.parametrize(
    ("params", "headers", "status"),
    [
        (GOOD, {}, 401),
        (GOOD, {"X-IDENTITY-HEADER": "wrong"}, 401),
        ({**GOOD, "api-version": "2017-09-01"}, HEADER, 400),
        ({"api-version": "2019-08-01"}, HEADER, 500),
        ({**GOOD, "resource": "https://example.com"}, HEADER, 500),
    ],
)
async def test_a_wrong_request_gets_no_token(
    stand: Stand, params: dict[str, str], headers: dict[str, str], status: int
) -> None:
    answer = await _token(stand, params, headers)
    assert answer.status_code == status
    assert answer.json()["statusCode"] == status
    assert "access_token" not in answer.json()


async def test_an_unknown_client_id_gets_no_token() -> None:
    async with running(AzureOptions(client_ids=frozenset({"known"}))) as stand:
        assert (await _token(stand, {**GOOD, "client_id": "known"}, HEADER)).status_code == 200
        assert (await _token(stand, {**GOOD, "client_id": "other"}, HEADER)).status_code == 400
