"""Days that pass for the service: what it deletes then, who looks in between, and the panel's way to it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.azure_control.ageing import idle_for, left_for, move_back
from sandbox.azure_control.deployments import Deployment, Deployments, Operation
from sandbox.azure_control.inactivity import DEVELOPER_LIFE, IDLE, deleted_at, due
from sandbox.azure_openai import AzureOptions
from sandbox.panel_deployments import PORTAL
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from tests.patience import PATIENCE, until
from tests.sandbox.azure_calls.records import ago, called, deployment, put
from tests.sandbox.azure_monitor.stand import ACCOUNT
from tests.sandbox.azure_openai.stand import MovedClock, Stand, conversations

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS = st.floats(0, 40).map(lambda days: timedelta(days=days))
KEY = {"api-key": "sandbox-azure-key"}


class TestRules:
    """When the service deletes (contract 3.1), as a function of a record and the time."""

    def test_nobody_called_for_more_than_fifteen_days(self) -> None:
        idle = deployment("idle", ago(NOON, days=15))
        assert due([idle], NOON) == []
        assert due([idle], NOON + timedelta(seconds=1)) == [idle]

    def test_calls_put_it_off_and_refused_ones_do_not(self) -> None:
        used = deployment("used", ago(NOON, days=60), calls=[called(ago(NOON, days=3))])
        assert deleted_at(used) == ago(NOON, days=3) + IDLE
        used.calls.append(called(ago(NOON, days=1), status=429))
        assert deleted_at(used) == ago(NOON, days=3) + IDLE

    def test_the_developer_tier_goes_after_a_day_whatever_is_called(self) -> None:
        trial = deployment("trial", ago(NOON, hours=24), sku="DeveloperTier", calls=[called(NOON)])
        assert deleted_at(trial) == NOON
        assert due([trial], NOON) == []
        assert due([trial], NOON + timedelta(seconds=1)) == [trial]

    def test_base_models_and_what_never_succeeded_stay(self) -> None:
        base = deployment("base", ago(NOON, days=99), tuned=False)
        failed = deployment("failed", ago(NOON, days=99))
        failed.state, failed.succeeded_at = "Failed", None
        assert due([base, failed], NOON) == []
        assert left_for(base, NOON) is None

    @given(DAYS, st.lists(DAYS, max_size=5), DAYS, st.sampled_from(["Standard", "DeveloperTier"]))
    def test_ageing_is_the_same_as_waiting(
        self, age: timedelta, calls: Sequence[timedelta], passed: timedelta, sku: str
    ) -> None:
        def record() -> Deployment:
            return deployment("one", NOON - age, sku=sku, calls=[called(NOON - back) for back in calls])

        waited, aged = record(), record()
        move_back(aged, passed)
        assert left_for(aged, NOON) == left_for(waited, NOON + passed)
        assert idle_for(aged, NOON) == idle_for(waited, NOON + passed)
        assert bool(due([aged], NOON)) == bool(due([waited], NOON + passed))
        life = DEVELOPER_LIFE if sku == "DeveloperTier" else IDLE
        if idle_for(aged, NOON) > life:
            assert due([aged], NOON)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox(options=SandboxOptions(azure=AzureOptions(speed=1000, random_seed=1)))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, timeout=30) as client:
        yield client


def has(sandbox: Sandbox, name: str, **fields: Any) -> Deployment:
    record = deployment(name, datetime.now(UTC), **fields)
    return put(sandbox.azure.control.deployments, record)


def names(sandbox: Sandbox) -> list[str]:
    return [found.name for found in sandbox.azure.control.deployments.all()]


async def age(http: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await http.post("/panel/api/age", json=body)).json()
    return answer


async def act(http: httpx.AsyncClient, action: str, name: str, **body: Any) -> dict[str, Any]:
    sent = {"action": action, "resource": "prod-swc", "deployment": name, **body}
    answer: dict[str, Any] = (await http.post("/panel/api/deployment", json=sent)).json()
    return answer


async def state(http: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get("/panel/api/state")).json()
    return found


async def token(http: httpx.AsyncClient) -> dict[str, str]:
    answer = await http.get(
        "/azure/identity/token",
        params={"api-version": "2019-08-01", "resource": "https://management.azure.com"},
        headers={"X-IDENTITY-HEADER": "sandbox-identity-header"},
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_fifteen_days_and_a_bit(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    has(sandbox, "idle")
    has(sandbox, "trial", sku="DeveloperTier")
    has(sandbox, "elsewhere", resource="dev-eus2")
    answer = await age(http, days=1.5)
    assert answer["ok"]
    assert [(step["day"], step["looked"], step["deleted"]) for step in answer["steps"]] == [
        (1.0, False, ["trial"]),  # created a moment more than 24 hours ago
        (1.5, False, []),
    ]
    assert len((await age(http, days=13))["steps"]) == 13
    assert names(sandbox) == ["idle", "elsewhere"]
    last = await age(http, days=1, resource="PROD-swc")
    assert last["steps"] == [{"day": 1.0, "looked": False, "deleted": ["idle"]}]
    assert names(sandbox) == ["elsewhere"]


async def test_a_call_begins_the_days_anew(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    record = has(sandbox, "support")
    await age(http, days=14)
    path = "/azure/prod-swc/openai/deployments/support/chat/completions"
    body = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 3}
    answer = await http.post(path, params={"api-version": "2024-10-21"}, headers=KEY, json=body)
    assert answer.status_code == 200
    await age(http, days=14)
    assert names(sandbox) == ["support"]
    assert len(record.calls) == 1
    await age(http, hours=23)
    assert (await age(http, hours=2))["steps"][0]["deleted"] == ["support"]
    gone = await http.post(path, params={"api-version": "2024-10-21"}, headers=KEY, json=body)
    assert gone.json()["error"]["code"] == "DeploymentNotFound"


async def test_one_deployment_ages_alone(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    has(sandbox, "old")
    has(sandbox, "new")
    await age(http, days=16, deployment="OLD", resource="prod-swc")
    assert names(sandbox) == ["new"]


async def test_until_the_oldest_is_idle_for_thirteen_days(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    old, new = has(sandbox, "old"), has(sandbox, "new")
    move_back(old, timedelta(days=10))
    assert len((await age(http, until_idle_days=13))["steps"]) == 3
    shown = {found["name"]: found["idle_days"] for found in (await state(http))["deployments"]}
    assert shown == {"old": pytest.approx(13, abs=0.01), "new": pytest.approx(3, abs=0.01)}
    assert new.created_at < datetime.now(UTC) - timedelta(days=2)
    assert (await age(http, until_idle_days=13))["steps"] == []


@pytest.mark.parametrize(
    "body",
    [{}, {"days": 0}, {"days": "1"}, {"hours": 25}, {"days": 1e9}, {"days": 1, "resource": 5}],
    ids=str,
)
async def test_lengths_that_are_refused(http: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await http.post("/panel/api/age", json=body)
    assert (answer.status_code, answer.json()["ok"]) == (400, False)


async def test_files_and_ended_jobs_age_with_their_account(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    resource = sandbox.azure.resource("prod-swc")
    path = resource.files.new_path()
    path.write_bytes(b"{}")
    file = resource.files.add("train.jsonl", "fine-tune", path, 2)
    before = file.created_at
    has(sandbox, "one")
    await age(http, days=2, resource="dev-eus2")
    await age(http, days=2, deployment="one")
    assert file.created_at == before
    await age(http, days=2)
    assert file.created_at == before - 2 * 86_400


@asynccontextmanager
async def watching(sandbox: Sandbox, http: httpx.AsyncClient) -> AsyncIterator[list[list[str]]]:
    """A bot of the test's own that looks all the time; the names that each of its looks saw."""
    headers, looks = await token(http), list[list[str]]()
    query = {"api-version": "2024-10-01"}

    async def look() -> None:
        while True:
            listed = await http.get(f"/arm{ACCOUNT}/deployments", params=query, headers=headers)
            looks.append([found["name"] for found in listed.json()["value"]])
            await asyncio.sleep(0.6)

    sandbox.bot.connected(1)
    task = asyncio.create_task(look())
    try:
        yield looks
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        sandbox.bot.connected(0)


async def test_the_bot_looks_after_each_step(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    has(sandbox, "idle")
    has(sandbox, "stays", tuned=False)
    await age(http, days=14)
    async with watching(sandbox, http) as looks:
        await until(lambda: asyncio.sleep(0, looks))
        before = len(looks)
        answer = await age(http, days=2)
        assert [step["looked"] for step in answer["steps"]] == [True, True]
        assert [step["deleted"] for step in answer["steps"]] == [["idle"], []]
        assert len(looks) >= before + 2, "one look for each day, after it"
        assert looks[-1] == ["stays"]


async def test_a_bot_that_stops_is_not_waited_for(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    has(sandbox, "idle", resource="edge-itn")
    sandbox.bot.connected(1)
    ageing = asyncio.create_task(age(http, days=1))

    async def under_way() -> bool:
        return bool((await state(http))["ageing"])

    await until(under_way)
    sandbox.bot.connected(0)
    assert (await asyncio.wait_for(ageing, PATIENCE))["steps"][0]["looked"] is False


async def test_what_the_panel_shows(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    has(sandbox, "support", capacity=3)
    shown = await state(http)
    assert shown["accounts"] == ["prod-swc", "dev-eus2", "edge-itn"]
    (found,) = shown["deployments"]
    assert (found["resource"], found["name"], found["state"], found["ready"]) == (
        "prod-swc",
        "support",
        "Succeeded",
        True,
    )
    assert (found["last_call"], found["calls"]) == (None, 0)
    assert found["days_left"] == pytest.approx(15, abs=0.01)


async def test_somebody_calls_and_somebody_deletes(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    has(sandbox, "support", capacity=1)
    said = await act(http, "call", "support")
    assert (said["status"], said["message"]) == (200, None)
    assert said["answer"]
    again = await act(http, "call", "support")
    assert (again["status"], again["answer"]) == (429, None)
    assert again["message"].startswith("429: ")
    assert (await state(http))["deployments"][0]["last_call"]
    assert (await act(http, "delete", "support"))["deleted"] == "support"
    assert names(sandbox) == []
    assert not (await act(http, "delete", "support"))["ok"]
    assert (await act(http, "call", "support"))["status"] == 404
    assert not (await act(http, "dance", "support"))["ok"]


async def test_what_is_deleted_while_it_is_created_or_deleted(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    records: Deployments = sandbox.azure.control.deployments
    made, going = has(sandbox, "made"), has(sandbox, "going")
    create = Operation("op-create", "create", "prod-swc", "made", datetime.now(UTC))
    made.succeeded_at = made.ready_at = None
    sandbox.azure.configure({"speed": 1, "deploy_seconds": 900})
    records.add(made, create)
    delete = Operation("op-delete", "delete", "prod-swc", "going", datetime.now(UTC))
    records.begin_delete(going, delete)
    move_back(going, timedelta(days=20))
    delete.started_at = datetime.now(UTC)
    assert names(sandbox) == ["made", "going"], "what is being deleted is left to that"
    assert (create.status, delete.status) == ("Running", "Running")
    for name in ("made", "going"):
        assert (await act(http, "delete", name))["ok"]
    assert (create.status, delete.status) == ("Failed", "Succeeded"), "nobody polls for ever"


async def test_somebody_deploys_in_the_portal(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    base = f"{sandbox.url}/azure/prod-swc/openai"
    async with httpx.AsyncClient(base_url=base, timeout=30) as data_plane:
        stand = Stand(sandbox.azure, MovedClock(), sandbox.url, data_plane)
        job = await stand.create(await stand.upload(conversations(20)))
        model = (await stand.until(job["id"], "succeeded"))["fine_tuned_model"]
    assert (await state(http))["models"] == [{"resource": "prod-swc", "model": model}]
    # The switch is about the bot's rights, not about those of whoever sits at the portal.
    sandbox.azure.configure({"arm_rights": "reader"})
    done = await act(http, "deploy", "from-portal", model=model, sku="Standard", capacity=7)
    assert (done["status"], done["message"]) == (201, None)
    (found,) = (await state(http))["deployments"]
    assert (found["model"], found["capacity"], found["created_by"]) == (model, 7, PORTAL.name)

    async def answers() -> bool:
        return bool((await act(http, "call", "from-portal"))["status"] == 200)

    await until(answers)
    again = await act(http, "deploy", "second", model=model)
    assert again["status"] >= 400
    assert model in again["message"]
    assert not (await act(http, "deploy", "third"))["ok"]
