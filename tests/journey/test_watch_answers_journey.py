"""Point 4, what can be done about an idle deployment: keep it, take it down, be reminded; and who may."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.store.store import signal
from bot.store.work_tables import task
from bot.work.queue import SIGNAL
from tests.journey.deploy_steps import buttons, request_card, state_of
from tests.journey.hosted_steps import (
    act,
    age,
    card_of,
    days,
    deploy,
    hosting,
    look,
    opened,
    said,
    settled,
    there,
)
from tests.journey.steps import (
    answer_to,
    chosen,
    ephemeral,
    option,
    options,
    plain,
    press,
    rin_of,
    shown,
    told,
    view_text,
)
from tests.patience import until
from tests.world import ADA, BRUNO, FINETUNE, GIL, SAM, Person, World

pytestmark = pytest.mark.usefixtures("brisk")
CALLS = "/deployments/support-v1/chat/completions"
KEPT = "✅ prod-swc/support-v1"


async def test_kept_from_the_nudge_with_an_approval_and_called_again_in_time(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support", look_minutes=0.02) as made:
        rin, ada = await rin_of(made), await made.person(ADA)
        direct = await rin.direct()
        await deploy(rin, "support", "support-v1")
        await days(made, 2)
        nudge = await rin.sees(direct, "💤")

        # keeping costs money, so it is asked for, with a reason; other dates show what they cost
        form = await opened(rin, "keep", rin.click(nudge, "deployment_keep", direct))
        assert options(form, "until") == ["15", "30", "90", "other"]
        assert "$612 of hosting" in view_text(form)
        typed = state_of(form, until="30", reason="The campaign.")
        form = await opened(rin, "keep", rin.choose(form, "until", option(form, "until", "30"), typed))
        assert "$1,224 of hosting" in view_text(form)
        assert "the approvers decide" in view_text(form)
        refused = await rin.submit(form, state_of(form, until="30", reason=" "))
        assert set(refused["errors"]) == {"reason"}
        calls = await made.count("POST", CALLS)
        assert await rin.submit(form, state_of(form, until="30", reason="The campaign.")) == {"ok": True}
        request = plain(await request_card(ada, "Keep prod-swc/support-v1? · A2"))
        assert "The campaign." in request
        assert await made.count("POST", CALLS) == calls

        # decided on the Home tab, where it waits
        home = await _home(ada, "Keep prod-swc/support-v1?")
        await press(ada, home, "request_approve")
        kept = await told(rin, f"{KEPT} is kept until")
        assert "It answered a call" in kept
        assert await made.count("POST", CALLS) == calls + 1
        decided = await request_card(ada, "Approved · keep prod-swc/support-v1 · A2")
        assert buttons(decided) == ["request_details"]

        # nobody calls it for longer than it would have lived: the bot does, before anybody is warned
        await days(made, 9)
        await until(lambda: _called(made, calls + 2), "the bot's second call")
        await days(made, 8)
        assert await there(made) == ["support-v1"]
        await settled(made)
        assert not await said(rin, "⏳")
        assert len(await said(rin, "💤")) == 1
        assert len(await said(rin, KEPT + " is kept")) == 1
        assert "kept with calls until" in plain(await card_of(rin, "support-v1", "🟢"))


async def _called(made: World, number: int) -> bool:
    return await made.count("POST", CALLS) == number


async def _home(person: Person, part: str) -> dict[str, Any]:
    """The Home tab, once it says this."""

    async def look_() -> dict[str, Any] | None:
        await person.world.page("home", user=person.user)
        for event in reversed(person.pushed):
            if event["type"] == "home_updated":
                found: dict[str, Any] = event["view"]
                return found if part in view_text(found) else None
        return None

    found: dict[str, Any] = await until(look_, f"{part!r} on the Home tab")
    return found


async def test_kept_by_a_word_where_nobody_has_to_be_asked(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support", keep_above=None) as made:
        rin, bruno = await rin_of(made), await made.person(BRUNO)
        await deploy(rin, "support", "support-v1")
        later = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
        answer = plain(await answer_to(rin, f"keep support-v1 until {later}", "is called now"))
        assert "again before each deletion until" in answer
        await told(rin, f"{KEPT} is kept until")
        await answer_to(rin, "keep support-v1 until 2026-01-31", "This day is over")

        # an approver may keep what is not theirs; the owner hears of it
        longer = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
        await answer_to(bruno, f"keep support-v1 until {longer}", "is called now")
        await told(rin, f"<@{BRUNO}> wanted it kept.")
        # without a date: the form, and nobody is asked there either
        form = await opened(rin, "keep", rin.command("/finetune keep support-v1"))
        assert chosen(form, "until") == "15"
        assert "Nobody has to be asked for that." in view_text(form)
        # without a name: which one
        await answer_to(rin, "keep", "Which deployment do you want to keep?")


async def test_a_keep_call_that_is_refused_is_told(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support", keep_above=None) as made:
        rin = await rin_of(made)
        await deploy(rin, "support", "support-v1")
        error = {"error": {"code": "PermissionDenied", "message": "The key may not call this."}}
        fault = {"match": {"path": CALLS}, "kind": "status", "status": 403, "body": error, "times": 1}
        await made.post("/panel/api/fault", {"service": "azure", **fault})
        later = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
        await answer_to(rin, f"keep support-v1 until {later}", "is called now")
        text = await told(rin, "⚠ prod-swc/support-v1 could not be kept")
        assert "The key may not call this." in text
        assert "The bot goes on trying." in text
        assert not await said(rin, KEPT + " is kept")


async def test_taken_down_by_its_owner_who_saw_who_calls_it(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support") as made:
        rin = await rin_of(made)
        card = await deploy(rin, "support", "support-v1")
        for _ in range(2):
            assert (await act(made, "call", "support-v1"))["status"] == 200

        async def counted() -> dict[str, Any] | None:
            read = await _take_down(rin, card)
            return read if "*2 calls in the last 24 hours*" in view_text(read) else None

        form: dict[str, Any] = await until(counted, "what the measurements show a moment later")
        assert "The bot itself called it once." in view_text(form), "its first call"
        assert "404 DeploymentNotFound" in view_text(form)
        assert await rin.submit(form, {}) == {"ok": True}
        text = await told(rin, "⚫ prod-swc/support-v1 is taken down")
        assert "The model stays, free." in text
        assert await there(made) == []
        down = await card_of(rin, "support-v1", "Taken down")
        assert buttons(down) == ["deployment_again"]
        # an older message still has the button: it is gone already
        direct = await rin.direct()
        live = await rin.sees(direct, "✅ prod-swc/support-v1 answers")
        await rin.click(live, "deployment_take_down", direct)
        await rin.sees(direct, "prod-swc/support-v1 cannot be taken down")
        # our own deletion is no news
        await look(made)
        await settled(made)
        assert not await said(rin, "is gone, and not by the bot")
        assert len(await said(rin, "is taken down")) == 1


async def test_taken_down_by_an_approver_and_by_nobody_else(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support", "second") as made:
        rin, ada, bruno = await rin_of(made), await made.person(ADA), await made.person(BRUNO)
        gil, sam = await made.person(GIL), await made.person(SAM)
        card = await deploy(ada, "support", "support-v1")
        for person, why in (
            (rin, "Only its owner or an approver can do this"),
            (gil, "Guests cannot use this"),
            (sam, "This is for people of the home workspace"),
        ):
            await person.click(card, "deployment_take_down", FINETUNE)
            await ephemeral(person, why)
        await answer_to(rin, "undeploy support-v1", "Only its owner or an approver can do this")
        await answer_to(rin, "keep support-v1 until 2099-01-31", "Only its owner or an approver can do this")
        assert await there(made) == ["support-v1"]

        await deploy(rin, "second", "support-v2")
        form = await opened(bruno, "take_down", bruno.command("/finetune undeploy support-v2"))
        form = await _read(bruno)
        assert await bruno.submit(form, {}) == {"ok": True}
        for person in (rin, bruno):
            assert f"By <@{BRUNO}>." in await told(person, "prod-swc/support-v2 is taken down")
        assert await there(made) == ["support-v1"]


async def _take_down(person: Person, card: dict[str, Any]) -> dict[str, Any]:
    await opened(person, "take_down", person.click(card, "deployment_take_down", FINETUNE))
    return await _read(person)


async def _read(person: Person) -> dict[str, Any]:
    """The modal, once the calls are in it."""

    async def look_() -> dict[str, Any] | None:
        view = await shown(person, "take_down")
        return view if view.get("submit") else None

    found: dict[str, Any] = await until(look_, "the calls in the modal")
    return found


async def test_reminded_tomorrow_which_stops_no_deletion(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support") as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        await deploy(rin, "support", "support-v1")
        await days(made, 2)
        nudge = await rin.sees(direct, "💤")
        for _ in range(2):
            await rin.click(nudge, "deployment_remind", direct)
        answer = plain(await ephemeral(rin, "You are reminded of prod-swc/support-v1", direct))
        assert "That does not stop its deletion." in answer
        await settled(made)
        assert not await said(rin, "⏰")
        await _tomorrow(made)
        text = await told(rin, "⏰ prod-swc/support-v1: you wanted to be reminded")
        assert "$82 spent idle" in text
        await age(made, days=1)
        await settled(made)
        assert len(await said(rin, "⏰")) == 1

        # what is gone by then is not spoken of
        await rin.click(nudge, "deployment_remind", direct)
        await act(made, "delete", "support-v1")
        await look(made)
        await told(rin, "is gone, and not by the bot")
        await _tomorrow(made)
        await settled(made)
        assert len(await said(rin, "⏰")) == 1


async def _tomorrow(made: World) -> None:
    """The next working morning is now."""
    assert made.application is not None
    store, due = made.application.deps.store, task.c.kind == "deployment.remind"

    def bring(connection: Connection) -> bool:
        planned = update(task).where(due, task.c.state == "queued").values(due_at=datetime.now(UTC))
        signal(connection, SIGNAL)
        return bool(connection.execute(planned).rowcount)

    await until(lambda: store.write(bring), "the reminder to be planned")
