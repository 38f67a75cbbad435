"""`tunesmith check` about deployments: rights with the line that grants them, quotas, prices, measurements, freezes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from tests.cli.checked import checked
from tests.sandbox.azure_calls.records import deployment, put

WHERE = "deployments at prod-swc"
POOL = "OpenAI.Standard.gpt-4.1-mini-finetune"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox(options=SandboxOptions(azure=AzureOptions(random_seed=5, quota={POOL: 100})))
    await made.start()
    yield made
    await made.stop()


def deployed(sandbox: Sandbox, name: str, **given: Any) -> None:
    """A deployment that was made in the portal an hour ago."""
    made = deployment(name, datetime.now(UTC) - timedelta(hours=1), **given)
    put(sandbox.azure.control.deployments, made)


async def test_missing_rights_come_with_the_line_that_grants_them(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.azure.configure({"arm_rights": "reader"})
    got = await checked(
        sandbox.url, tmp_path, TUNESMITH_CONNECTION_PROD_SWC_CLIENT_ID="11111111-2222-3333-4444-555555555555"
    )
    assert got.code == 1
    line = got.look("prod-swc: rights: lacks Microsoft.CognitiveServices/accounts/deployments/write")
    assert "nothing that is approved can be rolled out" in line
    assert (
        'az role assignment create --assignee "11111111-2222-3333-4444-555555555555" '
        '--role "Cognitive Services Contributor" --scope "/subscriptions/'
    ) in line
    assert line.endswith('/accounts/prod-swc"')
    call = got.look("dev-eus2: rights: lacks Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat")
    assert "Cognitive Services OpenAI User" in call
    assert got.look(f"{WHERE}: region").startswith("ok"), "what may be read is looked at"


async def test_without_any_right_only_that_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.azure.configure({"arm_rights": "none"})
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 1
    assert f"{WHERE}: rights: lacks Microsoft.Insights/metrics/read" in got.out
    assert f"{WHERE}: region" not in got.out
    quotas = got.look("prod-swc: rights: lacks Microsoft.CognitiveServices/locations/usages/read")
    assert quotas.startswith("WARN"), "without quotas the bot only knows less"
    assert got.look("connection prod-swc").startswith("ok"), "the data plane is another matter"


async def test_a_control_plane_that_does_not_answer(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(
        sandbox.url, tmp_path, TUNESMITH_CONNECTION_PROD_SWC_MANAGEMENT="http://127.0.0.1:9/arm"
    )
    assert got.code == 1
    assert got.look(f"{WHERE}: rights").startswith("FAIL")
    assert got.look("deployments at dev-eus2: region").startswith("ok")


async def test_an_account_that_is_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(
        sandbox.url, tmp_path, change=lambda text: text.replace("accounts/prod-swc", "accounts/prod-swd")
    )
    assert got.code == 1
    assert any(line.startswith(f"FAIL  {WHERE}") for line in got.out.splitlines())


async def test_a_quota_that_is_nearly_used_up(sandbox: Sandbox, tmp_path: Path) -> None:
    deployed(sandbox, "support-v9", capacity=95)
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 0
    line = got.look(f"{WHERE}: quotas")
    assert line.startswith("WARN")
    assert f"{POOL} 95 of 100" in line


async def test_as_many_deployments_as_fit(sandbox: Sandbox, tmp_path: Path) -> None:
    for number in range(9):
        deployed(sandbox, f"bot-{number}", capacity=1)
    deployed(sandbox, "plain", tuned=False, capacity=1)
    line = (await checked(sandbox.url, tmp_path)).look(f"{WHERE}: quotas")
    assert "fine-tuned deployments 9 of 10" in line


async def test_a_price_that_is_missing_for_what_is_deployed(sandbox: Sandbox, tmp_path: Path) -> None:
    deployed(sandbox, "support-v9", capacity=1)
    deployed(sandbox, "cheap", capacity=1, sku="DeveloperTier")

    def without(text: str) -> str:
        return text[: text.index("[[hosting]]")]

    known = await checked(sandbox.url, tmp_path)
    assert "known for all 1 that cost by the hour" in known.look(f"{WHERE}: prices")
    got = await checked(sandbox.url, tmp_path, change=without)
    line = got.look(f"{WHERE}: prices")
    assert line.startswith("WARN")
    assert "none for gpt-4.1-mini-2025-04-14 with Standard (support-v9)" in line
    assert 'Add [[hosting]] with model = "gpt-4.1-mini-2025-04-14", sku = "Standard"' in line


async def test_a_region_that_is_another_than_configured(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path, TUNESMITH_CONNECTION_PROD_SWC_REGION="West Europe")
    assert 'Set region = "swedencentral".' in got.look(f"{WHERE}: region")


async def test_a_region_that_the_service_does_not_name_is_compared_with_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    got = await checked(sandbox.url, tmp_path)
    line = got.look("deployments at dbx-eus: region")
    assert line.startswith("ok"), line
    assert "the service does not name it" in line
    assert 'region = ""' not in got.out


async def test_measurements_that_cannot_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    fault = {"match": {"path": "metrics"}, "kind": "status", "status": 403, "times": 1000}
    body = {"error": {"code": "AuthorizationFailed", "message": "does not have authorization"}}
    sandbox.faults.add("azure", {**fault, "body": body})
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 1
    look = got.look(f"{WHERE}: last calls")
    assert look.startswith("FAIL")
    assert "does not have authorization" not in look, "our sentence says it already"
    assert look.split(" | ")[1].startswith("az role assignment create"), "to be pasted as it is"


async def test_an_identity_named_by_one_refusal_is_named_in_all_commands(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.azure.configure({"arm_rights": "reader"})
    who = "12345678-1111-2222-3333-444444444444"
    body = {
        "error": {
            "code": "AuthorizationFailed",
            "message": f"The client 'x' with object id '{who}' does not.",
        }
    }
    fault = {"match": {"path": "metrics"}, "kind": "status", "status": 403, "times": 1000, "body": body}
    sandbox.faults.add("azure", fault)
    got = await checked(sandbox.url, tmp_path)
    assert f'--assignee "{who}"' in got.look(
        "prod-swc: rights: lacks Microsoft.CognitiveServices/accounts/deployments/w"
    )
    assert "<object id" not in got.out


async def test_without_a_resource_id_there_is_nothing_to_look_at(sandbox: Sandbox, tmp_path: Path) -> None:
    def change(text: str) -> str:
        return "\n".join(line for line in text.splitlines() if "accounts/" not in line)

    got = await checked(sandbox.url, tmp_path, change=change)
    assert got.code == 0
    assert "deployments at prod-swc" not in got.out
    assert "deployments at llama-wus3" in got.out, "where there are some, they are looked at"
    approvers = got.look("approvals of keeping")
    assert "prod-swc" not in approvers
    assert "dbx-eus" in approvers


async def test_a_freeze_and_one_that_cannot_be_looked_at(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    freeze = tmp_path / "state" / "FREEZE"
    freeze.write_text("Migration until Friday.\n", encoding="utf-8")
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 0, "a freeze is meant"
    assert "WARN" in got.look("freeze (")
    assert "Migration until Friday." in got.look("freeze (")
    freeze.unlink()
    freeze.mkdir()
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 1
    assert "counts as a freeze" in got.look("freeze (")
