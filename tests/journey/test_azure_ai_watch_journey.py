"""Azure AI Studio: what is told of what stands there: a subscription that is not paid for, a key that came late."""

from pathlib import Path

import pytest

from bot.config.approvals import AutoApproval
from tests.journey.azure_ai_steps import (
    LLAMA,
    LLAMA_70B,
    PHI,
    PHI_4,
    ml,
    read_again,
    stands,
    studio,
    trained,
    with_data,
)
from tests.journey.deploy_steps import deploy_form, deployment_card, listed, submitted
from tests.journey.hosted_steps import look, messages
from tests.journey.steps import card, plain, told
from tests.patience import until
from tests.world import ADA, APPROVALS, RIN, World

pytestmark = pytest.mark.usefixtures("swift")
RULE = AutoApproval(name="everything in this test")
SUSPENDED = "llama-wus3/lamp: the subscription to its base model is suspended"
GOOD = "llama-wus3/lamp: the subscription to its base model is in order again"


async def _deployed(made: World, at: str, model: str, name: str) -> None:
    """J1 trained and deployed."""
    rin = await with_data(made, at)
    await trained(rin, at, model)
    await card(rin, "Trained")
    await until(lambda: listed(made), "the model in the service's own list")
    assert await submitted(rin, await deploy_form(rin, "J1"), name=name) == {}
    await deployment_card(rin, f"🟢 Live · {at}/{name}")


async def test_a_suspended_subscription_is_told_once_and_so_is_its_end(tmp_path: Path) -> None:
    async with studio(tmp_path, subscribed=True, auto=(RULE,)) as made:
        rin, ada = await made.person(RIN), await made.person(ADA)
        await _deployed(made, LLAMA, LLAMA_70B, "lamp")
        await ml(made, subscriptions="Suspended")
        await look(made, LLAMA)
        said = await told(rin, SUSPENDED)
        assert "Llama-3.3-70B-Instruct is sold through the Azure Marketplace and could not be billed." in said
        assert "Whoever pays for the Azure subscription settles its payment" in said
        await told(ada, SUSPENDED, channel=APPROVALS)
        await read_again(made)
        await stands(made, "suspended")
        await look(made, LLAMA)

        await ml(made, subscriptions="Subscribed")
        await read_again(made)
        await stands(made, "subscribed")
        await look(made, LLAMA)
        await told(rin, GOOD)
        await told(ada, GOOD, channel=APPROVALS)
        heard = [plain(one) for one in await messages(made, RIN)]
        for words in (SUSPENDED, GOOD):
            assert sum(words in one for one in heard) == 2, "the owner's message and the one in the channel"


async def test_a_key_that_is_put_into_the_vault_later_is_told_once(tmp_path: Path) -> None:
    async with studio(tmp_path, auto=(RULE,)) as made:
        rin = await made.person(RIN)
        await ml(made, vault_rights=False)
        await _deployed(made, PHI, PHI_4, "lamp")
        assert "The key could not be put into the Key Vault" in await told(rin, "phi-eus2/lamp answers")
        await look(made, PHI)
        await ml(made, vault_rights=True)
        await look(made, PHI)
        kept = "The key of phi-eus2/lamp is in the Key Vault now"
        assert "/ml/vault/kv-phi as `phi-eus2-lamp`" in await told(rin, kept)
        await look(made, PHI)
        heard = [plain(one) for one in await messages(made, RIN)]
        assert sum(kept in one for one in heard) == 1
