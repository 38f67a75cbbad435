"""People with other roles: an approver who may not train, an expensive training that waits, costs told at the end."""

from pathlib import Path

import pytest

from bot.config.approvals import Role
from tests.journey.deploy_steps import buttons, request_card, state_of, trained_model
from tests.journey.steps import answer_to, calm, ephemeral, hand_in, plain, ready, rin_of, shown, start, told
from tests.journey.steps import card as job_card
from tests.journey.test_request_journey import open_deploy
from tests.world import ADA, APPROVALS, BRUNO, FINETUNE, RIN, world

pytestmark = pytest.mark.usefixtures("brisk")


async def test_an_approver_who_may_not_train_can_vote(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        roles = made.settings.roles.model_copy(
            update={"trainers": Role(users=(RIN,)), "admins": Role(users=(RIN,))}
        )
        made.settings = made.settings.model_copy(update={"roles": roles})
        await made.start()
        rin = await trained_model(made)
        view = await open_deploy(rin)
        assert await rin.submit(view, state_of(view, name="support-v1", reason="Try it.")) == {"ok": True}
        bruno = await made.person(BRUNO)
        card = await request_card(bruno, "Deploy support-v1? · A1")

        await answer_to(bruno, "jobs", "You are not on the list of people who may train")
        listed = await answer_to(bruno, "approvals", "Waiting for you")
        assert "A1 · Deploy support-v1?" in plain(listed)
        await answer_to(bruno, "settings", "What the bot knows of you")
        await bruno.click(card, "request_approve", APPROVALS)
        await request_card(bruno, "1 of 2")
        before = len(bruno.pushed)
        await bruno.click(card, "request_details", APPROVALS)
        assert "approved" in str((await shown(bruno, "request_details", before))["blocks"])
        await bruno.click(card, "request_reject", APPROVALS)
        await ephemeral(bruno, "You have voted on this already", APPROVALS)


async def test_an_expensive_training_waits_for_the_approvers(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        approvals = made.settings.approvals.model_copy(update={"training_above": 0})
        made.settings = made.settings.model_copy(update={"approvals": approvals})
        await made.start()
        rin = await rin_of(made)
        await hand_in(rin, "support_train.jsonl")
        await ready(rin, "support_train.jsonl")
        before = len(rin.pushed)
        await start(rin, hp_n_epochs="1")
        summary = await shown(rin, "train_summary", before)
        assert "the approvers decide, then it starts by itself" in str(summary["blocks"])
        waiting = await job_card(rin, "Waiting for approval")
        assert "the approvers decide about A1" in plain(waiting)

        ada, bruno = await made.person(ADA), await made.person(BRUNO)
        card = await request_card(ada, "Train J1 ")
        assert buttons(card) == ["request_approve", "request_reject", "request_details"]
        await ada.click(card, "request_approve", APPROVALS)
        await request_card(ada, "1 of 2")
        await bruno.click(card, "request_approve", APPROVALS)
        await request_card(ada, "Approved · train J1")
        done = await job_card(rin, "Trained")
        end = await told(rin, "J1 gpt-4.1-nano is trained", channel=FINETUNE, thread_ts=done["ts"])
        assert " billed" in end


async def test_an_expensive_training_that_is_rejected_is_not_started(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        approvals = made.settings.approvals.model_copy(update={"training_above": 0})
        made.settings = made.settings.model_copy(update={"approvals": approvals})
        await made.start()
        await calm(made)
        rin = await made.person(RIN)
        await hand_in(rin, "support_train.jsonl")
        await ready(rin, "support_train.jsonl")
        await start(rin, hp_n_epochs="1")
        ada = await made.person(ADA)
        card = await request_card(ada, "Train J1 ")
        before = len(ada.pushed)
        await ada.click(card, "request_reject", APPROVALS)
        why = await shown(ada, "vote", before)
        assert (await ada.submit(why, state_of(why, reason="Use the small set.")))["ok"]
        refused = await job_card(rin, "The approvers did not let it start")
        thread = await told(rin, "Use the small set.", channel=FINETUNE, thread_ts=refused["ts"])
        assert "No job was created, so nothing was charged." in thread
