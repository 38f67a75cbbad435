"""Deployments as people look after them on the page: found, taken over, kept, taken down, deployed again."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.deployments.facts import deployment_facts
from bot.facts.deployment_notices import DeletionAhead
from bot.facts.deployments import Expiry
from bot.store import deployments
from bot.work import outbox_rows
from bot.work.outbox_rows import Target
from providers.hosting import DeploySpec, Hosting
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.jobs import Checkpoint, Job, JobRequest
from sandbox.config_out import bot_config
from sandbox.training.model import base_weights
from tests.journey.deploy_steps import buttons, request_card, state_of
from tests.journey.steps import answer_to, chosen, ephemeral, option, plain, shown, told, view_text
from tests.patience import until
from tests.world import ADA, APPROVALS, BRUNO, FINETUNE, GIL, RIN, World, world

pytestmark = pytest.mark.usefixtures("brisk")
BASE = "gpt-4.1-nano-2025-04-14"


def published(made: World, number: int, account: str = "prod-swc") -> str:
    """A tuned model that answers, without the time that training takes."""
    request = JobRequest(
        model=BASE, base=BASE_MODELS[BASE], start=None, training_file="file-1", validation_file=None,
        n_epochs=1, batch_size=1, learning_rate_multiplier=1.0, suffix=f"n{number}", seed=1,
        training_type="Standard",
    )  # fmt: skip
    job = Job(f"ftjob-{number:032x}", 0, 1, request, status="succeeded", finished_at=1)
    weights = base_weights(BASE).pack()
    job.checkpoints = [Checkpoint(f"ftchkpt-{number:032x}", 1, job.model_name, 20, {}, weights, job.id)]
    made.sandbox.azure.resource(account).models.publish(job)
    return job.model_name


async def made_elsewhere(made: World, name: str, number: int = 1, account: str = "prod-swc") -> None:
    """A deployment that somebody makes around the bot."""
    spec = DeploySpec(
        name=name,
        model=published(made, number, account),
        base=BASE,
        sku="GlobalStandard",
        capacity=10,
        content_filter=None,
        tags={},
    )
    await hosting(made, account).apply(spec)


def hosting(made: World, account: str = "prod-swc") -> Hosting:
    assert made.application is not None
    found = made.application.engine.deps.providers[account].hosting
    assert found is not None
    return found


async def opened(person: Any, callback: str, act: Any) -> dict[str, Any]:
    """The modal that something opens."""
    before = len(person.pushed)
    await act
    return await shown(person, callback, before)


async def test_found_taken_over_kept_taken_down_and_deployed_again(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.post("/panel/api/service", {"set": {"deploy_seconds": 1}})
        rin, ada, bruno, gil = [await made.person(one) for one in (RIN, ADA, BRUNO, GIL)]
        await made_elsewhere(made, "mystery")
        found = await ada.sees(APPROVALS, "prod-swc/mystery was deployed outside approval")
        assert buttons(found) == ["deployment_adopt", "deployment_take_down"]

        # nobody's yet, so it is in nobody's list; everybody's has it with its cost
        assert "You have no deployments" in plain(await answer_to(rin, "deployments", "Your deployments"))
        everybody = plain(await answer_to(rin, "deployments all", "All deployments"))
        assert "prod-swc/mystery" in everybody
        assert "$1,224 a month together" in everybody

        await rin.click(found, "deployment_adopt", APPROVALS)
        await rin.sees(APPROVALS, "prod-swc/mystery is yours now")
        card = await card_of(rin, f"<@{RIN}> · made around the bot")
        assert plain(card).startswith("🟢 Live · prod-swc/mystery · P1")
        assert buttons(card) == ["deployment_snippet", "deployment_keep", "deployment_take_down"]
        await rin.click(card, "deployment_snippet", FINETUNE)
        snippet = plain(await ephemeral(rin, "This is how programs call it"))
        assert "AZURE_OPENAI_API_KEY" in snippet
        assert "sandbox-azure-key" not in snippet

        # a guest and a stranger to it decide nothing; the button opens no form for them
        await gil.click(card, "deployment_take_down", FINETUNE)
        await ephemeral(gil, "Guests cannot use this")

        # keeping costs, so it is asked for: the form says so, wants a reason, and the request goes to the approvers
        view = await opened(rin, "keep", rin.click(card, "deployment_keep", FINETUNE))
        assert chosen(view, "until") == "15"
        assert "$612" in view_text(view)
        assert "the approvers decide" in view_text(view)
        typed = state_of(view, until="30", reason="The campaign.")
        rebuilt = await opened(rin, "keep", rin.choose(view, "until", option(view, "until", "30"), typed))
        assert "*$1,224 of hosting until" in view_text(rebuilt)
        refused = await rin.submit(rebuilt, state_of(rebuilt, until="30", reason=""))
        assert set(refused["errors"]) == {"reason"}
        sent = state_of(rebuilt, until="30", reason="The campaign.")
        assert await rin.submit(rebuilt, sent) == {"ok": True}
        asked = await request_card(ada, "Keep prod-swc/mystery? · A1")
        await bruno.click(asked, "request_approve", APPROVALS)
        await told(rin, "prod-swc/mystery is kept until")

        # taking it down: the calls are read first (there was one: keeping it), then it is confirmed
        reading = opened(rin, "take_down", rin.command("/finetune undeploy prod-swc/mystery"))
        assert "prod-swc/mystery" in view_text(await reading)
        view = await read(rin)
        assert "in the last 24 hours" in view_text(view)
        assert "404 DeploymentNotFound" in view_text(view)
        assert await rin.submit(view, {}) == {"ok": True}
        gone = await told(rin, "prod-swc/mystery is taken down")
        assert f"By <@{RIN}>." in gone
        assert await hosting(made).deployment("mystery") is None
        assert "deployment_again" in buttons(await card_of(rin, "Taken down · prod-swc/mystery"))

        # deploying it again is the form that asks, filled in
        message = await rin.sees(await rin.direct(), "prod-swc/mystery is taken down")
        view = await opened(rin, "deploy", rin.click(message, "deployment_again", await rin.direct()))
        assert "Ask to deploy" in view["title"]["text"]
        assert '"initial_value": "mystery"' in json.dumps(view["blocks"])
        assert chosen(view, "sku") == "GlobalStandard"


async def card_of(person: Any, part: str) -> dict[str, Any]:
    """The deployment's card in the channel, once it says this."""

    async def look() -> dict[str, Any] | None:
        for message in await person.world.history(person.user, FINETUNE):
            ids = [str(block.get("block_id", "")) for block in message.get("blocks", [])]
            if "deployment:P1" in ids and part in plain(message):
                return message  # type: ignore[no-any-return]  # the page's own JSON
        return None

    found: dict[str, Any] = await until(look, f"the card with {part!r}")
    return found


async def read(person: Any) -> dict[str, Any]:
    """The modal once the calls are in it."""

    async def look() -> dict[str, Any] | None:
        view = await shown(person, "take_down")
        return view if view.get("submit") else None

    found: dict[str, Any] = await until(look, "the calls in the modal")
    return found


async def test_one_name_in_two_connections_and_words_without_names(tmp_path: Path) -> None:
    async with world(tmp_path, config="") as made:
        await made.post("/panel/api/service", {"set": {"deploy_seconds": 1}})
        ada = await made.person(ADA)
        await made_elsewhere(made, "support")
        await made_elsewhere(made, "support", 2, "dev-eus2")
        await ada.sees(APPROVALS, "prod-swc/support was deployed outside approval")
        await ada.sees(APPROVALS, "dev-eus2/support was deployed outside approval")

        which = await answer_to(ada, "undeploy support", "is the name of several deployments")
        assert {"prod-swc/support", "dev-eus2/support"} <= set(plain(which).replace("*", " ").split())
        assert "Which deployment do you want to keep?" in plain(await answer_to(ada, "keep", "to keep?"))
        await answer_to(ada, "undeploy", "Which deployment do you want to take down?")
        assert "There is no deployment nothing" in plain(
            await answer_to(ada, "undeploy nothing", "There is no")
        )
        assert "Live · prod-swc/support" in plain(
            await answer_to(ada, "deployments prod-swc/support", "nobody owns it here")
        )
        later = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
        view = await opened(ada, "keep", ada.command(f"/finetune keep prod-swc/support until {later}"))
        assert chosen(view, "until") == later
        refused = plain(await answer_to(ada, "keep prod-swc/support until tomorrow", "is no day"))
        assert "Write it as 2027-01-31" in refused

        # an approver may, and each of several has its own button
        view = await opened(ada, "take_down", ada.click(which, "deployment_take_down", FINETUNE))
        assert "/support" in view_text(view)


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration in which keeping a deployment is never asked for."""

    def changed(url: str, folder: Path) -> str:
        return bot_config(url, folder).replace("keep_above = 0", "keep_above = 9999")

    monkeypatch.setattr("tests.world.bot_config", changed)


@pytest.mark.usefixtures("unasked")
async def test_buttons_of_a_warning_and_who_may_press_them(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.post("/panel/api/service", {"set": {"deploy_seconds": 1}})
        rin, ada = await made.person(RIN), await made.person(ADA)
        await made_elsewhere(made, "idle")
        found = await ada.sees(APPROVALS, "prod-swc/idle was deployed outside approval")
        await ada.click(found, "deployment_adopt", APPROVALS)
        await ada.sees(APPROVALS, "prod-swc/idle is yours now")

        # whoever is neither owner nor approver is told who may
        await rin.command("/finetune undeploy idle")
        assert f"<@{ADA}> has this deployment" in plain(
            await ephemeral(rin, "Only its owner or an approver can do this")
        )
        await warn(made, "W1", ADA)
        direct = await ada.direct()
        warning = await ada.sees(direct, "Azure OpenAI deletes prod-swc/idle")
        assert buttons(warning) == ["deployment_take_down", "deployment_keep", "deployment_remind"]
        await ada.click(warning, "deployment_remind", direct)
        assert "That does not stop its deletion." in await told(ada, "You are reminded of prod-swc/idle")
        await ada.click(warning, "deployment_keep", direct)
        assert "$612 of hosting" in await told(
            ada, "prod-swc/idle is called now, and again before each deletion"
        )
        await told(ada, "prod-swc/idle is kept until")

        # the same button under somebody else's finger: the task asks, and tells
        await warn(made, "W2", RIN)
        direct = await rin.direct()
        await rin.click(
            await rin.sees(direct, "Azure OpenAI deletes prod-swc/idle"), "deployment_keep", direct
        )
        assert "Only its owner or an approver" in await told(rin, "prod-swc/idle could not be kept")

        # in the card's thread nothing has to be named; a form takes a button there
        card = await card_of(ada, "Live · prod-swc/idle · P1")
        await ada.say(FINETUNE, "<@U0TUNESMTH> keep", thread_ts=card["ts"])
        offer = await ada.sees(FINETUNE, "Keeping prod-swc/idle takes a form", thread_ts=card["ts"])
        assert "this button opens it" in plain(offer)
        await ada.say(FINETUNE, "<@U0TUNESMTH> deployments", thread_ts=card["ts"])
        await ada.sees(FINETUNE, "The live card", thread_ts=card["ts"])

        # a date that is typed needs no form where nobody is asked
        later = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
        await ada.command(f"/finetune keep idle until {later}")
        await ephemeral(ada, "prod-swc/idle is called now")


async def warn(made: World, key: str, user: str) -> None:
    """The message that the service deletes P1 in two days, as the watch would send it."""
    assert made.application is not None
    deps = made.application.engine.deps
    now = deps.clock.now()

    def say(connection: Connection) -> None:
        row = deployments.get(connection, 1)
        assert row is not None
        facts = deployment_facts(connection, row, deps.settings, deps.providers, now=now)
        ends = Expiry(rule="idle", at=now + timedelta(days=2), after_hours=360)
        one = facts.model_copy(update={"expires": ends, "idle_days": 13})
        notice = DeletionAhead(deployment=one, left=2, unit="days")
        outbox_rows.say(connection, key, notice, Target(user=user), now=now)

    await deps.store.write(say)


async def test_a_missing_role_is_told_with_its_command_and_tried_again(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        model = published(made, 1)
        await made.start()
        await made.post("/panel/api/service", {"set": {"deploy_seconds": 1, "ready_seconds": 1}})
        rin = await made.person(RIN)

        async def form() -> dict[str, Any] | None:
            view = await opened(rin, "deploy", rin.command(f"/finetune deploy {model}"))
            return view if "DeveloperTier" in json.dumps(view) else None

        view = await until(form, "what the region offers")
        await made.post("/panel/api/service", {"set": {"arm_rights": "reader"}})
        # nobody is asked for the developer tier: a rule of the configuration approves it
        sent = state_of(view, sku="DeveloperTier", name="try-me", reason="A look at it.")
        assert await rin.submit(view, sent) == {"ok": True}
        failed = await told(rin, "prod-swc/try-me could not be rolled out")
        assert "az role assignment create" in failed
        assert "The approval still holds" in failed
        card = await card_of(rin, "Not rolled out · prod-swc/try-me · P1")
        assert buttons(card) == ["deployment_retry", "deployment_again"]

        await made.post("/panel/api/service", {"set": {"arm_rights": "owner"}})
        direct = await rin.direct()
        message = await rin.sees(direct, "prod-swc/try-me could not be rolled out")
        await rin.click(message, "deployment_retry", direct)
        live = await told(rin, "prod-swc/try-me answers")
        assert "openai/deployments/try-me/chat/completions" in live
        card = await card_of(rin, "Live · prod-swc/try-me · P1")
        assert "Nothing by the hour, only for calls" in plain(card)
        assert buttons(card) == ["deployment_snippet", "deployment_take_down"]
        # calls do not keep what goes by its age, and the bot says so
        await rin.command("/finetune keep try-me")
        await ephemeral(rin, "Calls do not keep prod-swc/try-me")
