"""Points 5 and 6, clean and look back: what can go and why not, who did what, what it cost, what waits for whom."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.clock import SystemClock
from bot.looking_back.costs import bounds
from tests.journey.deploy_steps import approve, ask, request_card
from tests.journey.hosted_steps import (
    DEV,
    PROD,
    act,
    card_of,
    days,
    deploy,
    hosting,
    look,
    model_of,
    opened,
    settled,
)
from tests.journey.steps import (
    answer_to,
    card,
    hand_in,
    inputs,
    plain,
    press,
    ready,
    rin_of,
    shown,
    start,
    told,
    view_text,
)
from tests.patience import until
from tests.sandbox.azure_calls.records import ago, deployment, put
from tests.world import ADA, APPROVALS, BRUNO, FINETUNE, Person, World

pytestmark = pytest.mark.usefixtures("brisk")
OURS, UNUSED = "tiny_overfit_train.jsonl", "support_valid.jsonl"


async def trained(made: World) -> Person:
    """The requester with J1, made of D1; D2 is there and was never used."""
    rin = await rin_of(made)
    await hand_in(rin, OURS)
    await hand_in(rin, UNUSED)
    await ready(rin, OURS, UNUSED)
    await start(rin, suffix="helpdesk")
    done = await card(rin, "Trained")
    await told(rin, "J1 helpdesk is trained", channel=FINETUNE, thread_ts=done["ts"])
    return rin


async def clean_form(person: Person, *parts: str, text: str = "clean", without: str = "") -> dict[str, Any]:
    """The picker, once it says all this."""
    before = len(person.pushed)
    await person.command(f"/finetune {text}")
    return await clean_view(person, before, *parts, without=without)


async def clean_view(person: Person, before: int, *parts: str, without: str = "") -> dict[str, Any]:
    """The newest picker, once it says all this and not `without`."""

    async def look_() -> dict[str, Any] | None:
        view = await shown(person, "clean", before)
        said = view_text(view)
        return view if all(part in said for part in parts) and not (without and without in said) else None

    found: dict[str, Any] = await until(look_, f"the picker with {parts}")
    return found


def labels(view: Mapping[str, Any], block_id: str) -> list[str]:
    """What can be chosen of a kind, in order."""
    return [one["text"]["text"] for one in inputs(view)[block_id]["element"]["options"]]


def picked(view: Mapping[str, Any], block_id: str, *names: str) -> dict[str, Any]:
    """Things of a kind by their labels, chosen."""
    element = inputs(view)[block_id]["element"]
    chosen = [one for one in element["options"] if one["text"]["text"] in names]
    assert len(chosen) == len(names), labels(view, block_id)
    return {block_id: {element["action_id"]: {"type": element["type"], "selected_options": chosen}}}


async def test_the_safe_order_and_a_model_that_is_deployed(tmp_path: Path) -> None:
    async with hosting(tmp_path) as made:
        rin = await trained(made)
        await deploy(rin, "J1", "support-v1")
        stays = "J1 is deployed as prod-swc/support-v1"
        view = await clean_form(rin, "results.csv · J1", stays)
        said = view_text(view)
        for gauge in ("files 3 of 100", "jobs 1 of 100", "deployments 1 of 10"):
            assert gauge in said
        # what nothing uses first, then results, then the data that was used
        assert labels(view, f"file:{PROD}") == [f"{UNUSED} · D2", "results.csv · J1", f"{OURS} · D1"]
        assert f"model:{PROD}" not in inputs(view)
        sent = picked(view, f"file:{PROD}", f"{UNUSED} · D2", "results.csv · J1")
        assert await rin.submit(view, sent) == {"ok": True}
        done = await told(rin, "✅ Cleaned up prod-swc: 2 things deleted")
        assert "freed." in done
        assert f"file {UNUSED} · D2" in done

        # without its deployment the model can go; with it go its checkpoints and its job
        form = await opened(rin, "take_down", rin.command("/finetune undeploy support-v1"))
        form = await until(lambda: _with_submit(rin, "take_down"), "the calls")
        assert await rin.submit(form, {}) == {"ok": True}
        await told(rin, "prod-swc/support-v1 is taken down")
        view = await clean_form(rin, "Models", "deployments 0 of 10", without=stays)
        name = labels(view, f"model:{PROD}")
        assert len(name) == 1
        assert name[0].endswith("· J1")
        assert await rin.submit(view, picked(view, f"model:{PROD}", *name)) == {"ok": True}
        assert "model helpdesk" in await told(rin, "✅ Cleaned up prod-swc: 1 thing deleted")
        assert (await made.get("/panel/api/state"))["models"] == []
        form = await opened(rin, "deploy", rin.command("/finetune deploy J1"))
        assert "There is no model to deploy yet." in view_text(form)
        audit = plain(await answer_to(rin, "audit", "What was done"))
        for line in ("model deleted* · J1", "file deleted* · D2", "take-down asked for* · P1"):
            assert line in audit, audit


async def _with_submit(person: Person, callback_id: str) -> dict[str, Any] | None:
    view = await shown(person, callback_id)
    return view if view.get("submit") else None


async def test_what_is_used_by_now_is_refused_at_the_field_and_again_before_it_goes(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support") as made:
        ada = await made.person(ADA)
        view = await clean_form(ada, "Models")
        sent = picked(view, f"model:{PROD}", *labels(view, f"model:{PROD}"))
        # deployed in the portal while the form is open; the bot has seen it
        wanted = {"model": await model_of(made, "support"), "sku": "GlobalStandard"}
        await act(made, "deploy", "portal", **wanted)
        await look(made)
        await until(lambda: _seen(made, ada), "the bot to see it")
        refused = await ada.submit(view, sent)
        assert "is deployed as prod-swc/portal" in refused["errors"][f"model:{PROD}"]
        await act(made, "delete", "portal")
        await look(made)

        # deployed again, and the bot has not looked since: the service is asked right before
        view = await clean_form(ada, "Models", without="is deployed as")
        await act(made, "deploy", "portal", **wanted)
        assert await ada.submit(view, picked(view, f"model:{PROD}", *labels(view, f"model:{PROD}"))) == {
            "ok": True
        }
        failed = await told(ada, "⚠ Nothing was deleted from prod-swc")
        assert "is deployed as prod-swc/portal" in failed
        assert len((await made.get("/panel/api/state"))["models"]) == 1


async def _seen(made: World, ada: Person) -> bool:
    await look(made)
    found = [plain(one) for one in await made.history(ADA, APPROVALS)]
    return any("prod-swc/portal was deployed outside approval" in text for text in found)


async def test_trainers_clean_what_is_theirs_approvers_everything(tmp_path: Path) -> None:
    async with hosting(tmp_path) as made:
        rin, ada = await rin_of(made), await made.person(ADA)
        await hand_in(rin, OURS)
        await ready(rin, OURS)
        await hand_in(ada, UNUSED)
        await ready(ada, UNUSED)
        view = await clean_form(rin, f"{OURS} · D1", UNUSED)
        assert labels(view, f"file:{PROD}") == [f"{OURS} · D1"]
        assert f"<@{ADA}>" in view_text(view)
        view = await clean_form(ada, f"{OURS} · D1", f"{UNUSED} · D2")
        assert sorted(labels(view, f"file:{PROD}")) == [f"{UNUSED} · D2", f"{OURS} · D1"]

        # the other connection: its own gauges, nothing to choose
        before = len(ada.pushed)
        accessory = view["blocks"][0]["accessory"]
        chosen = next(one for one in accessory["options"] if one["value"] == DEV)
        block, kind = view["blocks"][0]["block_id"], {"type": accessory["type"], "selected_option": chosen}
        answer = await made.page(
            "action",
            user=ADA,
            container={"type": "view", "view_id": view["id"]},
            action={"action_id": accessory["action_id"], "block_id": block, **kind},
            state={block: {accessory["action_id"]: kind}},
        )
        assert answer["ok"], answer
        other = await clean_view(ada, before, "files 0 of 100", "Nothing can be deleted here now.")
        assert not other.get("submit")


async def test_who_asked_voted_and_rolled_out_with_the_membership_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hosting(tmp_path, "support", auto=()) as made:
        rin = await rin_of(made)
        await ask(rin, await model_of(made, "support"), "support-v1", reason="Wrong refunds.")
        await approve(made)
        await card_of(rin, "support-v1", "🟢")
        text = plain(await answer_to(rin, "audit A1", "What was done with A1"))
        for line in (
            f"approval asked for* · A1 · <@{rin.user}>",
            f"voted to approve* · A1 · <@{ADA}>",
            f"voted to approve* · A1 · <@{BRUNO}>",
            "request approved* · A1",
            "deployment begun* · P1",
            "deployment sent to the service* · P1 · the bot",
            "deployment answers* · P1 · the bot",
        ):
            assert line in text, text
        by_name = plain(await answer_to(rin, "audit support-v1", "What was done with support-v1"))
        assert "voted to approve" in by_name
        hers = plain(await answer_to(rin, f"audit <@{ADA}>", f"What was done with <@{ADA}>"))
        assert "voted to approve* · A1" in hers
        assert f"<@{BRUNO}>" not in hers
        nothing = plain(await answer_to(rin, "audit J99", "Nothing is written about that"))
        assert "can be named" in nothing

        # the same for whoever runs the bot
        config = str(tmp_path / "tunesmith.toml")
        given = ["audit", "--json", "--about", "A1", "--config", config]
        capsys.readouterr()
        assert await asyncio.to_thread(cli.main, given) == 0
        events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        votes = [one for one in events if one["action"] == "vote.approve"]
        assert {one["actor"] for one in votes} == {ADA, BRUNO}
        for vote in votes:
            assert vote["after"]["groups"] == ["S0MLLEADS"]
        assert all(one["corr"] for one in events)
        opened_, live = (
            next(one for one in events if one["action"] == action)
            for action in ("request.opened", "deployment.live")
        )
        assert opened_["actor"] == rin.user
        assert live["subject"] == "P1"


async def test_costs_lists_the_launcher_and_the_home_tab_tell_what_stands_there(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support", "second", auto=()) as made:
        rin, ada = await rin_of(made), await made.person(ADA)
        await ask(rin, await model_of(made, "support"), "support-v1")
        await approve(made)
        await card_of(rin, "support-v1", "🟢")
        # the pool of fine-tuned models as it is drawn from now, though it was read before
        connections = plain(await answer_to(rin, "connections", "Connections"))
        assert "deployments 1 of 10 · OpenAI.GlobalStandard.gpt-4.1-nano-finetune 10 of " in connections
        await days(made, 10)
        await settled(made)
        put(made.sandbox.azure.control.deployments, deployment("portal", ago(SystemClock().now(), days=12)))
        await look(made)
        await ada.sees(APPROVALS, "prod-swc/portal was deployed outside approval")
        await ask(rin, await model_of(made, "second"), "support-v2")
        await request_card(ada, "Deploy support-v2? · A2")

        # what the month cost: from its begin, used or not
        now = datetime.now(UTC)
        begin, _ = bounds(now)
        hours = min(240.0, (now - begin).total_seconds() / 3600) + min(
            288.0, (now - begin).total_seconds() / 3600
        )
        costs = plain(await answer_to(rin, "costs", "Costs of"))
        assert f"Hosting ${1.7 * hours:,.0f}" in costs
        assert "of it idle" in costs
        assert "prod-swc/support-v1" in costs

        # mine by days left; everybody's has the one that nobody owns, first because it goes first
        mine = plain(await answer_to(rin, "deployments", "Your deployments"))
        assert "prod-swc/portal" not in mine
        everybody = plain(await answer_to(rin, "deployments all", "All deployments"))
        assert everybody.index("prod-swc/portal ·") < everybody.index("prod-swc/support-v1 ·")
        assert "$2,448 a month together" in everybody

        launcher = plain(await answer_to(rin, "", "What do you want to do?"))
        assert "1 deployment of yours" in launcher
        assert "1 request" in plain(await answer_to(ada, "", "What do you want to do?"))
        connections = plain(await answer_to(rin, "connections", "Connections"))
        assert "deployments 2 of 10" in connections

        # the Home tab: what waits for an approver with its buttons; deployments with theirs, the next to go first
        home = await home_of(ada, "Deploy support-v2?")
        text = view_text(home)
        assert (
            text.index("Deploy support-v2?")
            < text.index("prod-swc/portal")
            < text.index("prod-swc/support-v1")
        )
        await press(ada, home, "request_approve")
        await request_card(ada, "1 of 2")
        own = view_text(await home_of(rin, "prod-swc/support-v1"))
        assert "Deploy support-v2?" in own
        assert "prod-swc/portal" not in own
        form = await opened(
            rin, "take_down", press(rin, await home_of(rin, "support-v1"), "deployment_take_down")
        )
        assert "prod-swc/support-v1" in view_text(form)


async def home_of(person: Person, part: str) -> dict[str, Any]:
    """The Home tab, once it says this."""

    async def look_() -> dict[str, Any] | None:
        await person.world.page("home", user=person.user)
        tabs = [event["view"] for event in person.pushed if event["type"] == "home_updated"]
        found: dict[str, Any] | None = tabs[-1] if tabs and part in view_text(tabs[-1]) else None
        return found

    found: dict[str, Any] = await until(look_, f"{part!r} on the Home tab")
    return found
