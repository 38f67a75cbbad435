"""Serving endpoints: made, called, asleep, changed, deleted; and their use as SQL tells it."""

import asyncio
from typing import Any

import pytest
from openai import AsyncOpenAI

from sandbox.databricks.options import PAT, USER
from sandbox.databricks.unity import Version
from sandbox.training.model import PackedWeights, base_weights
from tests.patience import until
from tests.sandbox.databricks.stand import LLAMA, Stand
from tests.sandbox.databricks.test_runs import chat

ROOT = "/api/2.0/serving-endpoints"
CHUNK = 10_000
LAST_USE = (
    "SELECT e.endpoint_name, max(u.request_time) AS last, count(*) AS calls "
    "FROM system.serving.endpoint_usage u JOIN system.serving.served_entities e "
    "ON u.served_entity_id = e.served_entity_id "
    "WHERE e.endpoint_name = :name AND u.request_time >= cast(:since AS TIMESTAMP) GROUP BY e.endpoint_name"
)


@pytest.fixture(scope="module")
def weights() -> PackedWeights:
    return base_weights(LLAMA).pack()


@pytest.fixture
async def model(stand: Stand, weights: PackedWeights) -> str:
    """A registered model with one version that knows nothing but what its base does."""
    stand.service.configure({"idle_seconds": 1e9, "usage_lag_seconds": 0})
    full = "main.finetuning.support"

    def version(number: int, identity: str) -> Version:
        return Version(number, identity, "0" * 32, "", LLAMA, "llm/v1/chat", weights, 0, USER, "READY")

    stand.service.unity.register(full, USER, version)
    return full


def body(model: str, name: str = "support-llama", **fields: Any) -> dict[str, Any]:
    entity = {
        "entity_name": model,
        "entity_version": "1",
        "min_provisioned_throughput": 0,
        "max_provisioned_throughput": CHUNK,
        "scale_to_zero_enabled": True,
        **fields,
    }
    return {
        "name": name,
        "config": {"served_entities": [entity]},
        "tags": [{"key": "requestedBy", "value": "U123"}],
        "ai_gateway": {"usage_tracking_config": {"enabled": True}},
    }


async def ready(stand: Stand, name: str = "support-llama") -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found = await stand.get(f"{ROOT}/{name}")
        return found if found["state"]["config_update"] != "IN_PROGRESS" else None

    found: dict[str, Any] = await until(look)
    return found


async def deploy(stand: Stand, model: str, **fields: Any) -> dict[str, Any]:
    made = await stand.http.post(ROOT, json=body(model, **fields))
    assert made.status_code == 200, made.text
    return await ready(stand)


async def ask(stand: Stand, text: str = "Is lamp 7 in stock?") -> Any:
    return await stand.http.post(
        "/serving-endpoints/support-llama/invocations",
        json={"messages": [{"role": "user", "content": text}], "max_tokens": 24, "temperature": 0},
    )


async def test_an_endpoint_is_made_and_answers_in_the_words_of_the_training(stand: Stand) -> None:
    stand.service.configure({"idle_seconds": 1e9})
    done = await stand.trained(await stand.put("train.jsonl", chat(60)), model=LLAMA, trainingDuration="8ep")
    model = f"main.finetuning.{done['name']}"
    info = await stand.get(f"{ROOT}/get-model-optimization-info/{model}/1")
    assert (info["optimizable"], info["throughput_chunk_size"]) == (True, CHUNK)
    stand.service.configure({"speed": 1.0, "deploy_seconds": 0.2})
    made = (await stand.http.post(ROOT, json=body(model))).json()
    assert made["state"] == {"ready": "NOT_READY", "config_update": "IN_PROGRESS"}
    assert "config" not in made
    assert made["pending_config"]["served_entities"][0]["state"]["deployment"] == "DEPLOYMENT_CREATING"
    early = await ask(stand)
    assert early.status_code == 400
    found = await ready(stand)
    assert found["state"] == {"ready": "READY", "config_update": "NOT_UPDATING"}
    assert found["tags"] == [{"key": "requestedBy", "value": "U123"}]
    answer = (await ask(stand)).json()
    assert "in stock" in answer["choices"][0]["message"]["content"]
    assert (await stand.http.post(ROOT, json=body(model))).json()["error_code"] == "RESOURCE_ALREADY_EXISTS"
    assert (await stand.http.delete(f"{ROOT}/support-llama")).status_code == 200
    assert (await stand.http.delete(f"{ROOT}/support-llama")).json()[
        "error_code"
    ] == "RESOURCE_DOES_NOT_EXIST"


async def test_wrong_endpoints_are_refused(stand: Stand, model: str) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"max_provisioned_throughput": CHUNK + 1}, "multiple"),
        ({"max_provisioned_throughput": 0}, "multiple"),
        ({"min_provisioned_throughput": 2 * CHUNK}, "minimum"),
        ({"scale_to_zero_enabled": False}, "scale_to_zero"),
        ({"entity_version": "2"}, "does not exist"),
        ({"entity_version": 1}, "as text"),
        ({"workload_size": "Small"}, "workload"),
    ]
    for fields, word in wrong:
        answer = await stand.http.post(ROOT, json=body(model, **fields))
        assert answer.status_code in {400, 404}
        assert word in answer.json()["message"]
    assert (await stand.get(ROOT)) == {}


async def test_names_are_held_to_the_rule(stand: Stand, model: str) -> None:
    for name in ("", "a b", "x" * 64, "-a"):
        assert (await stand.http.post(ROOT, json=body(model, name=name))).status_code == 400


async def test_a_sleeping_endpoint_says_so_and_wakes_with_a_call(stand: Stand, model: str) -> None:
    await deploy(stand, model)
    stand.service.configure({"idle_seconds": 60_000, "cold_start": "refuse", "cold_start_seconds": 100_000})
    awake = await stand.get(f"{ROOT}/support-llama")
    stand.clock.forward(61)
    asleep = await stand.get(f"{ROOT}/support-llama")
    messages = [
        shown["config"]["served_entities"][0]["state"]["deployment_state_message"]
        for shown in (awake, asleep)
    ]
    assert messages == ["", "Scaled to zero"]
    assert asleep["state"]["ready"] == "READY"
    refused = await ask(stand)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    stand.service.configure({"speed": 1e6, "cold_start": "slow"})
    assert (await ask(stand)).status_code == 200


async def test_who_waits_for_an_endpoint_that_is_deleted_is_told(stand: Stand, model: str) -> None:
    await deploy(stand, model)
    stand.service.configure({"idle_seconds": 0.0, "cold_start_seconds": 1e6})
    stand.clock.forward(1)
    waiting = asyncio.create_task(ask(stand))

    async def waking() -> bool:
        shown = (await stand.get(f"{ROOT}/support-llama"))["config"]["served_entities"][0]
        return bool(shown["state"]["deployment_state_message"] == "Scaling up from zero")

    await until(waking)
    await stand.http.delete(f"{ROOT}/support-llama")
    assert (await waiting).status_code == 404


async def test_a_failed_change_leaves_the_old_one_serving(stand: Stand, model: str) -> None:
    await deploy(stand, model)
    stand.service.configure({"fail_deployment": "No capacity in the region."})
    changed = body(model, max_provisioned_throughput=2 * CHUNK)["config"]
    assert (await stand.http.put(f"{ROOT}/support-llama/config", json=changed)).status_code == 200
    failed = await ready(stand)
    assert failed["state"] == {"ready": "READY", "config_update": "UPDATE_FAILED"}
    (entity,) = failed["pending_config"]["served_entities"]
    assert entity["state"] == {
        "deployment": "DEPLOYMENT_FAILED",
        "deployment_state_message": "No capacity in the region.",
    }
    assert failed["config"]["served_entities"][0]["max_provisioned_throughput"] == CHUNK
    await stand.http.put(f"{ROOT}/support-llama/config", json=changed)
    fine = await ready(stand)
    assert fine["config"]["served_entities"][0]["max_provisioned_throughput"] == 2 * CHUNK
    assert fine["config"]["config_version"] == 3


async def test_two_changes_at_once_conflict(stand: Stand, model: str) -> None:
    await deploy(stand, model)
    stand.service.configure({"deploy_seconds": 1e6})
    changed = body(model)["config"]
    assert (await stand.http.put(f"{ROOT}/support-llama/config", json=changed)).status_code == 200
    assert (await stand.http.put(f"{ROOT}/support-llama/config", json=changed)).status_code == 409


async def statement(stand: Stand, text: str, **fields: Any) -> Any:
    asked = {
        "warehouse_id": "a1b2c3d4e5f60708",
        "statement": text,
        "wait_timeout": "30s",
        "parameters": [
            {"name": "name", "value": "support-llama", "type": "STRING"},
            {"name": "since", "value": "2020-01-01T00:00:00Z", "type": "TIMESTAMP"},
        ],
        **fields,
    }
    return (await stand.http.post("/api/2.0/sql/statements", json=asked)).json()


async def test_sql_tells_the_last_use(stand: Stand, model: str) -> None:
    await deploy(stand, model)
    nothing = await statement(stand, LAST_USE)
    assert nothing["status"]["state"] == "SUCCEEDED"
    assert "data_array" not in nothing["result"]
    await ask(stand)
    await ask(stand)
    used = await statement(stand, LAST_USE)
    ((name, last, calls),) = used["result"]["data_array"]
    assert (name, calls) == ("support-llama", "2")
    assert last.endswith("Z")
    assert [column["name"] for column in used["manifest"]["schema"]["columns"]] == [
        "endpoint_name",
        "last",
        "calls",
    ]


async def test_without_usage_tracking_there_is_no_use(stand: Stand, model: str) -> None:
    await deploy(stand, model)
    await stand.http.put(
        f"{ROOT}/support-llama/ai-gateway", json={"usage_tracking_config": {"enabled": False}}
    )
    assert (await ask(stand)).status_code == 200
    assert "data_array" not in (await statement(stand, LAST_USE))["result"]


async def test_a_slow_warehouse_is_asked_again(stand: Stand) -> None:
    stand.service.configure({"warehouse_seconds": 300.0})
    first = await statement(stand, "SELECT 1 AS one", wait_timeout="0s")
    assert first["status"] == {"state": "PENDING"}

    async def done() -> Any:
        found = await stand.get(f"/api/2.0/sql/statements/{first['statement_id']}")
        return found if found["status"]["state"] != "PENDING" else None

    assert (await until(done))["result"]["data_array"] == [["1"]]


@pytest.mark.parametrize(
    ("tables", "word"), [("denied", "INSUFFICIENT_PERMISSIONS"), ("absent", "NOT_FOUND")]
)
async def test_unreadable_tables_fail_the_statement(stand: Stand, tables: str, word: str) -> None:
    stand.service.configure({"system_tables": tables})
    failed = (await statement(stand, LAST_USE))["status"]
    assert failed["state"] == "FAILED"
    assert word in failed["error"]["message"]


@pytest.mark.parametrize(
    "text",
    ["DROP TABLE x", "SELECT * FROM endpoint_usage", "ATTACH DATABASE '/tmp/x' AS y", "nonsense", ":name"],
)
async def test_other_sql_fails(stand: Stand, text: str) -> None:
    assert (await statement(stand, text))["status"]["state"] == "FAILED"


async def test_intervals_and_literals_are_understood(stand: Stand) -> None:
    text = "SELECT current_timestamp() - INTERVAL 30 DAYS < current_timestamp(), TIMESTAMP '2026-01-02' AS t"
    answer = await statement(stand, text)
    assert answer["result"]["data_array"] == [["1", "2026-01-02T00:00:00.000Z"]]


async def test_the_openai_client_calls_an_endpoint_by_its_name(stand: Stand, model: str) -> None:
    await deploy(stand, model)
    async with AsyncOpenAI(
        base_url=f"{stand.origin}/serving-endpoints", api_key=PAT, max_retries=0
    ) as client:
        answer = await client.chat.completions.create(
            model="support-llama",
            messages=[{"role": "user", "content": "Is lamp 9 in stock?"}],
            max_tokens=16,
        )
    assert answer.choices[0].message.content
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_uses_of_a_deleted_endpoint_are_not_those_of_its_successor(stand: Stand, model: str) -> None:
    first = await deploy(stand, model)
    await ask(stand)
    await stand.http.delete(f"{ROOT}/support-llama")
    second = await deploy(stand, model)
    await ask(stand)
    text = LAST_USE.replace("SELECT e.endpoint_name", "SELECT e.endpoint_id")
    text = text.replace("BY e.endpoint_name", "BY e.endpoint_id")
    rows = (await statement(stand, text))["result"]["data_array"]
    assert {row[0]: row[2] for row in rows} == {first["id"]: "1", second["id"]: "1"}


async def test_the_metrics_look_back_one_minute(stand: Stand, model: str) -> None:
    await deploy(stand, model)
    await ask(stand)
    counted = 'request_count_total{endpoint_name="support-llama"} '
    assert counted + "1\n" in (await stand.http.get(f"{ROOT}/support-llama/metrics")).text
    stand.clock.forward(61)
    assert counted + "0\n" in (await stand.http.get(f"{ROOT}/support-llama/metrics")).text
