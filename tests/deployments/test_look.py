"""Looking at a connection through the real provider, at the stand-in of the service."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import reconcile
from bot.catalogue import Refresh
from bot.deployments.facts import KEY_PROBLEM
from bot.deployments.look import Look
from bot.deployments.record import DeploymentRecorder
from bot.deployments.watch import KIND, look_key, look_soon
from bot.store import deployments, looks, spells
from bot.store.deployments import Deployment
from bot.store.work_tables import outbox
from bot.store.work_tables import task as tasks
from bot.work.tasks import POLL, Again, Done
from providers.errors import ProviderError, Unauthorised
from sandbox.azure_control.deployments import Deployment as Record
from sandbox.config_out import identity_environment
from tests.sandbox.azure_calls.records import called, deployment, put
from tests.training.bench import NAME, RIN, Bench, bench_in

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class Site:
    """A program that looks when it is told to, and the service's own records."""

    bench: Bench
    look: Look

    def record(self, name: str, *, days: float = 0.1, **given: Any) -> Record:
        """A deployment that somebody made in the portal some days ago."""
        made = deployment(name, self.bench.now() - days * DAY, **{"capacity": 5, **given})
        return put(self.bench.made.sandbox.azure.control.deployments, made)

    async def looked(self) -> Again:
        """One look, written as the worker writes it."""
        task = await self.bench.task(KIND, look_key(NAME), {"connection": NAME})
        outcome = await self.look(task)
        assert isinstance(outcome, Again)
        await self.bench.end(task, outcome)
        return outcome

    async def age(self, **span: float) -> list[dict[str, Any]]:
        """Let time pass at the service, and look after each step as the running bot does."""
        answer = await self.bench.made.post("/panel/api/age", dict(span))
        assert answer["ok"], answer
        steps: list[dict[str, Any]] = answer["steps"]
        return steps

    async def read(self, work: Any) -> Any:
        return await self.bench.application.deps.store.read(work)

    async def write(self, work: Any) -> Any:
        return await self.bench.application.deps.store.write(work)

    async def row(self, name: str) -> Deployment:
        found = await self.read(lambda c: deployments.current(c, NAME, name))
        assert isinstance(found, Deployment)
        return found

    async def said(self) -> list[tuple[str, str]]:
        """(kind, to whom) of all messages about deployments."""
        rows = await self.read(
            lambda c: c.execute(select(outbox.c.kind, outbox.c.target).order_by(outbox.c.id)).all()
        )
        return [(row.kind, row.target.get("user") or row.target["channel"]) for row in rows]

    async def owned(self, name: str) -> None:
        """Somebody adopted it."""
        row = await self.row(name)
        await self.write(lambda c: deployments.note(c, row.id, owner=RIN.user_id))


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    async with bench_in(tmp_path) as bench:
        for name, value in identity_environment(bench.made.sandbox.url).items():
            monkeypatch.setenv(name, value)
        bench.made.sandbox.azure.configure({"metric_lag_seconds": 0})
        deps = bench.application.deps
        yield Site(bench, Look(deps, DeploymentRecorder(deps.settings, deps.providers)))


async def test_one_list_and_one_metrics_request_however_many_there_are(site: Site) -> None:
    await site.looked()  # the first one also asks for tokens
    for number in range(3):
        site.record(f"ft-{number}")
    before = len(await site.bench.asked("/arm/"))
    await site.looked()
    few = (await site.bench.asked("/arm/"))[before:]
    for number in range(3, 9):
        site.record(f"ft-{number}")
    site.record("chat", tuned=False)
    await site.looked()
    many = (await site.bench.asked("/arm/"))[before + len(few) :]
    assert [one.rpartition("/")[2] for one in few] == ["deployments", "metrics"]
    assert many == few
    rows = await site.read(lambda c: deployments.alive(c, NAME))
    assert len(rows) == 10
    assert [kind for kind, _ in await site.said()] == ["deployment.found"] * 2


async def test_calls_are_joined_and_a_deployment_without_a_series_is_not_lost(site: Site) -> None:
    now = site.bench.now()
    site.record("busy", days=12, calls=[called(now - 5 * HOUR), called(now - 30 * HOUR)])
    site.record("Refused", days=12, calls=[called(now - HOUR, status=429)])
    site.record("quiet", days=12)
    await site.looked()
    busy, quiet, refused = await site.row("busy"), await site.row("quiet"), await site.row("Refused")
    assert busy.last_use is not None
    assert quiet.last_use is not None
    assert refused.last_use is not None
    last = datetime.fromisoformat(busy.last_use["last"])
    assert timedelta(0) <= now - 5 * HOUR - last < HOUR
    assert (busy.last_use["calls"], busy.last_use["last_day"]) == (2, 1)
    assert (quiet.last_use["last"], quiet.last_use["calls"], quiet.last_use["known"]) == (None, 0, True)
    assert refused.last_use["last"] is None  # the model never answered
    open_spells = await site.read(lambda c: spells.open_of(c, [busy.id, quiet.id]))
    assert open_spells[busy.id]["idle"].due_at == last + 15 * DAY
    assert quiet.created_remote is not None
    assert open_spells[quiet.id]["idle"].due_at == quiet.created_remote + 15 * DAY


async def test_days_pass_warnings_come_and_the_deletion_is_told(site: Site) -> None:
    site.record("support-v9")
    await site.looked()
    await site.owned("support-v9")
    for _ in range(14):
        await site.age(days=1)
        await site.looked()
    heard = await site.said()
    assert heard == [
        ("deployment.found", "C0APPROVAL"),
        ("deployment.idle", RIN.user_id),
        *[("deployment.deletion_ahead", RIN.user_id)] * 3,
        ("deployment.deletion_ahead", "C0APPROVAL"),
    ]
    steps = await site.age(days=1)
    assert steps[-1]["deleted"] == ["support-v9"]
    await site.looked()
    row = await site.row("support-v9")
    assert (row.state, row.gone_why) == ("gone", "service")
    assert (await site.said())[len(heard) :] == [("deployment.gone", RIN.user_id)]


async def test_a_call_saves_it_and_a_kept_one_stays_quiet_while_days_pass(site: Site) -> None:
    record = site.record("support-v9", days=13.2)
    await site.looked()
    assert [kind for kind, _ in await site.said()] == ["deployment.found", "deployment.deletion_ahead"]
    record.calls.append(called(site.bench.now()))
    await site.looked()
    await site.age(days=1)
    await site.looked()
    await site.age(days=1.5)
    await site.looked()
    kinds = [kind for kind, _ in await site.said()]
    assert kinds == ["deployment.found", "deployment.deletion_ahead", "deployment.idle"]
    row = await site.row("support-v9")
    assert len([one for one in await site.read(lambda c: spells.every(c, row.id)) if one.rule == "idle"]) == 2


async def test_deleted_while_nobody_looked_its_calls_tell_that_it_was_due(site: Site) -> None:
    record = site.record("support-v9", days=3)
    record.calls.append(called(site.bench.now()))
    await site.looked()
    steps = await site.age(days=16)  # all records of the service move back, the bot's own do not
    assert [name for step in steps for name in step["deleted"]] == ["support-v9"]
    await site.looked()
    row = await site.row("support-v9")
    assert (row.state, row.gone_why) == ("gone", "service")


async def test_deleted_in_the_portal_and_made_again_is_another(site: Site) -> None:
    site.record("support-v9", days=5)
    await site.looked()
    await site.bench.made.post(
        "/panel/api/deployment", {"action": "delete", "resource": NAME, "deployment": "support-v9"}
    )
    await site.looked()
    assert ((await site.row("support-v9")).gone_why) == "elsewhere"
    site.record("support-v9", days=0)
    await site.looked()
    row = await site.row("support-v9")
    assert (row.incarnation, row.state, row.foreign) == (2, "live", True)
    kinds = [kind for kind, _ in await site.said()]
    assert kinds == ["deployment.found", "deployment.idle", "deployment.gone", "deployment.found"]


async def test_without_the_right_to_read_metrics_nothing_is_said_and_it_is_shown(site: Site) -> None:
    site.record("support-v9", days=14.5)
    site.bench.made.sandbox.azure.configure({"metric_rights": False})
    await site.looked()
    watched = await site.read(lambda c: looks.get(c, NAME))
    assert (watched.error["what"], watched.failures) == ("usage", 1)
    assert watched.listed_at is not None
    assert watched.used_at is None
    assert await site.read(looks.unread) == (NAME,)
    assert [kind for kind, _ in await site.said()] == ["deployment.found"]
    assert (await site.row("support-v9")).last_use is None
    site.bench.made.sandbox.azure.configure({"metric_rights": True})
    await site.looked()
    assert await site.read(looks.unread) == ()
    assert (await site.said())[-1][0] == "deployment.deletion_ahead"


async def test_a_service_that_does_not_answer_loses_nothing_and_is_asked_again(site: Site) -> None:
    site.record("support-v9")
    await site.looked()
    site.bench.made.sandbox.azure.configure({"arm_rights": "none"})
    first = await site.looked()
    assert await site.bench.due_in(first) <= 61
    assert (await site.row("support-v9")).state == "live"
    watched = await site.read(lambda c: looks.get(c, NAME))
    assert (watched.error["what"], watched.error["code"], watched.failures) == (
        "deployments",
        "role_missing",
        1,
    )
    assert [kind for kind, _ in await site.said()] == ["deployment.found"]


async def test_the_next_look_is_near_the_configured_time_and_sooner_after_a_change(site: Site) -> None:
    settings = site.bench.application.deps.settings
    watch = settings.watch.model_copy(update={"look_minutes": 15})
    object.__setattr__(settings, "watch", watch)
    quiet = await site.looked()
    assert 13.5 * 60 - 1 <= await site.bench.due_in(quiet) <= 16.5 * 60
    site.record("support-v9")
    changed = await site.looked()
    assert await site.bench.due_in(changed) <= 2.2 * 60


async def test_two_looks_at_once_tell_nothing_twice(site: Site) -> None:
    site.record("support-v9", days=13.2)
    task = await site.bench.task(KIND, look_key(NAME), {"connection": NAME})
    first, second = await asyncio.gather(site.look(task), site.look(task))
    for outcome in (first, second):
        assert isinstance(outcome, Again)
        assert outcome.apply is not None
        await site.write(outcome.apply)
    assert [kind for kind, _ in await site.said()] == ["deployment.found", "deployment.deletion_ahead"]


async def test_every_connection_with_deployments_is_watched_from_the_start(site: Site) -> None:
    deps = site.bench.application.deps
    now = site.bench.now()
    await site.write(lambda c: reconcile.plant_looks(c, deps.providers, now=now, corr="t"))

    def planted(connection: Any) -> set[str]:
        return set(connection.execute(select(tasks.c.key).where(tasks.c.kind == KIND)).scalars())

    assert await site.read(planted) == {look_key(name) for name in deps.providers}
    later = now + HOUR
    await site.write(lambda c: look_soon(c, NAME, now=later, corr="t"))
    await site.write(
        lambda c: reconcile.plant_looks(c, deps.providers, now=later, corr="t", only_missing=True)
    )
    assert len(
        await site.read(lambda c: c.execute(select(tasks.c.id).where(tasks.c.kind == KIND)).all())
    ) == len(deps.providers)


async def test_a_connection_without_deployments_is_not_looked_at(site: Site) -> None:
    task = await site.bench.task(KIND, "look:elsewhere", {"connection": "elsewhere"})
    assert isinstance(await site.look(task), Done)


async def test_where_deployments_can_live_is_read_with_the_catalogue(site: Site) -> None:
    task = await site.bench.task("catalogue.refresh", f"catalogue:{NAME}", {"connection": NAME}, lane=POLL)
    outcome = await Refresh(site.bench.application.deps)(task)
    assert isinstance(outcome, Again)
    await site.bench.end(task, outcome)
    place, read_at = await site.read(lambda c: deployments.place(c, NAME))
    assert place.fine_tuned
    assert read_at is not None
    site.bench.made.sandbox.azure.configure({"arm_rights": "none"})
    task = await site.bench.task("catalogue.refresh", f"catalogue:{NAME}", {"connection": NAME}, lane=POLL)
    again = await Refresh(site.bench.application.deps)(task)
    assert isinstance(again, Again)
    assert await site.bench.due_in(again) < 15 * 60
    await site.bench.end(task, again)
    assert await site.read(lambda c: deployments.place(c, NAME)) == (place, read_at)


async def test_developer_tier_is_warned_by_the_hour_whatever_was_called(site: Site) -> None:
    site.record("dev", days=0.01, sku="DeveloperTier", calls=[called(site.bench.now())])
    await site.looked()
    for hours in (17.9, 5):
        await site.age(hours=hours)
        await site.looked()
    rows = await site.read(lambda c: c.execute(select(outbox.c.params).order_by(outbox.c.id)).scalars().all())
    assert [(one["left"], one["unit"]) for one in rows[1:]] == [(6, "hours"), (1, "hours")]
    await site.age(hours=1)
    await site.looked()
    assert (await site.row("dev")).gone_why == "service"


async def test_a_key_that_could_not_be_handed_over_is_tried_with_each_look(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[ProviderError | None] = [Unauthorised("vault_role_missing", {}), None]
    asked: list[str] = []

    async def hand_over(_self: object, name: str) -> None:
        asked.append(name)
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    hosting = site.bench.application.deps.providers[NAME].hosting
    monkeypatch.setattr(type(hosting), "hand_over", hand_over)
    site.record("keyed")
    await site.looked()
    row = await site.row("keyed")
    assert asked == [], "nothing is wrong with its key"
    problem = {"code": "vault_role_missing", "params": {}}
    await site.write(lambda c: deployments.note(c, row.id, asked={**row.asked, KEY_PROBLEM: problem}))
    await site.looked()
    assert KEY_PROBLEM in (await site.row("keyed")).asked
    await site.looked()
    assert KEY_PROBLEM not in (await site.row("keyed")).asked
    await site.looked()
    assert asked == ["keyed", "keyed"]
