"""Keys of endpoints in a Key Vault: written, named, refused with the remedy, shown nowhere."""

import os
from typing import Any

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_ai.access import VAULT_ROLE
from providers.azure_ai.vault import SET, VaultDialect, secret_name, vault_name
from providers.azure_ai.workspace_id import WorkspaceId
from providers.calls import Call
from providers.errors import Conflict, ProviderError, Refused, ServiceAnswer, Unauthorised
from tests.providers.azure_ai.hosts import LLAMA, PHI, Hosts, deployed, hosts, wanted
from tests.providers.helpers import serving

__all__ = ["hosts"]

KV = f"{LLAMA.partition('/providers')[0]}/providers/Microsoft.KeyVault/vaults/kv-llama"


async def secret_of(hosts: Hosts, name: str) -> dict[str, Any]:
    """A secret as somebody who may reads it."""
    async with httpx.AsyncClient() as http:
        token = await http.get(
            f"{hosts.url}/azure/identity/token",
            params={"api-version": "2019-08-01", "resource": "https://vault.azure.net"},
            headers={"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]},
        )
        answer = await http.get(
            f"{hosts.url}/ml/vault/kv-llama/secrets/{name}?api-version=7.4",
            headers={"Authorization": f"Bearer {token.json()['access_token']}"},
        )
    found: dict[str, Any] = answer.json()
    return found


async def test_the_key_is_in_the_vault_under_the_name_that_is_told(hosts: Hosts) -> None:
    hosting = hosts.hosting(key_vault=f"{hosts.url}/ml/vault/kv-llama")
    await deployed(hosting, wanted(hosts.tuned()))
    await hosting.hand_over("support-v12")
    told = hosting.endpoint("support-v12")
    assert (told.key_secret, told.key_vault) == ("llama-wus3-support-v12", f"{hosts.url}/ml/vault/kv-llama")
    assert told.key_command == (
        "az keyvault secret show --vault-name kv-llama --name llama-wus3-support-v12 --query value --output tsv"
    )
    assert told.key_direct.startswith("az ml serverless-endpoint get-credentials --name support-v12 ")
    kept = await secret_of(hosts, told.key_secret)
    assert kept["value"] == hosts.workspace().endpoints["support-v12"].keys["primaryKey"]
    assert kept["tags"] == {"endpoint": "support-v12", "workspace": "llama-wus3"}
    await hosting.hand_over("support-v12")
    assert (await secret_of(hosts, told.key_secret))["value"] == kept["value"], "it may be repeated"


async def test_without_a_vault_no_key_is_read(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned()))
    await hosting.hand_over("support-v12")
    assert hosts.asked("POST", "/listKeys") == 0


async def test_a_missing_role_is_told_with_the_command_that_grants_it(hosts: Hosts) -> None:
    hosts.switch(vault_rights=False)
    hosting = hosts.hosting(key_vault=f"{hosts.url}/ml/vault/kv-llama")
    await deployed(hosting, wanted(hosts.tuned()))
    with pytest.raises(Unauthorised) as told:
        await hosting.hand_over("support-v12")
    assert (told.value.code, told.value.params["role"]) == ("vault_role_missing", VAULT_ROLE)
    assert str(told.value.params["grant"]).endswith(f'--scope "{KV}"'), (
        "the workspace's own vault is known by its id"
    )


async def test_the_id_of_another_vault_is_looked_up_by_the_command(hosts: Hosts) -> None:
    hosts.switch(vault_rights=False)
    hosting = hosts.hosting(key_vault=f"{hosts.url}/ml/vault/kv-phi")
    await deployed(hosting, wanted(hosts.tuned()))
    with pytest.raises(Unauthorised) as told:
        await hosting.hand_over("support-v12")
    assert '--scope "$(az keyvault show --name kv-phi --query id --output tsv)"' in str(
        told.value.params["grant"]
    )


async def test_a_vault_that_is_not_there_is_told(hosts: Hosts) -> None:
    hosting = hosts.hosting(key_vault=f"{hosts.url}/ml/vault/kv-none")
    await deployed(hosting, wanted(hosts.tuned()))
    with pytest.raises(Refused) as told:
        await hosting.hand_over("support-v12")
    assert told.value.code == "vault_unknown"


async def test_a_vault_that_repeats_the_key_leaks_nothing(
    hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    async def echo(request: web.Request) -> web.StreamResponse:
        value = (await request.json())["value"]
        return web.json_response(
            {"error": {"code": "BadParameter", "message": f"Not this: {value}"}}, status=400
        )

    async with serving(echo) as vault:
        hosting = hosts.hosting(key_vault=vault)
        await deployed(hosting, wanted(hosts.tuned()))
        with pytest.raises(ProviderError) as told:
            await hosting.hand_over("support-v12")
    key = hosts.workspace().endpoints["support-v12"].keys["primaryKey"]
    assert told.value.code == "vault_refused"
    assert told.value.answer.message.startswith("Not this: ")
    assert key not in told.value.answer.message + str(told.value) + repr(told.value) + caplog.text


@pytest.mark.parametrize(("status", "code", "words", "expected"), [
    (403, "ForbiddenByFirewall", "Client address is not authorized", "vault_network_refused"),
    (403, "Forbidden", "Public network access is disabled", "vault_network_refused"),
    (403, "ForbiddenByPolicy", "The user does not have secrets set permission", "vault_role_missing"),
    (409, "ObjectIsDeletedButRecoverable", "Secret is currently deleted but recoverable", "vault_secret_deleted"),
    (409, "Conflict", "Another request is under way", "vault_refused"),
    (401, "Unauthorized", "AKV10022: Invalid audience", "token_refused"),
    (429, "Throttled", "", "throttled"),
])  # fmt: skip
def test_refusals_mean_what_they_say(status: int, code: str, words: str, expected: str) -> None:
    dialect = VaultDialect("kv", "/x/kv", "")
    call = Call(operation=SET, method="PUT", path="/secrets/s", repeatable=True, what={"secret": "s"})
    problem = dialect.refusal(ServiceAnswer(status=status, code=code, message=words), call)
    assert problem.code == expected
    assert problem.params["vault"] == "kv"
    if expected == "vault_secret_deleted":
        assert isinstance(problem, Conflict)
        assert problem.params["secret"] == "s"


@given(st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}", fullmatch=True), st.text(min_size=1, max_size=300))
def test_names_of_secrets_are_names_that_a_vault_takes(workspace: str, endpoint: str) -> None:
    name = secret_name(WorkspaceId("s", "g", workspace), endpoint)
    assert 1 <= len(name) <= 127
    assert all(one.isascii() and (one.isalnum() or one == "-") for one in name)


@pytest.mark.parametrize(("address", "name"), [
    ("https://kv-llama.vault.azure.net", "kv-llama"),
    ("https://kv-llama.vault.azure.cn/", "kv-llama"),
    ("http://127.0.0.1:9000/ml/vault/kv-phi", "kv-phi"),
])  # fmt: skip
def test_a_vaults_name_stands_in_its_address(address: str, name: str) -> None:
    assert vault_name(address) == name


def test_the_workspace_is_named_so_that_two_may_share_a_vault() -> None:
    assert secret_name(WorkspaceId.parse(LLAMA), "chat") != secret_name(WorkspaceId.parse(PHI), "chat")
