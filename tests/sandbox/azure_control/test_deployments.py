"""The life of deployments: made, watched, changed, listed, deleted."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions
from tests.patience import until
from tests.sandbox.azure_control.arm import DEV, PROD, SUB_1, SWEDEN, TUNED, VERSION, Arm, train
from tests.sandbox.azure_openai.stand import MODEL, running

ONE = f"{PROD}/deployments/bot"


async def _state(arm: Arm) -> str:
    return str((await arm.get(ONE))["properties"]["provisioningState"])


async def test_a_deployment_is_accepted_created_and_ready_minutes_later(slow: Arm) -> None:
    answer = await slow.put("bot", sku="globalstandard", capacity=20, tags={"request": "A7"})
    assert answer.status_code == 201
    assert answer.headers["Retry-After"] == "4"
    made = answer.json()
    assert made["properties"]["provisioningState"] == "Accepted"
    assert made["properties"]["model"] == {"format": "OpenAI", "name": TUNED, "version": "1"}
    assert (made["sku"], made["tags"]) == ({"name": "GlobalStandard", "capacity": 20}, {"request": "A7"})
    operation = answer.headers["Azure-AsyncOperation"]
    assert operation.startswith(f"{slow.stand.origin}/arm{SWEDEN}/operationStatuses/")
    record = slow.stand.service.control.deployments.get("prod-swc", "bot")
    assert record is not None
    slow.stand.clock.by = timedelta(seconds=2)
    assert await _state(slow) == "Creating"
    running_now = await slow.get(operation)
    assert (running_now["status"], "endTime" in running_now) == ("Running", False)
    slow.stand.clock.by = timedelta(seconds=5)
    assert await _state(slow) == "Succeeded"
    assert (await slow.get(operation))["status"] == "Succeeded"
    assert not record.is_ready(slow.stand.clock.now()), "the data plane comes later than Resource Manager"
    slow.stand.clock.by = timedelta(seconds=11)
    assert record.is_ready(slow.stand.clock.now())


async def test_the_switches_decide_how_long_it_takes_and_what_is_past_stays(slow: Arm) -> None:
    await slow.put("bot")
    slow.stand.service.configure({"deploy_seconds": 3600})
    slow.stand.clock.by = timedelta(minutes=30)
    assert await _state(slow) == "Creating"
    slow.stand.service.configure({"deploy_seconds": 60})
    assert await _state(slow) == "Succeeded"
    slow.stand.service.configure({"deploy_seconds": 3600})
    assert await _state(slow) == "Succeeded"


async def test_an_operation_may_end_failed_and_be_tried_again(slow: Arm) -> None:
    reason = ["ModelEvaluationFailed", "model scores above acceptable thresholds for [Violence]"]
    slow.stand.service.configure({"fail_deployment": reason})
    operation = (await slow.put("bot")).headers["Azure-AsyncOperation"]
    slow.stand.clock.by = timedelta(seconds=5)
    failed = await slow.get(operation)
    assert (failed["status"], list(failed["error"].values())) == ("Failed", reason)
    assert await _state(slow) == "Failed"
    slow.stand.service.configure({"fail_deployment": None, "deploy_seconds": 0})
    assert (await slow.put("bot")).status_code == 201
    assert await _state(slow) == "Succeeded"


async def test_a_put_over_a_deployment_changes_it_in_place(arm: Arm) -> None:
    before = await arm.deploy("bot", capacity=5, tags={"owner": "rin"}, raiPolicyName="corp-strict")
    arm.stand.clock.by = timedelta(hours=1)
    answer = await arm.put("bot", capacity=9, tags={"owner": "ada"})
    assert answer.status_code == 200
    after = answer.json()
    assert (after["sku"]["capacity"], after["tags"]) == (9, {"owner": "ada"})
    assert "raiPolicyName" not in after["properties"], "a PUT says everything: the default filter is back"
    assert after["etag"] != before["etag"]
    created, changed = (
        datetime.fromisoformat(after["systemData"][name]) for name in ("createdAt", "lastModifiedAt")
    )
    assert created == datetime.fromisoformat(before["systemData"]["createdAt"])
    assert changed - created >= timedelta(hours=1)


async def test_a_patch_changes_capacity_and_tags_only(arm: Arm) -> None:
    await arm.deploy("bot", sku="GlobalStandard", tags={"a": "1"}, raiPolicyName="corp-strict")
    answer = await arm.ask("PATCH", ONE, json={"sku": {"name": "GlobalStandard", "capacity": 3}})
    assert answer.status_code == 200
    assert (answer.json()["sku"]["capacity"], answer.json()["tags"]) == (3, {"a": "1"})
    answer = await arm.ask("PATCH", ONE, json={"tags": {}})
    assert "tags" not in answer.json()
    assert answer.json()["properties"]["raiPolicyName"] == "corp-strict"
    assert (await arm.ask("PATCH", ONE, json={"properties": {}})).status_code == 400
    assert (await arm.ask("PATCH", f"{PROD}/deployments/other", json={})).status_code == 404
    assert (await arm.ask("PATCH", ONE, json={}, version="2023-05-01")).status_code == 405


@pytest.mark.parametrize(
    ("version", "header"), [("2023-05-01", "azure-asyncoperation"), (VERSION, "location")]
)
async def test_a_deletion_takes_its_time_and_leaves_nothing(slow: Arm, version: str, header: str) -> None:
    await slow.put("bot")
    slow.stand.clock.by = timedelta(seconds=10)
    answer = await slow.ask("DELETE", ONE, version=version)
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "4")
    address = answer.headers[header]
    assert await _state(slow) == "Deleting"
    assert (await slow.ask("GET", address)).status_code == (202 if header == "location" else 200)
    slow.stand.clock.by = timedelta(seconds=13)
    assert (await slow.ask("GET", ONE)).status_code == 404
    ended = await slow.ask("GET", address)
    assert ended.status_code == 204 or ended.json()["status"] == "Succeeded"
    assert (await slow.ask("DELETE", ONE)).status_code == 204


async def test_one_thing_at_a_time_happens_to_an_account(slow: Arm) -> None:
    train(slow.stand, 2)
    train(slow.stand, resource="dev-eus2")
    await slow.put("bot")
    other = f"{MODEL}.ft-{'ab' * 16}-n2"
    for answer in (await slow.put("other", model=other), await slow.ask("DELETE", ONE)):
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "RequestConflict")
        assert f"'{PROD}'" in answer.json()["error"]["message"]
    assert (await slow.put("bot", account=DEV)).status_code == 201, "another account is another matter"
    slow.stand.clock.by = timedelta(seconds=5)
    assert (await slow.put("other", model=other)).status_code == 201


async def test_a_list_comes_in_pages_and_paths_have_no_case() -> None:
    options = AzureOptions(speed=1000, random_seed=1, arm_page=2)
    async with running(options) as stand:
        arm = Arm(stand)
        for number in range(5):
            await arm.deploy(f"Bot-{number}", model=train(stand, number))
        names, pages, link = [], 0, f"{PROD.upper()}/Deployments"
        while link:
            page = await arm.get(link)
            names += [one["name"] for one in page["value"]]
            pages, link = pages + 1, page.get("nextLink", "")
            await arm.ask("DELETE", f"{PROD}/deployments/Bot-1")
        assert (names, pages) == ([f"Bot-{number}" for number in range(5)], 3)
        assert (await arm.get(f"{PROD}/deployments/bOT-4"))["name"] == "Bot-4"


async def test_earlier_versions_know_less(arm: Arm) -> None:
    await arm.deploy("bot", tags={"a": "1"})
    plain = await arm.get(ONE, version="2023-05-01")
    assert "tags" not in plain
    assert "currentCapacity" not in plain["properties"]
    assert (await arm.put("bot", version="2023-05-01", tags={"b": "2"})).status_code == 200
    newest = await arm.get(ONE, version="2025-12-01")
    assert newest["tags"] == {"a": "1"}, "a version without tags leaves them alone"
    assert newest["properties"]["deploymentState"] == "Running"


@pytest.mark.parametrize("name", ["ftchkpt-3", f"{MODEL}.ft-{'ab' * 16}-n3:ckpt-step-10"])
async def test_checkpoints_are_deployed_by_id_or_by_name(arm: Arm, name: str) -> None:
    model = train(arm.stand, 3)
    await arm.deploy("early", model=name)
    record = arm.stand.service.control.deployments.get("prod-swc", "early")
    assert record is not None
    assert (record.tuned_model, record.checkpoint) == (model, f"{model}:ckpt-step-10")
    await arm.deploy("final", model=model)


async def test_a_model_of_another_account_is_named_by_its_source(arm: Arm) -> None:
    made = await arm.deploy("bot", account=DEV, source=PROD)
    assert made["properties"]["model"]["source"] == PROD
    assert arm.stand.service.deployed("prod-swc", TUNED), "where it was trained, it is in use"
    assert not arm.stand.service.deployed("dev-eus2", TUNED)


async def test_a_base_model_is_deployed_under_its_name_and_version(arm: Arm) -> None:
    made = await arm.deploy("plain", model="gpt-4o", model_version=None)
    assert made["properties"]["model"]["version"] == "2024-11-20", "the newest when none is named"
    assert (await arm.put("plain", model="gpt-4o", model_version="2024-08-06")).json()["properties"]["model"][
        "version"
    ] == "2024-08-06"


async def test_what_a_deployment_may_be_changed_to(arm: Arm) -> None:
    await arm.deploy("bot")
    value: list[dict[str, Any]] = (await arm.get(f"{ONE}/skus"))["value"]
    assert [one["sku"]["name"] for one in value] == ["Standard", "GlobalStandard", "DeveloperTier"]
    assert value[0]["capacity"]["minimum"] == 1


async def test_a_job_whose_model_is_deployed_is_not_deleted(arm: Arm) -> None:
    stand = arm.stand
    job = await stand.create(await stand.sample("support_train.jsonl"), trainingType="GlobalStandard")
    await stand.until(job["id"], "succeeded")
    checkpoints = (await stand.ask("GET", f"/fine_tuning/jobs/{job['id']}/checkpoints")).json()["data"]
    await arm.deploy("early", model=checkpoints[-1]["id"], sku="GlobalStandard")
    refused = await stand.ask("DELETE", f"/fine_tuning/jobs/{job['id']}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    await arm.ask("DELETE", f"{PROD}/deployments/early")

    async def gone() -> bool:
        return (await arm.ask("GET", f"{PROD}/deployments/early")).status_code == 404

    await until(gone)
    assert (await stand.ask("DELETE", f"/fine_tuning/jobs/{job['id']}")).status_code == 204


async def test_an_operation_of_nobody_is_not_found(arm: Arm) -> None:
    path = f"/subscriptions/{SUB_1}/providers/Microsoft.CognitiveServices/locations/swedencentral"
    for kind in ("operationStatuses", "operationResults"):
        assert (await arm.ask("GET", f"{path}/{kind}/none")).status_code == 404
