"""What the journeys of deployments have in common: models to deploy, asking, voting, looking at the service."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import aiohttp
from sqlalchemy import Connection

from bot.store import connections, jobs
from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.jobs import Checkpoint, Job, JobRequest
from sandbox.training.model import PackedWeights, base_weights
from tests.journey.steps import NANO, calm, card, hand_in, inputs, option, plain, ready, rin_of, shown, start
from tests.patience import until
from tests.world import ADA, APPROVALS, BRUNO, FINETUNE, Person, World

ARM_VERSION = "2025-09-01"
State = dict[str, Any]


@cache
def _weights() -> PackedWeights:
    """What a model knows that was taught nothing; computed once, because it takes a while."""
    return base_weights(NANO).pack()


def made_elsewhere(made: World, suffix: str, *, account: str = "prod-swc", base: str = NANO) -> str:
    """A fine-tuned model that somebody trained without the bot; its name. The bot reads lists when it starts."""
    resource = made.sandbox.azure.resource(account)
    n = len(suffix) * 1000 + sum(suffix.encode())
    request = JobRequest(
        model=base,
        base=BASE_MODELS[base],
        start=None,
        training_file="file-1",
        validation_file=None,
        n_epochs=1,
        batch_size=1,
        learning_rate_multiplier=1.0,
        suffix=suffix,
        seed=1,
        training_type="Standard",
    )
    job = Job(f"ftjob-{n:032x}", 1_790_000_000, 1, request, status="succeeded", finished_at=1_790_000_100)
    job.checkpoints = [Checkpoint(f"ftchkpt-{n:032x}", 1, job.model_name, 20, {}, _weights(), job.id)]
    resource.models.publish(job)
    return job.model_name


async def trained_model(made: World, *, epochs: int = 1, **more: Any) -> Person:
    """The requester, with J1 trained from the small sample."""
    rin = await rin_of(made)
    await hand_in(rin, "support_train.jsonl")
    await ready(rin, "support_train.jsonl")
    await start(rin, hp_n_epochs=str(epochs), **more)
    await card(rin, "Trained")
    await until(lambda: listed(made), "the model in the service's own list")
    return rin


async def listed(made: World) -> bool:
    """Whether the list of models was read since the job made one: names in forms are the list's from then on."""
    assert made.application is not None

    def look(connection: Connection) -> bool:
        job = jobs.get(connection, 1)
        name = job.result_model if job else None
        return bool(job and name and connections.model(connection, job.connection, name))

    return await made.application.deps.store.read(look)


def govern(made: World, **approvals: Any) -> None:
    """Change `[approvals]` of a world that waits to be started."""
    changed = made.settings.approvals.model_copy(update=approvals)
    made.settings = made.settings.model_copy(update={"approvals": changed})


async def with_model(made: World, suffix: str = "support", **more: Any) -> tuple[Person, str]:
    """The program started, and the requester, with a model that is there to be deployed; for a world that waits."""
    name = made_elsewhere(made, suffix, **more)
    await made.start()
    rin = await rin_of(made)
    return rin, name


def state_of(view: Mapping[str, Any], **changed: str | None) -> State:
    """What stands in a modal's inputs as they were prefilled, with what is typed or chosen anew (None = cleared)."""
    state: State = {}
    for name, block in inputs(view).items():
        element = block["element"]
        entry: dict[str, Any] = {"type": element["type"]}
        match element["type"]:
            case "static_select":
                given = changed[name] if name in changed else _initial(element)
                entry["selected_option"] = option(view, name, given) if given else None
            case "datepicker":
                entry["selected_date"] = changed.get(name, element.get("initial_date"))
            case _:
                entry["value"] = changed.get(name, element.get("initial_value"))
        state[name] = {element["action_id"]: entry}
    return state


def _initial(element: Mapping[str, Any]) -> str | None:
    found = element.get("initial_option")
    return found["value"] if found else None


async def deploy_form(person: Person, model: str) -> dict[str, Any]:
    """The form for a model, once what the region offers has been read."""

    async def look() -> dict[str, Any] | None:
        before = len(person.pushed)
        await person.command(f"/finetune deploy {model}")
        view = await shown(person, "deploy", before)
        return view if "sku" in inputs(view) else None

    found: dict[str, Any] = await until(look, f"the form for {model}")
    return found


async def rebuilt(person: Person, view: Mapping[str, Any], block_id: str, value: str, **typed: str) -> Any:
    """The form after another choice in it; `typed` stands in other fields."""
    before = len(person.pushed)
    changed = {**typed, block_id: value}
    await person.choose(dict(view), block_id, option(view, block_id, value), state_of(view, **changed))
    return await shown(person, "deploy", before)


async def submitted(person: Person, view: Mapping[str, Any], **changed: str | None) -> dict[str, str]:
    """Send the form; errors by block id, none when it was taken."""
    given = {"reason": "Better answers.", **changed}
    answer = await person.submit(dict(view), state_of(view, **given))
    assert answer["ok"] is not bool(answer.get("errors")), answer
    errors: dict[str, str] = answer.get("errors") or {}
    return errors


async def ask(person: Person, model: str, name: str, **changed: str) -> None:
    """Ask to deploy a model; `connection` and `sku` build the form anew, as choosing them does."""
    view = await deploy_form(person, model)
    for block_id in ("connection", "sku"):
        if block_id in changed:
            view = await rebuilt(person, view, block_id, changed[block_id], name=name)
    assert await submitted(person, view, **{"name": name, **changed}) == {}


async def request_card(person: Person, part: str, channel: str = APPROVALS) -> dict[str, Any]:
    """The newest message with this part in a channel."""

    async def look() -> dict[str, Any] | None:
        for message in (await person.world.history(person.user, channel))[::-1]:
            if part in plain(message):
                return message
        return None

    found: dict[str, Any] = await until(look, f"{part!r} in {channel}")
    return found


async def deployment_card(person: Person, part: str) -> dict[str, Any]:
    """The deployment's card in the channel, once it says this."""

    async def look() -> dict[str, Any] | None:
        for message in (await person.world.history(person.user, FINETUNE))[::-1]:
            if not message.get("ephemeral") and part in plain(message):
                return message
        return None

    found: dict[str, Any] = await until(look, f"{part!r} on the deployment's card")
    return found


def buttons(message: Mapping[str, Any]) -> list[str]:
    """The action ids of a message's buttons."""
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row]


async def approve(made: World, request: str = "A1", *, by: tuple[str, ...] = (ADA, BRUNO)) -> None:
    """Approve a request, one after the other."""
    for nth, user in enumerate(by, 1):
        person = await made.person(user)
        found = await request_card(person, f"{request} · ")
        await person.click(found, "request_approve", APPROVALS)
        await _counted(person, request, f"{nth} of ")


async def _counted(person: Person, request: str, tally: str) -> None:
    async def look() -> bool:
        found = plain(await request_card(person, request))
        return tally in found or "Approved" in found

    await until(look, f"{tally} on {request}")


async def arm(made: World, path: str, account: str = "prod-swc") -> Any:
    """What Resource Manager answers an administrator who does not use the bot: (status, JSON)."""
    sandbox, options = made.sandbox.url, AzureOptions()
    place = options.accounts[account]
    root = (
        f"{sandbox}/arm/subscriptions/{place.subscription_id}/resourceGroups/{place.resource_group}"
        f"/providers/Microsoft.CognitiveServices/accounts/{account}"
    )
    asked = {"api-version": "2019-08-01", "resource": "https://management.azure.com"}
    async with aiohttp.ClientSession(headers={"X-IDENTITY-HEADER": options.identity_header}) as client:
        async with client.get(f"{sandbox}/azure/identity/token", params=asked) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        params = {"api-version": ARM_VERSION}
        async with client.get(f"{root}/{path}", params=params, headers=headers) as answer:
            return answer.status, await answer.json()


async def portal(made: World, name: str, model: str, **more: Any) -> None:
    """Somebody deploys in the portal."""
    body = {"action": "deploy", "resource": "prod-swc", "deployment": name, "model": model}
    answer = await made.post("/panel/api/deployment", {**body, "sku": "GlobalStandard", **more})
    assert answer["status"] == 201, answer


async def sent(made: World, method: str = "PUT") -> int:
    """How often Resource Manager was asked to make (or delete) a deployment."""
    found = await made.requests()
    return sum(one["method"] == method and "/deployments/" in one["path"] for one in found)


@asynccontextmanager
async def old_copies(made: World) -> AsyncIterator[None]:
    """Everybody goes on seeing messages as they are: no edit arrives as long as this lasts."""
    fault = {"service": "slack", "match": {"path": "chat.update"}, "kind": "hold", "times": 0}
    held = (await made.post("/panel/api/fault", fault))["id"]
    try:
        yield
    finally:
        await made.http.delete(f"{made.sandbox.url}/panel/api/fault/{held}")


async def quiet(made: World, seconds: float = 1.0) -> None:
    """Let some time pass in which nothing should happen."""
    await calm(made)
    await asyncio.sleep(seconds)


def unlinked(text: str) -> str:
    """Text as people read it: Slack's escapes undone."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
