"""What stands before everything: tokens, api-versions, addresses, throttling, headers."""

from datetime import timedelta

import pytest

from sandbox.azure_control.versions import VERSIONS
from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai.options import ArmLimits
from sandbox.server import SandboxOptions, create_sandbox
from tests.sandbox.azure_control.arm import AUDIENCE, PROD, SUB_1, SWEDEN, Arm
from tests.sandbox.azure_openai.stand import running

LIST = f"{PROD}/deployments"


async def _code(arm: Arm, path: str, **rest: object) -> tuple[int, str]:
    answer = await arm.ask("GET", path, **rest)  # type: ignore[arg-type]  # keywords of httpx
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_token_for_resource_manager_is_needed(arm: Arm) -> None:
    for headers in ({}, {"api-key": "sandbox-azure-key"}, {"Authorization": "Basic x"}):
        assert await _code(arm, LIST, headers=headers) == (401, "AuthenticationFailed")
    other = await arm.token("https://cognitiveservices.azure.com")
    wrong = await arm.ask("GET", LIST, headers={"Authorization": f"Bearer {other}"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "InvalidAuthenticationTokenAudience")
    assert "'https://cognitiveservices.azure.com'" in wrong.json()["error"]["message"]
    assert wrong.headers["WWW-Authenticate"].startswith("Bearer ")
    unknown = {"Authorization": "Bearer sandbox-entra-unknown"}
    assert await _code(arm, LIST, headers=unknown) == (401, "InvalidAuthenticationToken")
    await arm.get(LIST)
    arm.stand.clock.by = timedelta(hours=25)
    assert await _code(arm, LIST) == (401, "ExpiredAuthenticationToken")


async def test_a_token_for_resource_manager_does_not_open_the_data_plane(arm: Arm) -> None:
    headers = {"Authorization": f"Bearer {await arm.token(AUDIENCE)}"}
    assert (await arm.stand.ask("GET", "/files", headers=headers)).status_code == 401


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_version_is_served(arm: Arm, version: str) -> None:
    assert (await arm.get(LIST, version=version)) == {"value": []}


@pytest.mark.parametrize(
    ("path", "version", "code"),
    [
        (LIST, "", "MissingApiVersionParameter"),
        (LIST, "latest", "InvalidApiVersionParameter"),
        (LIST, "2024-10-21", "NoRegisteredProviderFound"),
        (f"{PROD}/raiPolicies", "2023-05-01", "NoRegisteredProviderFound"),
        (f"{PROD}/providers/Microsoft.Authorization/permissions", "2023-05-01", "NoRegisteredProviderFound"),
        (f"{SWEDEN}/modelCapacities", "2023-05-01", "NoRegisteredProviderFound"),
    ],
)
async def test_an_api_version_is_needed_and_must_be_known(
    arm: Arm, path: str, version: str, code: str
) -> None:
    assert await _code(arm, path, version=version) == (400, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (LIST.replace("prod-swc", "nobody"), 404, "ResourceNotFound"),
        (LIST.replace("prod-swc", "dev-eus2"), 404, "ResourceNotFound"),
        (LIST.replace("rg-ml", "rg-none"), 404, "ResourceGroupNotFound"),
        (LIST.replace(SUB_1, SUB_1.replace("0001", "0009")), 404, "SubscriptionNotFound"),
        (LIST.replace(SUB_1, "prod"), 400, "InvalidSubscriptionId"),
        (f"{LIST}/none", 404, "ResourceNotFound"),
        (f"{PROD}/nothing", 404, "NotFound"),
        (SWEDEN.replace("swedencentral", "atlantis") + "/usages", 400, "LocationNotAvailableForResourceType"),
    ],
)
async def test_an_address_must_exist(arm: Arm, path: str, status: int, code: str) -> None:
    assert await _code(arm, path) == (status, code)


async def test_the_words_for_an_unknown_account(arm: Arm) -> None:
    answer = await arm.ask("GET", PROD.replace("prod-swc", "nobody"))
    assert answer.json()["error"]["message"] == (
        "The Resource 'Microsoft.CognitiveServices/accounts/nobody' under resource group 'rg-ml' was not found. For "
        "more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )


async def test_a_wrong_verb_is_told(arm: Arm) -> None:
    answer = await arm.ask("POST", f"{LIST}/bot", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "MethodNotAllowed")


async def test_every_answer_carries_its_ids(arm: Arm) -> None:
    token = {"Authorization": f"Bearer {await arm.token()}"}
    for path, headers in ((LIST, token), (f"{LIST}/none", token), (LIST, {})):
        first = await arm.ask("GET", path, headers={**headers, "x-ms-correlation-request-id": "ours"})
        second = await arm.ask("GET", path, headers=headers)
        assert first.headers["x-ms-correlation-request-id"] == "ours"
        assert first.headers["x-ms-request-id"] != second.headers["x-ms-request-id"]


async def test_requests_are_throttled_by_kind_and_caller() -> None:
    limits = ArmLimits(reads=3, reads_per_second=0.5, writes=1, writes_per_second=1)
    async with running(AzureOptions(random_seed=1, arm_limits=limits)) as stand:
        arm = Arm(stand)
        stand.clock.by = timedelta()
        left = [
            (await arm.ask("GET", LIST)).headers["x-ms-ratelimit-remaining-subscription-reads"]
            for _ in range(3)
        ]
        assert left == ["2", "1", "0"]
        refused = await arm.ask("GET", LIST)
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            429,
            "SubscriptionRequestsThrottled",
        )
        seconds = int(refused.headers["Retry-After"])
        assert 1 <= seconds <= 2
        somebody = {"Authorization": f"Bearer {await arm.token(client_id='other')}"}
        assert (await arm.ask("GET", LIST, headers=somebody)).status_code == 200
        assert (await arm.ask("PUT", f"{LIST}/bot", json={})).status_code == 400, "writes are counted apart"
        assert (await arm.ask("PUT", f"{LIST}/bot", json={})).status_code == 429
        stand.clock.by = timedelta(seconds=seconds)
        assert (await arm.ask("GET", LIST)).status_code == 200


async def test_the_panel_sees_and_disturbs_resource_manager() -> None:
    sandbox = create_sandbox(options=SandboxOptions(azure=AzureOptions(random_seed=1)))
    await sandbox.start()
    try:
        sandbox.faults.add("azure", {"kind": "status", "status": 503, "match": {"path": "/arm/"}, "times": 1})
        async with running(AzureOptions()) as elsewhere:
            url = f"{sandbox.url}/arm{LIST}?api-version=2025-09-01"
            answers = [(await elsewhere.http.get(url)).status_code for _ in range(2)]
        assert answers == [503, 401]
        assert sandbox.faults.totals("azure") == {f"GET /arm{LIST}": 2}
    finally:
        await sandbox.stop()
