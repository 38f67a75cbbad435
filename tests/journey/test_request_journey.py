"""Ask and approve, as people do it on the page: the form, both copies of a request, votes, changes, reasons."""

from pathlib import Path
from typing import Any

import pytest

from tests.journey.deploy_steps import buttons, request_card, state_of, trained_model
from tests.journey.steps import (
    answer_to,
    chosen,
    ephemeral,
    option,
    plain,
    press,
    shown,
    told,
    view_text,
)
from tests.journey.steps import card as job_card
from tests.patience import until
from tests.world import ADA, APPROVALS, BRUNO, FINETUNE, Person, words, world

pytestmark = pytest.mark.usefixtures("brisk")
SLOW_ROLL_OUT = {"deploy_seconds": 3600}


def seen(person: Person, after: int) -> str:
    """Everything that modals said since then."""
    views = (event["view"] for event in person.pushed[after:] if event["type"].startswith("view_"))
    return "\n".join(view_text(view) for view in views if view)


async def says(person: Person, text: str, after: int) -> None:
    """Wait until a modal says this."""
    await until(lambda: text in seen(person, after), f"a modal with {text}")


async def open_deploy(person: Person, text: str = "deploy J1") -> dict[str, Any]:
    """Type a command that opens the form."""
    before = len(person.pushed)
    await person.command(f"/finetune {text}")
    return await shown(person, "deploy", before)


async def test_a_request_from_the_form_to_its_second_round_and_approval(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.post("/panel/api/service", {"set": SLOW_ROLL_OUT})
        rin = await trained_model(made)
        view = await open_deploy(rin)
        said = view_text(view)
        assert chosen(view, "model") == "J1"
        assert chosen(view, "connection") == "prod-swc"
        assert "$1.70/h = $1,224 a month, used or not." in said
        assert "invented" in said  # who says what it costs

        # the form refuses at the field, with the remedy
        refused = await rin.submit(view, state_of(view, name="no good!", reason="Better answers."))
        assert "letters, digits" in refused["errors"]["name"]
        missing = await rin.submit(view, state_of(view, reason=" "))
        assert set(missing["errors"]) == {"reason"}

        # another SKU: cost and quota are shown anew, what was typed stays
        before = len(rin.pushed)
        typed = state_of(view, sku="DeveloperTier", reason="Better answers.")
        await rin.choose(view, "sku", option(view, "sku", "DeveloperTier"), typed)
        rebuilt = await shown(rin, "deploy", before)
        assert chosen(rebuilt, "sku") == "DeveloperTier"
        assert "Nothing by the hour, only for calls." in view_text(rebuilt)
        assert "the service deletes it 24 hours after its creation" in view_text(rebuilt)
        assert rebuilt["state"]["values"]["reason"]["reason"]["value"] == "Better answers."

        sent = state_of(rebuilt, name="support-v1", sku="GlobalStandard", reason="Better answers.")
        assert await rin.submit(rebuilt, sent) == {"ok": True}
        await rin.sees("C0FINETUNE", "A1 is on its way to the approvers")

        ada, bruno = await made.person(ADA), await made.person(BRUNO)
        card = await request_card(ada, "Deploy support-v1? · A1 · two of <!subteam^S0MLLEADS>")
        assert buttons(card) == ["request_approve", "request_reject", "request_details"]
        assert "the requester cannot approve" in plain(card)
        own = await request_card(rin, "Deploy support-v1? · A1", await rin.direct())
        assert buttons(own) == ["request_change", "request_withdraw", "request_details"]

        # who may not vote is told so, and nothing is counted
        await rin.click(card, "request_approve", APPROVALS)
        await told(rin, "Somebody else has to approve what you ask for")
        assert "0 of 2" in plain(await request_card(ada, "Deploy support-v1?"))

        await ada.click(card, "request_approve", APPROVALS)
        await request_card(ada, "1 of 2")
        await ada.click(card, "request_approve", APPROVALS)
        await told(ada, "You have voted on this already")

        # an approver wants less of it: behind Details, with a reason
        before = len(bruno.pushed)
        await bruno.click(card, "request_details", APPROVALS)
        details = await shown(bruno, "request_details", before)
        assert "support-v1" in view_text(details)
        before = len(bruno.pushed)
        await press(bruno, details, "request_changes")
        why = await shown(bruno, "vote", before)
        assert "reason" in (await bruno.submit(why, state_of(why, reason="")))["errors"]
        assert (await bruno.submit(why, state_of(why, reason="Half of it is enough.")))["ok"]
        await told(rin, "Half of it is enough.")
        stopped = await request_card(ada, "Changes asked · deploy support-v1")
        assert buttons(stopped) == ["request_details"]

        # the requester changes it: a new round asks again and names the difference, the old copy has no buttons
        before = len(rin.pushed)
        own = await request_card(rin, "Changes asked", await rin.direct())
        await rin.click(own, "request_change", await rin.direct())
        again = await shown(rin, "deploy", before)
        assert again["title"]["text"] == "Change A1"
        same = await rin.submit(again, state_of(again))
        assert "This is what was asked for already" in same["errors"]["model"]
        assert await rin.submit(again, state_of(again, capacity="25")) == {"ok": True}
        second = await request_card(ada, "Changed since round 1")
        assert "→ 25" in plain(second)
        first = await request_card(ada, "Replaced by round 2")
        assert buttons(first) == []

        # the vote on the old round counts nothing any more; two on the new one decide
        await ada.click(second, "request_approve", APPROVALS)
        await request_card(ada, "1 of 2")
        await bruno.click(second, "request_approve", APPROVALS)
        decided = await request_card(ada, "Approved · deploy support-v1 · A1")
        assert buttons(decided) == ["request_details"]
        assert f"By <@{ADA}> and <@{BRUNO}>" in plain(decided)
        await told(rin, "A1 deploy support-v1: approved")


async def test_rejected_with_a_reason_and_looked_up(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await trained_model(made)
        view = await open_deploy(rin)
        assert await rin.submit(view, state_of(view, name="support-v1", reason="Try it.")) == {"ok": True}
        ada = await made.person(ADA)
        card = await request_card(ada, "Deploy support-v1? · A1")

        listed = await answer_to(ada, "approvals", "Waiting for you")
        assert "A1 · Deploy support-v1?" in plain(listed)
        assert "needed: two of" in plain(listed)
        mine = await answer_to(rin, "approvals", "Asked by you")
        assert "Nothing waits for you." in plain(mine)
        known = await answer_to(rin, "settings", "What the bot knows of you")
        assert "Deployments: two of" in plain(known)

        before = len(ada.pushed)
        await ada.click(card, "request_reject", APPROVALS)
        why = await shown(ada, "vote", before)
        assert (await ada.submit(why, state_of(why, reason="Wait for the audit.")))["ok"]
        rejected = await request_card(ada, "Rejected · deploy support-v1 · A1")
        assert buttons(rejected) == ["request_details"]
        assert '"Wait for the audit."' in plain(rejected)
        await told(rin, "A1 deploy support-v1: rejected")
        shown_again = await answer_to(rin, "approvals A1", "Rejected")
        assert "Wait for the audit." in plain(shown_again)
        await answer_to(rin, "approvals A9", "There is no request A9")


async def test_glass_is_broken_with_a_reason_told_to_everybody(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.post("/panel/api/service", {"set": SLOW_ROLL_OUT})
        rin = await trained_model(made)
        view = await open_deploy(rin)
        assert await rin.submit(view, state_of(view, name="support-v1", reason="Outage.")) == {"ok": True}
        ada, bruno = await made.person(ADA), await made.person(BRUNO)
        card = await request_card(ada, "Deploy support-v1? · A1")

        before = len(bruno.pushed)
        await bruno.click(card, "request_details", APPROVALS)
        details = await shown(bruno, "request_details", before)
        assert "request_glass" not in str(details), "who may not is not offered it"

        before = len(ada.pushed)
        await ada.click(card, "request_details", APPROVALS)
        details = await shown(ada, "request_details", before)
        before = len(ada.pushed)
        await press(ada, details, "request_glass")
        why = await shown(ada, "vote", before)
        assert "Everybody is told" in view_text(why)
        assert (await ada.submit(why, state_of(why, reason="Customers wait.")))["ok"]
        for channel in (APPROVALS, "C0FINETUNE"):
            said = await rin.sees(channel, "went ahead with A1")
            assert "Customers wait." in words(said)
        assert "alone, without the approvals" in plain(await request_card(ada, "Approved · deploy"))


async def test_the_requester_takes_it_back(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await trained_model(made)
        view = await open_deploy(rin)
        assert await rin.submit(view, state_of(view, name="support-v1", reason="Try it.")) == {"ok": True}
        own = await request_card(rin, "Deploy support-v1? · A1", await rin.direct())
        await rin.click(own, "request_withdraw", await rin.direct())
        withdrawn = await request_card(rin, "Withdrawn · deploy support-v1 · A1")
        assert buttons(withdrawn) == ["request_details"]
        again = await open_deploy(rin)
        assert await rin.submit(again, state_of(again, name="support-v1", reason="Now.")) == {"ok": True}
        await request_card(rin, "Deploy support-v1? · A2")


async def test_asked_for_in_a_thread_and_approved_behind_details(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.post("/panel/api/service", {"set": SLOW_ROLL_OUT})
        rin = await trained_model(made)
        card = await job_card(rin, "Trained")
        await rin.say(FINETUNE, "<@U0TUNESMTH> deploy", thread_ts=card["ts"])
        offer = await ephemeral(rin, "Asking to deploy takes a form", FINETUNE, card["ts"])
        before = len(rin.pushed)
        await rin.click(offer, "job_deploy", FINETUNE)
        view = await shown(rin, "deploy", before)
        assert chosen(view, "model") == "J1"
        assert await rin.submit(view, state_of(view, name="support-v1", reason="Try it.")) == {"ok": True}

        ada = await made.person(ADA)
        asked = await request_card(ada, "Deploy support-v1? · A1")
        before = len(ada.pushed)
        await ada.click(asked, "request_details", APPROVALS)
        details = await shown(ada, "request_details", before)
        before = len(ada.pushed)
        await press(ada, details, "request_approve")
        await says(ada, "Your vote on A1 counts: 1 of 2 (<@U0APPROVE1>).", before)
        await request_card(ada, "1 of 2")

        # one who votes on what was withdrawn meanwhile reads that in the same place, and is not thanked first
        bruno = await made.person(BRUNO)
        before = len(bruno.pushed)
        await bruno.click(asked, "request_details", APPROVALS)
        details = await shown(bruno, "request_details", before)
        own = await request_card(rin, "Deploy support-v1? · A1", await rin.direct())
        await rin.click(own, "request_withdraw", await rin.direct())
        await request_card(bruno, "Withdrawn")
        before = len(bruno.pushed)
        await press(bruno, details, "request_approve")
        await says(bruno, "*<@U0REQUEST1> withdrew A1*", before)
        assert "counts:" not in seen(bruno, before)
