"""The whole program against the sandbox, asked how it is from outside, as an orchestrator and Prometheus do."""

import asyncio
import signal
import sqlite3
from pathlib import Path

from tests.health.bench import hold, release, watched
from tests.journey.steps import hand_in, ready, start
from tests.patience import PATIENCE, until
from tests.world import RIN

JOBS, REQUESTS, CALLS = "tunesmith_jobs", "tunesmith_provider_requests_total", "tunesmith_slack_calls_total"


async def test_a_training_moves_the_numbers_and_nothing_of_it_stands_in_them(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await bot.ready()
        before = await bot.scrape()
        assert before.sum(JOBS) == 0
        assert before.sum("tunesmith_slack_connected") == before.sum("tunesmith_store_readable") == 1
        assert before.has("tunesmith_build_info")
        assert before.sum("tunesmith_ack_seconds_count") == 0

        rin = await bot.made.person(RIN)
        await hand_in(rin, "support_train.jsonl")
        await ready(rin, "support_train.jsonl")
        await start(rin)
        after = await bot.shows(JOBS, 1, connection="prod-swc", state="succeeded")

        assert after.sum(JOBS) == 1
        posts = await bot.made.count("POST", "/fine_tuning/jobs")
        assert posts == 1
        for group in ("files", "jobs"):
            label = {"connection": "prod-swc", "operation": group}
            assert after.sum(REQUESTS, outcome="ok", **label) > before.sum(REQUESTS, outcome="ok", **label)
            assert after.sum("tunesmith_provider_request_seconds_count", **label) == after.sum(
                REQUESTS, **label
            )
        posted = {"method": "chat.postMessage", "outcome": "ok"}
        assert after.sum(CALLS, **posted) > before.sum(CALLS, **posted)
        assert after.sum(CALLS) == after.sum("tunesmith_slack_call_seconds_count")
        assert after.sum("tunesmith_ack_seconds_count", payload="slash_commands") == 2
        assert after.sum("tunesmith_ack_seconds_count", payload="interactive") >= 3
        assert after.has("tunesmith_poll_age_seconds", connection="prod-swc")
        assert after.has("tunesmith_look_age_seconds", connection="prod-swc")
        assert after.sum("tunesmith_event_loop_lag_seconds_count") > 0
        assert after.sum("process_resident_memory_bytes") > 0

        configured = {one.name for one in bot.made.settings.connections}
        storage = {f"storage:{one.account}" for one in bot.made.settings.storage}
        assert after.values("connection") <= configured | storage
        for private in ("J1", "D1", "support_train", RIN, "ftjob", "xoxb", "sandbox-azure-key", "gpt-4"):
            assert private not in after.text


async def test_each_request_at_the_service_is_counted_once(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await bot.ready()
        fault = {
            "service": "azure",
            "match": {"path": "prod-swc"},
            "kind": "status",
            "status": 503,
            "times": 0,
        }
        added = await bot.made.post("/panel/api/fault", fault)
        found = await bot.shows(REQUESTS, 2, connection="prod-swc", outcome="error")
        assert not found.sum(REQUESTS, connection="dev-eus2", outcome="error")
        await release(bot.made, str(added["id"]))
        ok = found.sum(REQUESTS, connection="prod-swc", operation="jobs", outcome="ok")
        await bot.shows(REQUESTS, ok + 1, connection="prod-swc", operation="jobs", outcome="ok")


async def test_a_service_that_hangs_leaves_the_program_alive_and_ready(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await bot.ready()
        held = [await hold(bot.made, service) for service in ("azure", "ml", "databricks")]

        async def hangs() -> bool:
            return (await bot.scrape()).sum("tunesmith_leases", of="tasks") > 0

        await until(hangs, "a task that waits for a service")
        status, body = await bot.told("/healthz")
        assert (status, body["failing"]) == (200, [])
        assert set(body["parts"]) == {"worker", "outbox", "painter", "schedule"}
        assert await bot.failing() == []
        for one in held:
            await release(bot.made, one)


async def test_a_lost_connection_to_slack_is_told_until_it_is_back(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await bot.ready()
        held = await hold(bot.made, "slack", "apps.connections.open")
        bot.made.sandbox.slack.socket_mode.drop()

        async def lost() -> bool:
            return await bot.failing() == ["slack"]

        await until(lost, "the loss to be told")
        assert (await bot.told("/healthz"))[0] == 200
        assert (await bot.scrape()).sum("tunesmith_slack_connected") == 0
        await release(bot.made, held)
        await bot.ready()
        assert (await bot.scrape()).sum("tunesmith_slack_connected") == 1


async def test_it_answers_while_it_waits_for_slack_at_its_start(tmp_path: Path) -> None:
    async with watched(tmp_path, hold_slack=True) as bot:
        assert (await bot.told("/healthz"))[0] == 200
        status, body = await bot.told("/readyz")
        assert (status, body["failing"]) == (503, ["program", "slack"])
        assert (await bot.scrape()).sum("tunesmith_slack_connected") == 0


async def test_a_locked_store_is_told_and_its_numbers_still_are(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await bot.ready()
        lock = sqlite3.connect(bot.made.settings.store.path, isolation_level=None)
        try:
            lock.execute("BEGIN IMMEDIATE")

            async def locked() -> bool:
                return await bot.failing() == ["store"]

            await until(locked, "the lock to be told")
            found = await bot.scrape()
            assert found.sum("tunesmith_store_readable") == 1
            assert found.has("tunesmith_tasks_due", lane="poll")
            assert (await bot.told("/healthz"))[0] == 200
        finally:
            lock.close()
        await bot.ready()


async def test_it_ends_in_order_when_it_is_asked_to(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await bot.ready()
        bot.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(bot.process.wait(), PATIENCE) == 0
