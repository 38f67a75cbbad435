"""Azure AI Studio, Llama: a model that has to be subscribed to first, which is a purchase that people decide about."""

from pathlib import Path

import pytest

from bot.config.approvals import AutoApproval
from tests.journey.azure_ai_steps import (
    LLAMA,
    LLAMA_70B,
    bought,
    ml,
    order,
    read_again,
    stands,
    studio,
    trained,
    with_data,
)
from tests.journey.deploy_steps import approve, buttons, request_card, state_of, unlinked
from tests.journey.steps import card, plain, shown, thread, view_text
from tests.patience import until
from tests.world import ADA, APPROVALS, RIN, World

pytestmark = pytest.mark.usefixtures("swift", "looks_soon")
EVERYTHING = AutoApproval(name="all trainings", kind="training")
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
BUY = "Buy a Marketplace subscription to Llama-3.3-70B-Instruct and train J1"
OFFER = "subscribes to Llama-3.3-70B-Instruct in the Azure Marketplace"


async def test_a_subscription_is_bought_once_after_two_approvals_and_then_the_job_trains(
    tmp_path: Path,
) -> None:
    # a rule that approves every training never buys
    async with studio(tmp_path, auto=(EVERYTHING,)) as made:
        rin = await with_data(made, LLAMA)
        await stands(made, "absent")
        summary = await order(rin, LLAMA, LLAMA_70B, hp_num_train_epochs="2")
        assert "the approvers are asked to buy that first; then it starts by itself." in view_text(summary)
        assert (await rin.submit(summary, {}))["ok"]
        waiting = plain(await card(rin, "Waiting for approval"))
        assert "Its model has to be subscribed to first, which is a purchase." in waiting
        assert "the approvers decide about A1; then it is bought and the job starts by itself." in waiting
        found = await request_card(rin, f"{BUY}? · A1 · two of")
        assert OFFER in plain(found)
        assert "Training and hosting of the offer's models are billed through it." in plain(found)
        assert "request_approve" in buttons(found)
        assert await bought(made) == 0

        await approve(made, by=(ADA,))
        assert await bought(made) == 0
        await approve(made)
        await request_card(rin, f"Approved · b{BUY[1:]} · A1")
        await card(rin, "Trained")
        assert await bought(made) == 1

        # what was bought for the project is there for the next training: nobody is asked again
        await stands(made, "subscribed")
        summary = await order(rin, LLAMA, LLAMA_70B, hp_num_train_epochs="1")
        assert "marketplace" not in view_text(summary), (
            "nothing has to be bought, so nothing is said of buying"
        )
        assert (await rin.submit(summary, {}))["ok"]
        await card(rin, "Trained", "J2")
        assert await bought(made) == 1
        assert not await _asked_for(made, "A2 · ")


async def test_a_rejected_purchase_refuses_the_job_in_words(tmp_path: Path) -> None:
    async with studio(tmp_path) as made:
        rin = await with_data(made, LLAMA)
        await trained(rin, LLAMA, LLAMA_70B)
        ada = await made.person(ADA)
        found = await request_card(ada, f"{BUY}? · A1")
        before = len(ada.pushed)
        await ada.click(found, "request_reject", APPROVALS)
        why = await shown(ada, "vote", before)
        assert (await ada.submit(why, state_of(why, reason="Phi will do.")))["ok"]
        ended = await card(rin, "Not started")
        found = await until(lambda: thread(rin, ended), "why, in the thread")
        said = "\n".join(plain(one) for one in found)
        assert "The approvers did not let it start" in said
        assert "The request was rejected." in said
        assert "Phi will do." in said
        assert await bought(made) == 0


async def test_without_the_rights_to_buy_the_exact_rights_to_ask_for_are_listed(tmp_path: Path) -> None:
    async with studio(tmp_path) as made:
        await ml(made, marketplace_rights=False)
        rin = await with_data(made, LLAMA)
        await trained(rin, LLAMA, LLAMA_70B)
        said = unlinked(await _refusal(made))
        assert "The project is not subscribed to the offer of Llama-3.3-70B-Instruct" in said
        assert "Somebody with the rights to buy subscribes in Azure AI Studio." in said
        assert "`allow_marketplace` of the connection is on" in said
        scope = f"/subscriptions/{SUBSCRIPTION}"
        role = f'--role "Contributor" --scope "{scope}"'
        command = f'az role assignment create --assignee "<object id of the bot\'s identity>" {role}'
        assert f"What to ask for:\n```\n{command}\n```" in said
        listed = (
            said.split("Or a role of your own with these rights:\n```\n", 1)[1]
            .split("\n```", 1)[0]
            .split("\n")
        )
        assert listed[0] == f"on {scope}"
        assert listed[1:6] == [
            "  Microsoft.MarketplaceOrdering/agreements/offers/plans/read",
            "  Microsoft.MarketplaceOrdering/agreements/offers/plans/sign/action",
            "  Microsoft.MarketplaceOrdering/offerTypes/publishers/offers/plans/agreements/read",
            "  Microsoft.Marketplace/offerTypes/publishers/offers/plans/agreements/read",
            "  Microsoft.SaaS/register/action",
        ]
        assert listed[6] == f"on {scope}/resourceGroups/rg-ai"
        # an asterisk stays one: what is listed is there to be copied
        workspaces = "  Microsoft.MachineLearningServices/workspaces"
        assert f"{workspaces}/marketplaceModelSubscriptions/*" in listed
        assert f"{workspaces}/marketplaceSubscriptions/*" in listed
        assert len(listed) == 13
        assert await bought(made) == 0
        assert not await _asked_for(made, "A1 · ")


async def test_where_buying_is_not_allowed_nobody_is_asked_to(tmp_path: Path) -> None:
    async with studio(tmp_path, marketplace=False) as made:
        rin = await with_data(made, LLAMA)
        await stands(made, "absent")
        summary = await order(rin, LLAMA, LLAMA_70B)
        assert "the bot may not buy there: it is not started before somebody subscribes" in view_text(summary)
        assert (await rin.submit(summary, {}))["ok"]
        said = await _refusal(made)
        assert "The project is not subscribed to the offer of Llama-3.3-70B-Instruct" in said
        assert "Microsoft.SaaS/register/action" in said
        assert not await _asked_for(made, "A1 · ")


@pytest.mark.parametrize(
    ("switches", "happened", "remedy"),
    [
        (
            {"subscriptions": "Suspended"},
            "The subscription to the offer of Llama-3.3-70B-Instruct is suspended",
            "Whoever pays for the Azure subscription settles its payment; it works again by itself.",
        ),
        (
            {"network_registered": False},
            "The Azure subscription is not registered for Microsoft.Network",
            f"az provider register --namespace Microsoft.Network --subscription {SUBSCRIPTION}",
        ),
    ],
)
async def test_what_stands_in_the_way_is_told_before_anything_is_sent(
    tmp_path: Path, switches: dict[str, object], happened: str, remedy: str
) -> None:
    async with studio(tmp_path, subscribed=True) as made:
        rin = await with_data(made, LLAMA)
        await read_again(made)
        await stands(made, "subscribed")
        summary = await order(rin, LLAMA, LLAMA_70B)
        assert "marketplace" not in view_text(summary)
        await ml(made, **switches)  # what is remembered is looked at again before anything is sent
        assert (await rin.submit(summary, {}))["ok"]
        said = await _refusal(made)
        assert happened in said
        assert remedy in said
        sent = [one["path"] for one in await made.requests("ml") if one["method"] == "PUT"]
        assert not [path for path in sent if "/jobs/" in path]


async def test_what_was_unsubscribed_is_asked_for_again(tmp_path: Path) -> None:
    async with studio(tmp_path, subscribed=True) as made:
        rin = await with_data(made, LLAMA)
        await ml(made, subscriptions="Unsubscribed")
        await read_again(made)
        await stands(made, "unsubscribed")
        summary = await order(rin, LLAMA, LLAMA_70B)
        assert "was not subscribed to when the bot last looked" in view_text(summary)
        assert (await rin.submit(summary, {}))["ok"]
        assert OFFER in plain(await request_card(rin, f"{BUY}? · A1"))


async def _refusal(made: World) -> str:
    """All that stands in the thread of J1 once it was refused."""
    rin = await made.person(RIN)
    ended = await card(rin, "Not started")
    found = await until(lambda: thread(rin, ended), "why, in the thread")
    return "\n".join(plain(one) for one in found)


async def _asked_for(made: World, part: str) -> bool:
    """Whether the approvers were asked this."""
    return any(part in plain(one) for one in await made.history(ADA, APPROVALS))
