"""Point 4, watch: nobody forgets a deployment. Found, nudged, warned of, deleted by the service, deployed again."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.store import looks
from tests.journey.deploy_steps import buttons, submitted
from tests.journey.hosted_steps import (
    DEV,
    PROD,
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
from tests.journey.steps import answer_to, chosen, inputs, plain, rin_of, switch, told
from tests.patience import until
from tests.sandbox.azure_calls.records import ago, called, deployment, put
from tests.world import ADA, APPROVALS, FINETUNE, Person, World

pytestmark = pytest.mark.usefixtures("brisk")
AHEAD = "⏳ Azure OpenAI deletes prod-swc/support-v1 on "


async def test_an_idle_deployment_from_its_first_nudge_to_its_deletion_and_back(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support") as made:
        rin, ada = await rin_of(made), await made.person(ADA)
        direct = await rin.direct()
        await deploy(rin, "support", "support-v1")
        await days(made, 1)
        await settled(made)
        assert not await said(rin, "💤")

        # two idle days: what it has cost; nothing more until the first warning
        await days(made, 1)
        nudge = await rin.sees(direct, "💤")
        text = plain(nudge)
        assert text.startswith(
            "💤 Nobody has called prod-swc/support-v1 for 2 days\n$82 spent idle, $41 more each day."
        )
        assert buttons(nudge) == ["deployment_take_down", "deployment_keep", "deployment_remind"]
        assert "Keep 15 days ($612)" in text
        await days(made, 7)
        await settled(made)
        assert len(await said(rin, "💤")) == 1
        assert not await said(rin, AHEAD)

        # 5, 2 and 1 days before: each once, the last one to the approvers as well
        for passing, left, idle in ((1, "5 days", 10), (3, "2 days", 13)):
            await days(made, passing)
            text = await told(rin, f", in {left}")
            assert f"No calls for {idle} days: ${idle * 40.8:.0f} spent idle, $41 more each day." in text
            assert "After deletion callers get 404 DeploymentNotFound." in text
            assert "a reminder does not stop the deletion" in text
            assert "Azure Monitor, read" in text
            assert not await said(ada, AHEAD, APPROVALS)
        await days(made, 1)
        for person, channel in ((rin, direct), (ada, APPROVALS)):
            last = await person.sees(channel, ", in 1 day")
            assert f"owner <@{rin.user}>" in plain(last)
            # A reminder would come after it.
            assert buttons(last) == ["deployment_take_down", "deployment_keep"]

        # the service deletes it: noticed, told once, and the way back
        assert await days(made, 1) == ["support-v1"]
        gone = await rin.sees(direct, "⚫ Azure OpenAI deleted prod-swc/support-v1")
        assert "Nobody had called it for 15 days, as announced. Callers get 404" in plain(gone)
        assert "The model stays, free." in plain(gone)
        assert buttons(gone) == ["deployment_again"]
        assert buttons(await card_of(rin, "support-v1", "Deleted by Azure OpenAI")) == ["deployment_again"]
        await look(made)
        await settled(made)
        said_ = Counter(one.split(",")[-1].strip() for one in await said(rin, AHEAD))
        assert said_ == {"in 5 days": 1, "in 2 days": 1, "in 1 day": 1}
        assert len(await said(ada, AHEAD, APPROVALS)) == 1
        assert len(await said(rin, "⚫ Azure OpenAI deleted")) == 1

        # deployed again: the form is filled in as it was, and all begins anew
        view = await opened(rin, "deploy", rin.click(gone, "deployment_again", direct))
        assert inputs(view)["name"]["element"]["initial_value"] == "support-v1"
        assert chosen(view, "sku") == "GlobalStandard"
        assert await submitted(rin, view) == {}
        back = await card_of(rin, "support-v1", "🟢")
        assert "P2" in plain(back)
        await days(made, 2)
        await until(lambda: _nudges(rin, 2), "the nudge for the new one")


async def test_a_call_ends_it_and_the_warnings_begin_anew(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support") as made:
        rin = await rin_of(made)
        await deploy(rin, "support", "support-v1")
        await days(made, 9)
        answer = await act(made, "call", "support-v1")
        assert answer["status"] == 200
        await days(made, 1)  # when the first warning would have come
        await settled(made)
        assert not await said(rin, AHEAD)
        listed = plain(await answer_to(rin, "deployments support-v1", "Live"))
        assert "no calls for" not in listed.lower()
        await days(made, 1)
        await until(lambda: _nudges(rin, 2), "the nudge of the second spell")
        await days(made, 8)
        assert "in 5 days" in await told(rin, AHEAD)
        assert len(await said(rin, AHEAD)) == 1


async def test_the_developer_tier_goes_after_a_day_called_or_not(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support") as made:
        rin = await rin_of(made)
        card = await deploy(rin, "support", "try-it", sku="DeveloperTier")
        assert "deployment_keep" not in buttons(card)
        assert "Nothing by the hour, only for calls" in plain(card)
        assert "Calls do not keep prod-swc/try-it" in plain(
            await answer_to(rin, "keep try-it", "Calls do not")
        )
        await age(made, hours=17)
        await act(made, "call", "try-it")
        await look(made)
        await settled(made)
        assert not await said(rin, "⏳")
        await age(made, hours=1)
        text = await told(rin, "⏳ Azure OpenAI deletes prod-swc/try-it on")
        assert "in 6 hours" in text
        assert "Its SKU lives 24 h, called or not; calls do not keep it." in text
        await age(made, hours=5)
        await told(rin, ", in 1 hour")
        assert await age(made, hours=1) == ["try-it"]
        assert "Its time was over, as announced." in await told(
            rin, "⚫ Azure OpenAI deleted prod-swc/try-it"
        )
        await settled(made)
        assert len(await said(rin, "⏳")) == 2
        assert not await said(rin, "💤")


async def test_what_was_made_around_the_bot_is_told_once_and_taken_over(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support", start=False) as made:
        # there before the bot: three at one account, one at the other, a base model that is nobody's business
        records, now = made.sandbox.azure.control.deployments, SystemClock().now()
        old = ago(now, days=3)
        for name in ("alpha", "beta", "gamma"):
            put(records, deployment(name, old, calls=[called(ago(now, hours=2))] if name == "beta" else ()))
        put(records, deployment("delta", old, resource=DEV))
        put(records, deployment("chat", old, tuned=False))
        await made.start()
        rin, ada = await rin_of(made), await made.person(ADA)
        together = plain(await ada.sees(APPROVALS, "3 deployments were made outside approval"))
        for name in ("alpha", "beta", "gamma"):
            assert f"prod-swc/{name}" in together
        assert "chat" not in together
        assert "$1.70/h" in together
        await ada.sees(APPROVALS, "dev-eus2/delta was deployed outside approval")

        # nobody looks after them: what is to be said comes to the approvers; idle for three days, so at once
        await ada.sees(APPROVALS, "💤 Nobody has called prod-swc/alpha since it was made")
        await settled(made)
        assert not await said(ada, "prod-swc/beta for", APPROVALS)
        assert not await said(rin, "alpha")

        # one more in the portal, while the bot runs
        answer = await act(made, "deploy", "mystery", model=await _model(made), sku="GlobalStandard")
        assert answer["status"] == 201, answer
        await until(lambda: _stands(made, "mystery"), "mystery to be there")
        await look(made)
        found = await ada.sees(APPROVALS, "prod-swc/mystery was deployed outside approval")
        assert buttons(found) == ["deployment_adopt", "deployment_take_down"]

        # told once: neither the next looks nor another start repeat it
        await look(made, PROD, DEV)
        await made.stop()
        await made.start()
        await look(made, PROD, DEV)
        await settled(made)
        assert len(await said(ada, "outside approval", APPROVALS)) == 3

        # taken over: from now on its warnings go to the new owner
        await rin.click(found, "deployment_adopt", APPROVALS)
        assert "made around the bot" in plain(await card_of(rin, "mystery", f"<@{rin.user}>"))
        await days(made, 2)
        await told(rin, "💤 Nobody has called prod-swc/mystery since it was made")
        assert not await said(ada, "called prod-swc/mystery", APPROVALS)


async def test_somebody_deletes_it_at_the_service(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support") as made:
        rin = await rin_of(made)
        await deploy(rin, "support", "support-v1")
        await act(made, "delete", "support-v1")
        await look(made)
        gone = await rin.sees(await rin.direct(), "⚫ prod-swc/support-v1 is gone, and not by the bot")
        assert "Somebody deleted it at Azure OpenAI. Callers get 404 DeploymentNotFound." in plain(gone)
        assert buttons(gone) == ["deployment_again"]
        # made anew at the portal under the same name: another one, and nobody approved that
        answer = await act(made, "deploy", "support-v1", model=await _model(made), sku="GlobalStandard")
        assert answer["status"] == 201, answer
        await until(lambda: _stands(made, "support-v1"), "the new one")
        await look(made)
        ada = await made.person(ADA)
        await ada.sees(APPROVALS, "prod-swc/support-v1 was deployed outside approval")
        await settled(made)
        assert len(await said(rin, "is gone, and not by the bot")) == 1


async def test_what_happened_while_the_bot_was_away_is_said_once(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support", look_minutes=0.005) as made:
        rin = await rin_of(made)
        await deploy(rin, "support", "support-v1")
        await look(made)
        await _away(made, days=13)
        text = await told(rin, AHEAD)
        assert ", in 2 days" in text
        assert "This was due while the bot was away." in text
        await look(made)
        await settled(made)
        assert len(await said(rin, AHEAD)) == 1
        assert not await said(rin, "💤")

        await _away(made, days=3)
        assert await there(made) == []
        text = await told(rin, "⚫ Azure OpenAI deleted prod-swc/support-v1")
        assert "It happened while the bot was away." in text
        await look(made)
        await settled(made)
        assert len(await said(rin, AHEAD)) == 1
        assert len(await said(rin, "⚫ Azure OpenAI deleted")) == 1


async def _away(made: World, **passing: float) -> None:
    """Stop the bot, let time pass at the service and so many looks not happen, and start it."""
    assert made.application is not None
    known = await made.application.deps.store.read(lambda c: looks.get(c, PROD))
    assert known is not None
    assert known.listed_at is not None
    missed = known.listed_at + 5 * timedelta(minutes=made.settings.watch.look_minutes)
    await made.stop()
    await age(made, **passing)
    await until(lambda: SystemClock().now() > missed, "some looks to be missed")
    await made.start()
    await look(made)


async def test_without_the_calls_nobody_is_called_idle(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support") as made:
        rin = await rin_of(made)
        await deploy(rin, "support", "support-v1")
        await look(made)
        await switch(made, metric_rights=False)
        await days(made, 3)
        await settled(made)
        assert not await said(rin, "💤")
        shown = plain(await answer_to(rin, "connections", "Connections"))
        assert "Monitoring Reader" in shown
        form = plain(await answer_to(rin, "deployments", "Your deployments"))
        assert "Could not be read the last time: prod-swc" in form
        # readable again: what is due is said then
        await switch(made, metric_rights=True)
        await look(made)
        await told(rin, "💤 Nobody has called prod-swc/support-v1 for 3 days")


async def test_the_base_models_retirement_in_both_phases(tmp_path: Path) -> None:
    async with hosting(tmp_path, "support", retire_days=(3000,)) as made:
        rin = await rin_of(made)
        await deploy(rin, "support", "support-v1")
        await look(made)
        training = await told(rin, "📅 Azure OpenAI stops training gpt-4.1-nano-2025-04-14 on 14 Apr 2027")
        assert "New versions of it cannot be trained after that." in training
        hosting_ = await told(
            rin, "📅 Azure OpenAI stops hosting the base model of prod-swc/support-v1 on 14 Oct 2027"
        )
        assert "From then on calls of prod-swc/support-v1 fail" in hosting_
        await days(made, 1)
        await settled(made)
        assert len(await said(rin, "📅")) == 2


async def test_pages_of_deployments_the_next_to_go_first(tmp_path: Path) -> None:
    async with hosting(tmp_path, start=False) as made:
        records, now = made.sandbox.azure.control.deployments, SystemClock().now()
        for nth in range(9):
            put(records, deployment(f"bot-{nth}", ago(now, days=9 - nth), capacity=1))
        for nth in range(3):
            put(records, deployment(f"far-{nth}", ago(now, days=12 + nth), capacity=1, resource=DEV))
        await made.start()
        ada = await made.person(ADA)
        await ada.sees(APPROVALS, "9 deployments were made outside approval")
        await ada.sees(APPROVALS, "3 deployments were made outside approval")
        assert "You have no deployments." in plain(await answer_to(ada, "deployments", "Your deployments"))
        page = await answer_to(ada, "deployments all", "1 to 10 of 12")
        text = plain(page)
        assert "$14,688 a month together, used or not" in text
        shown = [line for line in text.split("\n") if line.startswith("🟢 *Live")]
        names = [line.split(" · ")[1].split("/")[1] for line in shown]
        assert names == ["far-2", "far-1", "far-0", *(f"bot-{nth}" for nth in range(7))]
        await ada.click(page, "deployments_page", FINETUNE)
        rest = plain(await ada.sees(FINETUNE, "11 to 12 of 12"))
        assert "bot-8" in rest


async def _model(made: World) -> str:
    models = (await made.get("/panel/api/state"))["models"]
    return next(str(one["model"]) for one in models if one["resource"] == PROD)


async def _stands(made: World, name: str) -> bool:
    state = await made.get("/panel/api/state")
    return any(one["name"] == name and one["state"] == "Succeeded" for one in state["deployments"])


async def _nudges(person: Person, number: int) -> bool:
    return len(await said(person, "💤")) == number
