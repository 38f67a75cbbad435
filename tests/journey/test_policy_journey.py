"""Point 2, approve: rules that need nobody, freezes, broken glass, unsatisfiable policies, the monthly cap."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot.config.approvals import AutoApproval
from tests.journey.deploy_steps import (
    approve,
    arm,
    ask,
    buttons,
    deployment_card,
    govern,
    quiet,
    request_card,
    sent,
    state_of,
    trained_model,
    with_model,
)
from tests.journey.steps import (
    card,
    ephemeral,
    plain,
    press,
    shown,
    start,
    told,
)
from tests.world import ADA, APPROVALS, FINETUNE, world

pytestmark = pytest.mark.usefixtures("swift")
NEVER = {"deploy_seconds": 36_000}


async def test_a_rule_approves_what_needs_nobody(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        rin, model = await with_model(made)
        await ask(rin, model, "try-v1", sku="DeveloperTier")
        await ephemeral(rin, "A1 is approved by a rule, so nobody is asked.")
        found = await request_card(rin, "Approved · deploy try-v1 · A1")
        assert 'By the rule "developer tier is free and gone in a day"; nobody was asked.' in plain(found)
        assert "Nothing by the hour" in plain(found)
        assert buttons(found) == ["request_details"]
        await told(rin, "try-v1 answers")
        status, made_there = await arm(made, "deployments/try-v1")
        assert status == 200
        assert made_there["sku"]["name"] == "DeveloperTier"
        assert made_there["tags"]["tunesmith-approval"] == "rule developer tier is free and gone in a day"
        assert not [one for one in await made.history(ADA, APPROVALS) if "Deploy try-v1?" in plain(one)]


async def test_a_rule_below_an_amount(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        rules = (
            AutoApproval(name="pocket money", below=Decimal(1224)),  # what it costs is not below itself
            AutoApproval(name="cheap there", connection="dev-*", below=Decimal(1225)),
        )
        govern(made, auto=rules)
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1")
        found = await request_card(rin, "Deploy support-v1? · A1")
        assert buttons(found)[0] == "request_approve"
        await rin.click(
            await request_card(rin, "A1", await rin.direct()), "request_withdraw", await rin.direct()
        )
        await request_card(rin, "Withdrawn")
        await ask(rin, model, "support-v1", connection="dev-eus2")
        assert 'By the rule "cheap there"' in plain(
            await request_card(rin, "Approved · deploy support-v1 · A2")
        )


async def test_a_freeze_holds_what_is_approved_until_it_ends(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        freeze = made.settings.approvals.freeze_file
        assert freeze is not None
        await asyncio.to_thread(freeze.write_text, "Quarter end: nothing moves before Monday.\n")
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1")
        await approve(made)
        held = await request_card(rin, "Approved, and held · deploy support-v1 · A1")
        assert "Quarter end: nothing moves before Monday" in plain(held)
        assert "Nothing is sent until the freeze ends" in plain(held)
        assert "held by a freeze" in await told(rin, "A1 deploy support-v1: approved")
        await deployment_card(rin, "Approved, and held · prod-swc/support-v1")
        await quiet(made)
        assert await sent(made) == 0

        # it cannot be looked at: that counts as a freeze too
        await asyncio.to_thread(freeze.unlink)
        await asyncio.to_thread(freeze.mkdir)
        await deployment_card(rin, "whether a freeze is on cannot be read")
        assert await sent(made) == 0

        await asyncio.to_thread(freeze.rmdir)
        await told(rin, "support-v1 answers")
        assert await sent(made) == 1
        answers = await request_card(rin, "nothing to do, it answers")
        assert "Approved · deploy support-v1 · A1" in plain(answers)


async def test_what_a_freeze_holds_can_be_called_off_before_anything_is_sent(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        freeze = made.settings.approvals.freeze_file
        assert freeze is not None
        await asyncio.to_thread(freeze.write_text, "Quarter end.")
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1")
        await approve(made)
        held = await request_card(rin, "Approved, and held · deploy support-v1 · A1")
        assert "request_call_off" in buttons(held)
        await rin.click(held, "request_call_off", APPROVALS)
        ended = await request_card(rin, "called off · deploy support-v1 · A1")
        assert "request_call_off" not in buttons(ended)
        await asyncio.to_thread(freeze.unlink)
        await quiet(made)
        assert await sent(made) == 0


@pytest.mark.parametrize("approved", [True, False])
async def test_glass_is_broken_in_a_freeze_and_told_to_both_channels(tmp_path: Path, approved: bool) -> None:
    async with world(tmp_path, start=False) as made:
        freeze = made.settings.approvals.freeze_file
        assert freeze is not None
        await asyncio.to_thread(freeze.write_text, "Quarter end.")
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1", reason="Refunds are wrong.")
        found = await request_card(rin, "Deploy support-v1? · A1")
        if approved:
            await approve(made)
            found = await request_card(rin, "Approved, and held · deploy support-v1 · A1")
            assert buttons(found) == ["request_call_off", "request_details"]

        ada = await made.person(ADA)
        before = len(ada.pushed)
        await ada.click(found, "request_details", APPROVALS)
        details = await shown(ada, "request_details", before)
        before = len(ada.pushed)
        await press(ada, details, "request_glass")
        why = await shown(ada, "vote", before)
        assert set((await ada.submit(why, state_of(why, reason=" "))).get("errors", {})) == {"reason"}
        assert (await ada.submit(why, state_of(why, reason="Customers are charged twice.")))["ok"]
        how = "in a freeze" if approved else "without its approvals and in a freeze"
        for channel in (APPROVALS, FINETUNE):
            said = plain(await rin.sees(channel, "🚨"))
            assert f"<@{ADA}> went ahead with A1 deploy support-v1 {how}*" in said
            assert "Customers are charged twice." in said
            assert "Quarter end" in said
        await told(rin, "support-v1 answers")
        assert await sent(made) == 1
        done = await request_card(rin, "nothing to do, it answers")
        assert buttons(done) == ["request_details"]
        how = "alone went ahead in a freeze" if approved else "alone, without the approvals that it needs"
        assert f'<@{ADA}> {how}: "Customers are charged twice."' in plain(done)
        _, there = await arm(made, "deployments/support-v1")
        approvers = "U0APPROVE1 U0APPROVE2" if approved else f"break-glass {ADA}"
        assert there["tags"]["tunesmith-approval"] == approvers


async def test_a_policy_that_nobody_can_satisfy_is_told_at_the_start_and_on_the_request(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, count=3)
        rin, model = await with_model(made)
        ada = await made.person(ADA)
        said = await told(ada, "Some requests could never be approved")
        assert "three of <!subteam^S0MLLEADS>" in said
        assert "There are fewer people than that who can approve" in said
        assert "`tunesmith check`" in said

        await ask(rin, model, "support-v1")
        found = await request_card(ada, "Nobody can approve it as things are")
        assert "it needs more approvers than there are" in plain(found)
        # nobody is stopped from trying: two votes are two votes, and nothing is deployed
        await approve(made, by=(ADA,))
        await request_card(ada, "1 of 3")
        assert await sent(made) == 0


async def test_a_training_past_the_monthly_cap_is_asked_for_first(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, training_above=None, monthly_cap=Decimal("0.03"), count=1)
        await made.start()
        rin = await trained_model(made)
        assert not [one for one in await made.history(ADA, APPROVALS) if "Train J1" in plain(one)]

        await start(rin, hp_n_epochs="2", suffix="again")
        found = await request_card(rin, "Train J2 again?")
        assert "of $0.03 are spent this month; this would pass the limit." in plain(found)
        assert "the approvers decide about A1" in plain(await card(rin, "Waiting for approval", "J2"))
        await approve(made, by=(ADA,))
        await card(rin, "Trained", "J2")
