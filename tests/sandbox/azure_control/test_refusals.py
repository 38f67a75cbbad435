"""What the service refuses to deploy, with its codes and (where they are known) its words."""

from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions, Limits
from tests.sandbox.azure_control.arm import DEV, EDGE, PROD, SUB_2, TUNED, VERSION, Arm, body, train
from tests.sandbox.azure_openai.stand import running

INVALID = "InvalidResourceProperties"
UNSUPPORTED = "DeploymentModelNotSupported"
CASES: list[tuple[str, dict[str, Any], int, str, str]] = [
    ("b", {}, 400, "InvalidResourceName", "'b'"),
    ("b" * 65, {}, 400, "InvalidResourceName", "64"),
    ("-bot", {}, 400, "InvalidResourceName", "'-bot'"),
    ("bot", {"sku": None}, 400, INVALID, "The sku of model deployment is not provided."),
    ("bot", {"capacity": 0}, 400, INVALID, "'0'"),
    ("bot", {"capacity": 1001}, 400, INVALID, "'1000'"),
    ("bot", {"capacity": "1"}, 400, INVALID, "capacity"),
    ("bot", {"capacity": True}, 400, INVALID, "capacity"),
    ("bot", {"model_format": None}, 400, INVALID, "model format"),
    ("bot", {"model_format": "OpenAI-OSS"}, 500, "InternalServerError", ""),
    ("bot", {"versionUpgradeOption": "Never"}, 400, INVALID, "versionUpgradeOption"),
    ("bot", {"raiPolicyName": "none-such"}, 400, INVALID, "'none-such'"),
    ("bot", {"tags": {"a/b": "1"}}, 400, "InvalidTag", "reserved"),
    ("bot", {"tags": {str(number): "1" for number in range(51)}}, 400, "InvalidTag", "too many"),
    ("bot", {"tags": {"a": "x" * 257}}, 400, "InvalidTag", "too long"),
    ("bot", {"tags": {"a": 1}}, 400, "InvalidTag", "strings"),
    (
        "bot", {"model": "gpt-9.ft-1"}, 400, UNSUPPORTED,
        "The model 'Format: OpenAI, Name: gpt-9.ft-1, Version: 1, Source: ' of account deployment is not supported.",
    ),
    ("bot", {"model_version": "2"}, 400, UNSUPPORTED, "Version: 2"),
    ("bot", {"model": "gpt-4o", "model_version": "1999-01-01"}, 400, UNSUPPORTED, "Version: 1999-01-01"),
    (
        "bot", {"model": "davinci-002"}, 400, UNSUPPORTED,
        ("Creating account deployment is not supported by the model 'davinci-002'. This is usually because there are "
        "better models available for the similar functionality."),
    ),
    (
        "bot", {"model": "gpt-35-turbo", "model_version": "0613"}, 400, "ServiceModelDeprecated",
        "The model 'Format:OpenAI,Name:gpt-35-turbo,Version:0613' has been deprecated since 02/13/2025 00:00:00.",
    ),
    (
        "bot", {"sku": "ProvisionedManaged"}, 400, INVALID,
        (f"The specified SKU 'ProvisionedManaged' of account deployment is not supported by the model '{TUNED}' "
        "version: '1'."),
    ),
    ("bot", {"sku": "DataZoneStandard"}, 400, INVALID, "'DataZoneStandard'"),
    ("bot", {"sku": "DeveloperTier", "version": "2025-06-01"}, 400, INVALID, "'DeveloperTier'"),
    (
        "bot", {"capacity": 151}, 400, "InsufficientQuota",
        ("This operation require 151 new capacity in quota Tokens Per Minute (thousands) - gpt-4.1-mini - Standard - "
        "finetune, which is bigger than the current available capacity 150. The current quota usage is 0 and the "
        "quota limit is 150 for quota Tokens Per Minute (thousands) - gpt-4.1-mini - Standard - finetune."),
    ),
    ("bot", {"account": EDGE, "source": PROD}, 400, UNSUPPORTED, "'italynorth'"),
    (
        "bot", {"account": EDGE, "model": "gpt-4o", "model_version": None}, 400, INVALID,
        "The specified SKU 'Standard' for model 'gpt-4o 2024-11-20' is not supported in this region 'italynorth'.",
    ),
    ("bot", {"account": DEV}, 400, UNSUPPORTED, TUNED),
    ("bot", {"source": PROD.replace("prod-swc", "nobody")}, 403, "LinkedAuthorizationFailed", "nobody"),
    ("bot", {"source": "prod-swc"}, 403, "LinkedAuthorizationFailed", "'prod-swc'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fields", "status", "code", "words"), CASES)
async def test_a_refusal_has_its_code_and_words_and_leaves_nothing(
    arm: Arm, name: str, fields: dict[str, Any], status: int, code: str, words: str
) -> None:
    answer = await arm.put(name, **fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert words in answer.json()["error"]["message"]
    assert (await arm.get(f"{PROD}/deployments"))["value"] == []


@pytest.mark.parametrize("sent", [b"{", b"[]", b""])
async def test_a_body_that_is_no_object(arm: Arm, sent: bytes) -> None:
    answer = await arm.ask("PUT", f"{PROD}/deployments/bot", content=sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequestContent")


@pytest.mark.parametrize("sent", [{}, {"model": {}}, {"model": []}, []])
async def test_a_body_without_a_model(arm: Arm, sent: Any) -> None:
    wanted = {"sku": {"name": "Standard"}, "properties": sent}
    answer = await arm.ask("PUT", f"{PROD}/deployments/bot", json=wanted)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, INVALID)


async def test_a_custom_model_is_deployed_once_in_an_account(arm: Arm) -> None:
    await arm.deploy("bot")
    for name in (TUNED, "ftchkpt-0-last"):
        answer = await arm.put("again", model=name)
        assert answer.status_code == 409
        assert "already deployed as 'bot'" in answer.json()["error"]["message"]
    await arm.deploy("early", model="ftchkpt-0")
    await arm.deploy("bot", account=DEV, source=PROD)


async def test_a_name_keeps_its_model(arm: Arm) -> None:
    await arm.deploy("bot")
    answer = await arm.put("BOT", model=train(arm.stand, 2))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "Conflict")
    assert TUNED in answer.json()["error"]["message"]


@pytest.mark.parametrize(("tuned", "what"), [(True, "fine-tuned model"), (False, "standard")])
async def test_an_account_has_so_many_deployments(tuned: bool, what: str) -> None:
    limits = Limits(fine_tuned_deployments=2, standard_deployments=2)
    async with running(AzureOptions(speed=1000, random_seed=1, limits=limits)) as stand:
        arm = Arm(stand)

        def fields(number: int) -> dict[str, Any]:
            if tuned:
                return {"model": train(stand, number)}
            return {"model": "gpt-4o", "model_version": None}

        for number in range(2):
            await arm.deploy(f"bot-{number}", **fields(number))
        answer = await arm.put("bot-2", **fields(2))
        assert answer.status_code == 400
        assert f"{what} deployments (2)" in answer.json()["error"]["message"]
        assert (await arm.put("bot-1", capacity=2, **fields(1))).status_code == 200, "a change is no new one"


async def test_a_change_needs_quota_for_what_is_new_only(arm: Arm) -> None:
    await arm.deploy("bot", capacity=100)
    assert (await arm.put("bot", capacity=150)).status_code == 200
    answer = await arm.put("bot", capacity=151)
    assert "require 1 new capacity" in answer.json()["error"]["message"]
    answer = await arm.ask(
        "PATCH", f"{PROD}/deployments/bot", json={"sku": {"name": "GlobalStandard", "capacity": 201}}
    )
    assert "require 201 new capacity" in answer.json()["error"]["message"]
    assert (await arm.get(f"{PROD}/deployments/bot"))["sku"] == {"name": "Standard", "capacity": 150}


async def test_a_tuned_model_cannot_be_deployed_once_its_base_is_retired(arm: Arm) -> None:
    answer = await arm.put("bot", model=train(arm.stand, 2, base="gpt-35-turbo-0125"))
    assert answer.json()["error"]["code"] == "ServiceModelDeprecated"
    assert "Name:gpt-35-turbo,Version:0125" in answer.json()["error"]["message"]


async def test_other_makers_models_have_their_own_format(arm: Arm) -> None:
    model = train(arm.stand, 2, base="gpt-oss-20b")
    assert (await arm.put("bot", model=model, sku="GlobalStandard")).status_code == 500
    assert (await arm.put("bot", model=model, sku="Standard", model_format="Microsoft")).status_code == 400
    await arm.deploy("bot", model=model, sku="GlobalStandard", model_format="Microsoft")


async def test_a_model_is_there_when_its_job_has_succeeded(arm: Arm) -> None:
    model = train(arm.stand, 2, status="running")
    arm.stand.service.resource("prod-swc").models._sources.pop(model)
    assert (await arm.put("bot", model=model)).json()["error"]["code"] == UNSUPPORTED


async def test_a_source_in_another_subscription_may_be_unreadable(arm: Arm) -> None:
    arm.stand.service.configure({"unreadable_sources": True})
    answer = await arm.put("bot", account=DEV, source=PROD)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "LinkedAuthorizationFailed")
    message = answer.json()["error"]["message"]
    assert f"on scope '{DEV}/deployments/bot'" in message
    assert f"'Microsoft.CognitiveServices/accounts/read' on the linked scope(s) '{PROD}'" in message
    assert SUB_2 in message
    assert (await arm.put("bot", source=PROD)).status_code == 201, "the same subscription is readable"


async def test_a_reader_may_not_write(arm: Arm) -> None:
    await arm.deploy("bot")
    arm.stand.service.configure({"arm_rights": "reader"})
    for method, verb in (("PUT", "write"), ("PATCH", "write"), ("DELETE", "delete")):
        answer = await arm.ask(method, f"{PROD}/deployments/bot", json=body())
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AuthorizationFailed")
        action = f"'Microsoft.CognitiveServices/accounts/deployments/{verb}'"
        wanted = f"does not have authorization to perform action {action} over scope '{PROD}/deployments/bot'"
        assert wanted in answer.json()["error"]["message"]
    assert len((await arm.get(f"{PROD}/deployments"))["value"]) == 1
    arm.stand.service.configure({"arm_rights": "none"})
    answer = await arm.ask("GET", f"{PROD}/deployments")
    assert "accounts/deployments/read" in answer.json()["error"]["message"]


async def test_a_policy_denies_writes(arm: Arm) -> None:
    arm.stand.service.configure({"policy_denied": True})
    answer = await arm.put("bot")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "RequestDisallowedByPolicy")
    assert error["message"].startswith("Resource 'bot' was disallowed by policy. Policy identifiers: '[{")
    assert error["additionalInfo"][0]["info"]["policyDefinitionEffect"] == "Deny"
    assert (await arm.ask("GET", f"{PROD}/deployments", version=VERSION)).status_code == 200
