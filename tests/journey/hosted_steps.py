"""Steps around what is deployed: a model that stands there, days that pass, a look of the bot at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.config.approvals import ApprovalsSettings, AutoApproval, WatchSettings
from bot.deployments.watch import look_soon
from bot.store import looks
from bot.store.work_tables import outbox
from bot.work.outbox_rows import OPEN
from sandbox.azure_openai import AzureOptions
from sandbox.slack import ids
from tests.journey.deploy_steps import ask, made_elsewhere
from tests.journey.steps import calm, plain, shown, switch
from tests.patience import until
from tests.world import ADA, APPROVALS, FINETUNE, RIN, Person, World, words, world

PROD, DEV = "prod-swc", "dev-eus2"
RULE = AutoApproval(name="everything in this test")
CONFIDENTIAL = (
    ids.BOT_TOKEN,
    ids.APP_TOKEN,
    ids.SIGNING_SECRET,
    "sandbox-azure-key",
    AzureOptions().identity_header,
)


@asynccontextmanager
async def hosting(
    folder: Path, *models: str, start: bool = True, speed: float = 400.0, **changes: Any
) -> AsyncIterator[World]:
    """A quick world with the bot in it, which approves deployments at once (`auto`) and looks at them when told to.

    Args:
        folder: for the bot's files.
        models: suffixes of tuned models that are at prod-swc already.
        start: whether the bot runs already.
        speed: of the services.
        changes: of `[watch]` and `[approvals]`, by name.
    """
    async with world(folder, speed=speed, start=False) as made:
        for suffix in models:
            made_elsewhere(made, suffix)
        _configure(made, changes)
        await switch(made, metric_lag_seconds=0.05)
        await calm(made)
        if start:
            await made.start()
        yield made
        await _nothing_confidential(made)


def _configure(made: World, changes: dict[str, Any]) -> None:
    assert changes.keys() <= {*ApprovalsSettings.model_fields, *WatchSettings.model_fields}, changes
    approvals = {"auto": (RULE,), **{k: v for k, v in changes.items() if k in ApprovalsSettings.model_fields}}
    watch = {"look_minutes": 10.0, **{k: v for k, v in changes.items() if k in WatchSettings.model_fields}}
    made.settings = made.settings.model_copy(
        update={
            "approvals": made.settings.approvals.model_copy(update=approvals),
            "watch": made.settings.watch.model_copy(update=watch),
        }
    )


async def _nothing_confidential(made: World) -> None:
    """No message that anybody was sent, and no modal, has a secret in it."""
    said = [words(one) for user in (RIN, ADA) for one in await messages(made, user)]
    said += [str(event.get("view", "")) for person in made.people.values() for event in person.pushed]
    assert said
    for secret in CONFIDENTIAL:
        assert not [text for text in said if secret in text], "a secret was sent to Slack"


async def messages(made: World, user: str) -> list[dict[str, Any]]:
    """All that a person sees: channels with their threads, direct messages."""
    person = await made.person(user)
    found: list[dict[str, Any]] = []
    for channel in (FINETUNE, APPROVALS, await person.direct()):
        top = await made.history(user, channel)
        found += top
        for one in top:
            if one.get("reply_count"):
                found += (await made.history(user, channel, one["ts"]))[1:]
    return found


async def deploy(person: Person, model: str, name: str, **given: str) -> dict[str, Any]:
    """Ask to deploy `J1` or a model with this suffix (a rule approves it); its card once it answers."""
    wanted = model if model.startswith("J") else await model_of(person.world, model)
    await ask(person, wanted, name, **given)
    return await card_of(person, name, "🟢")


async def model_of(made: World, suffix: str) -> str:
    """The full name of a tuned model at the service."""
    models = (await made.get("/panel/api/state"))["models"]
    return next(str(one["model"]) for one in models if one["model"].endswith(f"-{suffix}"))


async def card_of(person: Person, name: str, part: str) -> dict[str, Any]:
    """The newest card of a deployment in the channel, once it says this."""

    async def look() -> dict[str, Any] | None:
        for message in (await person.world.history(person.user, FINETUNE))[::-1]:
            if message.get("ephemeral"):
                continue
            said = plain(message)
            if f"/{name} · P" in said.split("\n", 1)[0]:
                return message if part in said else None
        return None

    found: dict[str, Any] = await until(look, f"{part!r} on the card of {name}")
    return found


async def look(made: World, *accounts: str) -> None:
    """Have the bot look at what is deployed (at prod-swc), and wait until it has."""
    for name in accounts or (PROD,):
        await _look(made, name)


async def _look(made: World, name: str) -> None:
    assert made.application is not None
    store, since = made.application.deps.store, datetime.now(UTC)
    await store.write(lambda c: look_soon(c, name, now=since, corr="test"))

    async def looked() -> bool:
        known = await store.read(lambda c: looks.get(c, name))
        return known is not None and known.listed_at is not None and known.listed_at >= since

    await until(looked, f"a look at {name}")


async def age(made: World, **how: Any) -> list[str]:
    """Let time pass at the service, and the bot look at it after that; the names of what was deleted."""
    passing = asyncio.create_task(made.post("/panel/api/age", how))

    async def begun() -> bool:
        return passing.done() or bool((await made.get("/panel/api/state"))["ageing"])

    await until(begun, "the time to pass")
    if made.application is not None:
        hosted = (await made.get("/panel/api/state"))["deployments"]
        await look(made, *sorted({one["resource"] for one in hosted} | {PROD}))
    answer = await passing
    assert "steps" in answer, answer
    return [name for step in answer["steps"] for name in step["deleted"]]


async def days(made: World, number: int) -> list[str]:
    """Let so many days pass, with a look after each; what was deleted meanwhile."""
    gone: list[str] = []
    for _ in range(number):
        gone += await age(made, days=1)
    return gone


async def act(made: World, action: str, name: str, resource: str = PROD, **more: Any) -> dict[str, Any]:
    """Somebody else does something: `call`, `delete`, or `deploy` in the portal."""
    return await made.post(
        "/panel/api/deployment", {"action": action, "resource": resource, "deployment": name, **more}
    )


async def there(made: World, resource: str = PROD) -> list[str]:
    """What stands at the service."""
    state = await made.get("/panel/api/state")
    return [one["name"] for one in state["deployments"] if one["resource"] == resource]


async def said(person: Person, part: str, channel: str | None = None) -> list[str]:
    """The first lines of all messages with this part in them (in the direct messages), oldest first."""
    where = channel or await person.direct()
    found = [plain(one) for one in await person.world.history(person.user, where)]
    return [text.split("\n", 1)[0] for text in found if part in text]


async def opened(person: Person, callback_id: str, act_: Any) -> dict[str, Any]:
    """The modal that something opens."""
    before = len(person.pushed)
    await act_
    return await shown(person, callback_id, before)


async def settled(made: World) -> None:
    """Wait until everything that is to be said was said."""
    assert made.application is not None
    store = made.application.deps.store
    waiting = select(func.count()).select_from(outbox).where(outbox.c.state.in_(OPEN))

    async def empty() -> bool:
        return await store.read(lambda c: c.execute(waiting).scalar_one()) == 0

    await until(empty, "all messages to be sent")
