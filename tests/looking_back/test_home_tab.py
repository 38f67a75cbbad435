"""The Home tab of somebody who decides: what waits for them, and everybody's deployments."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.approvals.digest import digest_of
from bot.painter import StorePainter
from bot.store import deployments, requests
from bot.work import card_rows
from bot.work.outbox_rows import Target
from tests.approvals.samples import ADA, deploy_ask
from tests.training.bench import RIN, Bench, bench_in


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A program that does nothing by itself."""
    async with bench_in(tmp_path) as made:
        yield made


def ask(connection: Connection, bench: Bench) -> int:
    """A request that two of the leads decide about."""
    wanted, now = deploy_ask(name="support-v12"), bench.now()
    number = requests.add(
        connection,
        {
            "team_id": RIN.team_id,
            "kind": "deployment",
            "target": f"{wanted.connection}/{wanted.name}",
            "intent_key": "one",
            "spec": wanted.model_dump(mode="json"),
            "digest": digest_of(wanted, "why"),
            "state": "open",
            "requester": RIN.user_id,
            "reason": "why",
            "channel": "C0FINETUNE",
            "policy": {"count": 2, "groups": ["S0MLLEADS"], "closes_hours": 72},
            "closes_at": now + timedelta(hours=72),
            "corr": "c",
        },
        now=now,
    )
    assert number is not None
    return number


async def test_what_waits_is_shown_and_deployments_keep_it_up_to_date(bench: Bench) -> None:
    deps = bench.application.deps
    await deps.people.refresh(ADA)
    painter = StorePainter(deps)

    async def behind() -> list[str]:
        return [one.key for one in await deps.store.read(card_rows.behind)]

    async def shown() -> None:
        def all_shown(connection: Connection) -> None:
            for one in card_rows.behind(connection):
                card_rows.put(connection, one, rendered=one.dirty)

        await deps.store.write(all_shown)

    key = f"home:{ADA}"
    await deps.store.write(
        lambda c: card_rows.place(c, key, "home", ADA, RIN.team_id, Target(user=ADA), now=bench.now())
    )
    assert "Nothing waits for you." in str(await painter.paint_home(ADA))
    await shown()
    number = await deps.store.write(lambda c: ask(c, bench))
    tab = str(await painter.paint_home(ADA))
    assert f"A{number} · Deploy support-v12?" in tab
    assert f"'{f'A{number}:1'}'" in tab
    await deps.store.write(lambda c: requests.change(c, number, now=bench.now(), state="withdrawn"))
    assert "Nothing waits for you." in str(await painter.paint_home(ADA))
    # somebody else's deployment: approvers see all of them
    values = {
        "team_id": RIN.team_id,
        "connection": "prod-swc",
        "name": "support-v12",
        "model": "ft",
        "model_short": "ft",
        "base": "gpt",
        "owner": RIN.user_id,
        "channel": "C0FINETUNE",
        "sku": "Standard",
        "capacity": 10,
        "state": "creating",
    }
    hosted = await deps.store.write(lambda c: deployments.add(c, values, now=bench.now()))
    assert await behind() == []
    await deps.store.write(lambda c: deployments.change(c, hosted, now=bench.now(), state="live"))
    assert await behind() == [key]
    assert "prod-swc/support-v12" in str(await painter.paint_home(ADA))


async def test_as_of_never_goes_back(bench: Bench) -> None:
    """What changed last may leave the tab; what is left is older, and what the tab says is not."""
    deps = bench.application.deps
    await deps.people.refresh(ADA)
    old = bench.now() - timedelta(days=9)

    def listed(connection: Connection) -> int:
        number = ask(connection, bench)
        requests.change(connection, number, now=old, problem=None)
        return number

    await deps.store.write(listed)
    before = bench.now()
    tab = str(await StorePainter(deps).paint_home(ADA))
    shown = [int(found) for found in re.findall(r"as of <!date\^(\d+)", tab)]
    assert len(shown) == 1
    assert shown[0] >= int(before.timestamp())


async def test_who_asked_sees_their_own_request_and_no_vote(bench: Bench) -> None:
    deps = bench.application.deps
    await deps.people.refresh(RIN.user_id)
    await deps.store.write(lambda c: ask(c, bench))
    tab = str(await StorePainter(deps).paint_home(RIN.user_id))
    assert "Asked by you" in tab
    assert "request_approve" not in tab
