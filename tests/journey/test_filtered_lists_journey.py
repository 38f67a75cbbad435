"""Lists of one connection or one service: the filter stays on every page."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.store import deployments, jobs
from tests.journey.steps import answer_to, ephemeral, plain, rin_of
from tests.world import FINETUNE, RIN, Person, World, world

pytestmark = pytest.mark.usefixtures("brisk")
MANY = 12


def filled_up(made: World, connection: Connection) -> None:
    """Twelve jobs and deployments at Databricks, two of each at Azure OpenAI: history, so it is written at once."""
    assert made.application is not None
    now = made.application.deps.clock.now()
    places = [("dbx-eus", f"lamp-{nth:02}") for nth in range(MANY)] + [
        ("prod-swc", f"shop-{nth}") for nth in range(2)
    ]
    for place, name in places:
        job: dict[str, Any] = {
            "connection": place, "intent_key": name, "team_id": "T0SANDBOX", "requester": RIN, "channel": FINETUNE,
            "base_model": "m", "model_short": "m", "method": "supervised", "hyper": {}, "seed": 1, "suffix": name,
            "state": "cancelled", "finished_at": now, "collected_at": now,
        }  # fmt: skip
        assert jobs.add(connection, job, now=now) is not None
        hosted: dict[str, Any] = {
            "connection": place, "name": name, "team_id": "T0SANDBOX", "owner": RIN, "channel": FINETUNE,
            "model": "m", "model_short": "m", "base": "m", "sku": "Standard", "capacity": 1, "state": "approved",
        }  # fmt: skip
        deployments.add(connection, hosted, now=now)


async def next_page(person: Person, shown: dict[str, Any], action: str, part: str) -> dict[str, Any]:
    """Press the button of a list; the page that takes its place."""
    await person.click(shown, action, FINETUNE)
    return await ephemeral(person, part)


@pytest.mark.parametrize("where", ["dbx-eus", "databricks"])
@pytest.mark.parametrize("kind", ["jobs", "deployments"])
async def test_a_filter_stays_on_every_page(tmp_path: Path, kind: str, where: str) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        assert made.application is not None
        await made.application.deps.store.write(lambda c: filled_up(made, c))
        everything = plain(await answer_to(rin, kind, "of 14"))
        assert "1 to 10 of 14" in everything
        first = await answer_to(rin, f"{kind} {where}", "of 12")
        assert where in plain(first)
        assert "shop-" not in plain(first)
        second = await next_page(rin, first, f"{kind}_page", "11 to 12 of 12")
        assert "shop-" not in plain(second)
        assert where in plain(second)
        back = await next_page(rin, second, f"{kind}_page", "1 to 10 of 12")
        assert "shop-" not in plain(back)
        of_all = await next_page(rin, back, f"{kind}_scope", f"All {kind} · {where}")
        assert "1 to 10 of 12" in plain(of_all)
        assert "shop-" not in plain(of_all)
        nowhere = plain(await answer_to(rin, f"{kind} nowhere"))
        assert "nowhere" in nowhere
