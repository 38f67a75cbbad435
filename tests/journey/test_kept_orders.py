"""An order that is too long for a modal is kept by the bot: only who made it can start it."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.store import small
from bot.store.tables import job
from tests.journey.steps import NANO, card, filled, hand_in, model, open_train, ready, rin_of, shown
from tests.patience import until
from tests.world import BRUNO, FINETUNE, RIN, Person, World, words, world

pytestmark = pytest.mark.usefixtures("swift")
DATA = "tiny_overfit_train.jsonl"


async def summary(person: Person) -> dict[str, Any]:
    """The summary before Start."""
    view, before = await open_train(person), len(person.pushed)
    given = {"connection": "prod-swc", "training_type": "GlobalStandard", "train": "D1"}
    answer = await person.submit(view, filled(view, **given, model=await model(person, view, NANO)))
    assert answer == {"ok": True}, answer
    return await shown(person, "train_summary", before)


async def carries(made: World, view: dict[str, Any], whose: str) -> None:
    """Have the summary carry the number of an order that the bot keeps for somebody; "" = for nobody."""
    application, carried = made.application, json.loads(view["private_metadata"])
    assert application is not None
    kept = json.dumps({"user": whose, "order": carried["order"]}).encode()

    def keep(connection: Connection) -> int:
        now = application.deps.clock.now()
        return small.keep_order(connection, "elsewhere", kept, now=now)

    number = await application.deps.store.write(keep) if whose else 9999
    (there,) = [one for one in made.sandbox.slack.views.stack(RIN) if one["id"] == view["id"]]
    there["private_metadata"] = json.dumps({"intent": carried["intent"], "order": None, "kept": number})


async def ordered(made: World) -> int:
    assert made.application is not None
    found = await made.application.deps.store.read(lambda c: c.execute(select(job.c.id)).all())
    return len(found)


async def test_only_who_made_an_order_starts_it(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, DATA)
        await ready(rin, DATA)
        for nth, whose in enumerate((BRUNO, ""), 1):
            view = await summary(rin)
            await carries(made, view, whose)
            assert await rin.submit(view, {}) == {"ok": True}

            async def refused(count: int = nth) -> bool:
                seen = await made.history(RIN, FINETUNE) + await made.history(RIN, await rin.direct())
                return sum("The order did not come back" in words(one) for one in seen) >= count

            await until(refused, "that the order is lost")
            assert await ordered(made) == 0
        view = await summary(rin)
        await carries(made, view, RIN)
        assert await rin.submit(view, {}) == {"ok": True}
        await card(rin, NANO.removesuffix("-2025-04-14"))
        assert await ordered(made) == 1
