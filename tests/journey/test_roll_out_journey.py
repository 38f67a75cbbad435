"""Point 3, roll out: what can be in the way, with its remedy; what is replaced; until when it was wanted."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.deployments import follow
from bot.deployments.follow import FollowDeployment
from providers.azure_openai import deployment_refusals
from sandbox.azure_openai import AzureOptions
from tests.journey.deploy_steps import (
    approve,
    arm,
    ask,
    buttons,
    deploy_form,
    deployment_card,
    govern,
    made_elsewhere,
    portal,
    quiet,
    rebuilt,
    request_card,
    sent,
    submitted,
    unlinked,
    with_model,
)
from tests.journey.steps import (
    plain,
    switch,
    told,
    view_text,
)
from tests.world import ADA, RIN, world

pytestmark = pytest.mark.usefixtures("swift")
KEY = AzureOptions().api_key
ACCOUNTS = AzureOptions().accounts


@pytest.mark.parametrize(
    ("trouble", "healed", "parts"),
    [
        (
            {"arm_rights": "reader"},
            {"arm_rights": "owner"},
            ("The bot lacks the role for this", "az role assignment create --assignee", "accounts/prod-swc"),
        ),
        (
            {"policy_denied": True},
            {"policy_denied": False},
            (
                "A policy of the company refuses it",
                "disallowed by policy",
                "keeps the subscription's policies",
            ),
        ),
        (
            {"fail_deployment": ["InternalServerError", "The model could not be loaded. Please try again."]},
            {"fail_deployment": None},
            (
                "accepted it and then gave up",
                "The model could not be loaded.",
                "Remove the cause that it names",
            ),
        ),
    ],
)
async def test_what_is_in_the_way_of_a_roll_out_is_told_with_its_remedy(
    tmp_path: Path, trouble: dict[str, Any], healed: dict[str, Any], parts: tuple[str, ...]
) -> None:
    async with world(tmp_path, start=False) as made:
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1")
        await switch(made, **trouble)
        await approve(made)
        failed = await rin.sees(await rin.direct(), "prod-swc/support-v1 could not be rolled out")
        _has(plain(failed), *parts)
        found = await deployment_card(rin, "Not rolled out · prod-swc/support-v1 · P1")
        _has(plain(found), parts[0])
        await request_card(rin, "Next: it could not be rolled out")

        # the cause is gone, the approval still holds: the same request goes on
        await switch(made, **healed)
        await rin.click(failed, "deployment_retry", await rin.direct())
        await told(rin, "prod-swc/support-v1 answers")
        _, there = await arm(made, "deployments/support-v1")
        assert there["tags"]["tunesmith-request"] == "A1"


def _has(text: str, *parts: str) -> None:
    for part in parts:
        assert part.lower() in unlinked(text).lower(), (part, text)


async def test_the_account_that_has_the_model_may_not_be_read(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        rin, model = await with_model(made)
        await ask(rin, model, "support-eu", connection="dev-eus2")
        await switch(made, unreadable_sources=True)
        await approve(made)
        failed = await rin.sees(await rin.direct(), "dev-eus2/support-eu could not be rolled out")
        _has(
            plain(failed),
            "The bot may not read the account that has the model",
            "az role assignment create --assignee",
            f"/subscriptions/{ACCOUNTS['prod-swc'].subscription_id}/resourceGroups/rg-ml",
            "accounts/prod-swc",
        )
        await switch(made, unreadable_sources=False)
        await rin.click(failed, "deployment_retry", await rin.direct())
        await told(rin, "dev-eus2/support-eu answers")


async def test_the_quota_is_gone_when_it_is_approved(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        other = made_elsewhere(made, "other")
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1")
        await portal(made, "greedy", other, capacity=195)
        await approve(made)
        failed = await rin.sees(await rin.direct(), "prod-swc/support-v1 could not be rolled out")
        _has(
            plain(failed),
            "The quota is too small for it",
            "gpt-4.1-nano - GlobalStandard - finetune",
            "This operation require 10 new capacity",
            "Ask for less capacity or another SKU",
        )
        gone = {"action": "delete", "resource": "prod-swc", "deployment": "greedy"}
        await made.post("/panel/api/deployment", gone)
        await rin.click(failed, "deployment_retry", await rin.direct())
        await told(rin, "prod-swc/support-v1 answers")


async def test_somebody_took_the_name_meanwhile(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        other = made_elsewhere(made, "other")
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1")
        await portal(made, "support-v1", other, capacity=20)
        await approve(made)
        failed = await rin.sees(await rin.direct(), "prod-swc/support-v1 could not be rolled out")
        _has(plain(failed), "The name has a deployment of another model", "nothing of it was changed")
        _, there = await arm(made, "deployments/support-v1")
        assert (there["properties"]["model"]["name"], there["sku"]["capacity"]) == (other, 20)
        assert await sent(made) == 0


async def test_one_that_does_not_answer_for_long_is_told_and_looked_at_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FollowDeployment.__init__, "__kwdefaults__", {"ready_for": timedelta(seconds=0.5)})
    monkeypatch.setattr(follow, "SLOWLY", timedelta(seconds=1))
    async with world(tmp_path, start=False) as made:
        govern(made, count=1)
        rin, model = await with_model(made)
        await switch(made, ready_seconds=300)
        await ask(rin, model, "support-v1")
        await approve(made, by=(ADA,))
        slow = plain(await rin.sees(await rin.direct(), "prod-swc/support-v1 does not answer yet"))
        _has(slow, "The deployment is still being loaded", "It stays and costs, called or not.")
        await deployment_card(rin, "Starting · prod-swc/support-v1 · P1")
        await told(rin, "prod-swc/support-v1 answers")
        direct = [plain(one) for one in await made.history(RIN, await rin.direct())]
        assert sum("does not answer yet" in one for one in direct) == 1
        assert await sent(made) == 1


async def test_two_for_one_account_are_rolled_out_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment_refusals, "BUSY_SECONDS", 1.0)
    async with world(tmp_path, start=False) as made:
        govern(made, count=1)
        second = made_elsewhere(made, "second")
        rin, model = await with_model(made)
        await switch(made, deploy_seconds=120)
        for number, (one, name) in enumerate(((model, "support-v1"), (second, "other-v1")), 1):
            await ask(rin, one, name)
            await request_card(rin, f"Deploy {name}? · A{number}")
        await asyncio.gather(*(approve(made, request, by=(ADA,)) for request in ("A1", "A2")))
        await told(rin, "prod-swc/support-v1 answers")
        await told(rin, "prod-swc/other-v1 answers")
        direct = [plain(one) for one in await made.history(RIN, await rin.direct())]
        assert not [one for one in direct if "could not be rolled out" in one]


async def test_a_replaced_deployment_goes_after_the_new_one_answers(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, count=1, grace_hours=0)
        second = made_elsewhere(made, "second")
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1")
        await approve(made, by=(ADA,))
        await told(rin, "prod-swc/support-v1 answers")

        view = await deploy_form(rin, second)
        assert "All deployments: $1,224 a month now, $2,448 with this one." in view_text(view)
        view = await rebuilt(rin, view, "replaces", "P1")
        assert "All deployments: $1,224 now, $2,448 while both are there, then $1,224." in view_text(view)
        assert await submitted(rin, view, name="support-v2", replaces="P1") == {}
        said = plain(await request_card(rin, "Deploy support-v2? · A2"))
        assert "*Replaces support-v1*, taken down as soon as this one answers." in said
        await approve(made, "A2", by=(ADA,))
        await told(rin, "prod-swc/support-v2 answers")
        await told(rin, "support-v1 is taken down, as planned: it is replaced")
        await deployment_card(rin, "Replaced · prod-swc/support-v1 · P1")
        assert (await arm(made, "deployments/support-v1"))[0] == 404
        assert (await arm(made, "deployments/support-v2"))[0] == 200
        order = [one["path"].rpartition("/")[2] for one in await made.requests() if one["method"] == "DELETE"]
        assert order == ["support-v1"]


async def test_callers_of_a_replaced_deployment_have_its_grace_to_move(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, count=1)
        second = made_elsewhere(made, "second")
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1")
        await approve(made, by=(ADA,))
        await told(rin, "prod-swc/support-v1 answers")
        await ask(rin, second, "support-v2", replaces="P1")
        said = plain(await request_card(rin, "Deploy support-v2? · A2"))
        assert "*Replaces support-v1*, taken down 48\u00a0h after this one answers." in said
        assert "All deployments: $1,224 now, $2,448 for 48\u00a0h, then $1,224." in said
        await approve(made, "A2", by=(ADA,))
        soon = await told(rin, "prod-swc/support-v1 is taken down on")
        assert "prod-swc/support-v2 answers in its place" in soon
        await deployment_card(rin, "prod-swc/support-v2 answers in its place")
        await quiet(made)
        assert (await arm(made, "deployments/support-v1"))[0] == 200
        assert await sent(made, "DELETE") == 0


async def test_the_owner_is_asked_at_the_day_until_which_it_was_wanted(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, count=1)
        rin, model = await with_model(made)
        today = datetime.now(ZoneInfo("Asia/Tokyo")).date().isoformat()
        view = await deploy_form(rin, model)
        assert await submitted(rin, view, name="support-v1", until=today) == {}
        await approve(made, by=(ADA,))
        await told(rin, "prod-swc/support-v1 answers")
        asked = await rin.sees(await rin.direct(), "is it needed longer?")
        assert "Nothing is taken down by itself." in plain(asked)
        assert {"deployment_keep", "deployment_take_down"} <= set(buttons(asked))
        await quiet(made)
        assert await sent(made, "DELETE") == 0
        direct = [plain(one) for one in await made.history(RIN, await rin.direct())]
        assert sum("is it needed longer?" in one for one in direct) == 1
