"""`tunesmith check` about what has to be bought before a training, and about workspaces that are not there."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.azure_openai import AzureOptions
from sandbox.server import Sandbox, create_sandbox
from tests.cli.checked import Checked, checked
from tests.patience import until

LLAMA = "purchases at llama-wus3"
MODEL = "Llama-3.3-70B-Instruct"
OTHERS = "Ministral-3B, Tsuzumi-7b"
OFFERED = f"{MODEL}, {OTHERS}"
SCOPE = "/subscriptions/00000000-0000-4000-8000-000000000001"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox()
    await made.start()
    yield made
    await made.stop()


def llama_in(got: Checked) -> str:
    """What is said of the one model among those that are sold."""
    (found,) = [line for line in got.lines() if LLAMA in line and MODEL in line.split(" | ")[0]]
    return found


async def subscribe(sandbox: Sandbox) -> None:
    """Somebody buys the model's offer in the portal."""
    place = next(one.facts.id for one in sandbox.ml.workspaces if one.facts.name == "llama-wus3")
    url = f"{sandbox.url}/ml/arm{place}/marketplaceSubscriptions/llama"
    async with httpx.AsyncClient(params={"api-version": "2024-10-01-preview"}) as http:
        asked = {"api-version": "2019-08-01", "resource": "https://management.azure.com"}
        identity = {"X-IDENTITY-HEADER": AzureOptions().identity_header}
        answer = await http.get(f"{sandbox.url}/azure/identity/token", params=asked, headers=identity)
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        body = {"properties": {"modelId": f"azureml://registries/azureml-meta/models/{MODEL}"}}
        assert (await http.put(url, json=body)).status_code == 201

        async def done() -> bool:
            return bool((await http.get(url)).json()["properties"]["provisioningState"] == "Succeeded")

        await until(done)


async def test_what_the_bot_may_buy_is_named_with_its_state(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 0, got.out
    assert llama_in(got) == (
        f"ok    {LLAMA}: {OFFERED} have to be bought before they are trained (subscription: none); the bot may, "
        "once its approvers agree (`allow_marketplace` in the connection's options is on)"
    )
    assert "Phi" not in got.look("purchases at phi-eus2"), "not sold"
    writing = [path for path in sandbox.faults.totals("ml") if path.startswith(("PUT ", "PATCH ", "DELETE "))]
    assert writing == []


async def test_what_is_subscribed_to_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.ml.configure({"speed": 1000.0})
    await subscribe(sandbox)
    got = await checked(sandbox.url, tmp_path)
    assert llama_in(got) == f"ok    {LLAMA}: {MODEL} is subscribed to (Subscribed)"


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("Suspended", f"FAIL  {LLAMA}: The subscription to the offer of {MODEL} is suspended."),
        ("Unsubscribed", f"ok    {LLAMA}: {MODEL} has to be bought before it is trained (subscription: Unsubscribed)"),
    ],
)  # fmt: skip
async def test_each_state_is_named(sandbox: Sandbox, tmp_path: Path, state: str, line: str) -> None:
    sandbox.ml.configure({"speed": 1000.0})
    await subscribe(sandbox)
    sandbox.ml.configure({"subscriptions": state})
    got = await checked(sandbox.url, tmp_path)
    found = llama_in(got)
    assert found.startswith(line)
    assert f"(subscription: {state})" in found
    assert got.code == (1 if state == "Suspended" else 0)


async def test_where_the_configuration_forbids_it_that_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    def forbid(text: str) -> str:
        return text.replace("allow_marketplace = true", "allow_marketplace = false")

    got = await checked(sandbox.url, tmp_path, change=forbid)
    assert got.code == 0
    line = llama_in(got)
    assert line.startswith(f"ok    {LLAMA}: {OFFERED} have to be bought"), "who configured it wanted it so"
    assert "the bot may not buy (`allow_marketplace` in the connection's options is off)" in line
    assert line.endswith("somebody with the rights to buy subscribes in Azure AI Studio")


@pytest.mark.parametrize("switch", [{"marketplace_rights": False}, {"role": "developer"}])
async def test_missing_rights_are_listed_each_at_its_scope(
    sandbox: Sandbox, tmp_path: Path, switch: dict[str, Any]
) -> None:
    sandbox.ml.configure(switch)
    got = await checked(sandbox.url, tmp_path)
    line = llama_in(got)
    assert line.startswith(f"WARN  {LLAMA}: {OFFERED} have to be bought")
    assert "and the bot lacks rights for it" in line
    parts = line.split(" | ")
    assert f'--role "Contributor" --scope "{SCOPE}"' in parts[2]
    assert f"Microsoft.SaaS/register/action @ {SCOPE}" in parts
    assert f"Microsoft.SaaS/resources/write @ {SCOPE}/resourceGroups/rg-ai" in parts
    workspace = "providers/Microsoft.MachineLearningServices/workspaces/llama-wus3"
    assert (
        "Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions/* @ "
        f"{SCOPE}/resourceGroups/rg-ai/{workspace}"
    ) in parts


async def test_what_cannot_be_read_is_not_called_missing(sandbox: Sandbox, tmp_path: Path) -> None:
    match = {"method": "GET", "path": "re:.*/marketplaceSubscriptions$"}
    sandbox.faults.add("ml", {"kind": "status", "match": match, "status": 403, "times": 0})
    got = await checked(sandbox.url, tmp_path)
    line = llama_in(got)
    assert line.startswith(f"WARN  {LLAMA}: whether {MODEL} is subscribed to cannot be read")
    assert "Trainings are tried all the same, and the service decides." in line


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("workspaces/llama-wus3", "workspaces/lama", "There is no workspace lama in the resource group rg-ai."),
        ("rg-ai/providers", "rg-aj/providers", "There is no resource group rg-aj."),
    ],
)  # fmt: skip
async def test_a_workspace_that_is_not_there_is_called_a_workspace(
    sandbox: Sandbox, tmp_path: Path, before: str, after: str, words: str
) -> None:
    got = await checked(sandbox.url, tmp_path, change=lambda text: text.replace(before, after))
    assert got.code == 1
    line = next(
        one for one in got.out.replace("\n          ", " | ").splitlines() if "connection llama-wus3: " in one
    )
    assert words in line
    assert "`connections.llama-wus3.resource_id`" in line.split(" | ")[-1]
    assert "account" not in line
    assert "training at llama-wus3" not in got.out
    assert LLAMA not in got.out


async def test_a_workspace_of_another_tenant_is_told_with_its_setting(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.ml.configure({"other_tenant": True})
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 1
    line = got.look("connection llama-wus3")
    assert "belongs to another tenant than the bot's sign-in" in line
    assert "`connections.llama-wus3.tenant_id`" in line
