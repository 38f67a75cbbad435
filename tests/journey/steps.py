"""What the journeys have in common: small things that a person does at the page."""

import io
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import httpx

from sandbox import samples
from tests.patience import until
from tests.world import FINETUNE, RIN, Person, World, words

NANO, MINI, BIG = "gpt-4.1-nano-2025-04-14", "gpt-4.1-mini-2025-04-14", "gpt-4.1-2025-04-14"
State = dict[str, Any]
SHOWN = ("view_opened", "view_pushed", "view_updated")
VERSION = {"api-version": "2024-10-21"}


def azure(made: World, resource: str = "prod-swc") -> httpx.AsyncClient:
    """The simulated Azure as somebody sees it who does not use the bot."""
    return httpx.AsyncClient(
        base_url=f"{made.sandbox.url}/azure/{resource}/",
        headers={"api-key": "sandbox-azure-key"},
        trust_env=False,
    )


async def shown(person: Person, callback_id: str, after: int = 0) -> dict[str, Any]:
    """The newest view of this kind that was opened, pushed or updated (not closed) since `after` events."""

    def look() -> dict[str, Any] | None:
        for event in reversed(person.pushed[after:]):
            if event["type"] in SHOWN and event["view"].get("callback_id") == callback_id:
                view: dict[str, Any] = event["view"]
                return view
        return None

    found: dict[str, Any] = await until(look, f"the modal {callback_id}")
    return found


async def calm(made: World) -> None:
    """Slack's own limits on how often something is posted are the business of other tests."""
    await made.post("/panel/api/service", {"service": "slack", "set": {"rate_limits": False}})


async def switch(made: World, **changes: Any) -> None:
    """Set switches of the simulated Azure."""
    answer = await made.post("/panel/api/service", {"set": changes})
    assert answer["ok"], answer


async def asked(made: World, method: str = "POST", part: str = "/openai/") -> int:
    """How many requests of this kind Azure has had."""
    return sum(one["method"] == method and part in one["path"] for one in await made.requests())


def inputs(view: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The input blocks of a view by their id."""
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def options(view: Mapping[str, Any], block_id: str) -> list[str]:
    """The values that a select offers."""
    return [one["value"] for one in inputs(view)[block_id]["element"]["options"]]


def option(view: Mapping[str, Any], block_id: str, value: str) -> dict[str, Any]:
    """One option of a select as it stands in the view."""
    found: dict[str, Any] = next(
        one for one in inputs(view)[block_id]["element"]["options"] if one["value"] == value
    )
    return found


def chosen(view: Mapping[str, Any], block_id: str) -> str | None:
    """The option of a select that is chosen at first."""
    found = inputs(view)[block_id]["element"].get("initial_option")
    return found["value"] if found else None


def filled(view: Mapping[str, Any], **given: Any) -> State:
    """The state of a modal's inputs: a value for a block id (`hp_n_epochs` stands for `hp:n_epochs`)."""
    state: State = {}
    for name, value in given.items():
        block_id = name.replace("hp_", "hp:", 1)
        element = inputs(view)[block_id]["element"]
        entry: dict[str, Any] = {"type": element["type"]}
        match element["type"]:
            case "static_select":
                entry["selected_option"] = option(view, block_id, value) if value else None
            case "external_select":
                entry["selected_option"] = value
            case "file_input":
                entry["files"] = [{"id": value}]
            case _:
                entry["value"] = value
        state[block_id] = {element["action_id"]: entry}
    return state


async def models(
    person: Person, view: Mapping[str, Any], typed: str, state: State | None = None
) -> list[Any]:
    """What the model select offers for typed text."""
    found = await person.world.page(
        "suggestions",
        user=person.user,
        view_id=view["id"],
        action_id="train_model",
        block_id="model",
        value=typed,
        state=state or {},
    )
    assert found["ok"], found
    offered: list[Any] = found["options"]
    return offered


async def model(person: Person, view: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The option of one model."""
    offered = await until(lambda: models(person, view, name), f"the model {name}")
    found: dict[str, Any] = next(one for one in offered if one["value"] == name)
    return found


async def attach(person: Person, name: str, data: bytes) -> str:
    """Upload a file under exactly this name; its id."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("user", person.user)
    form.add_field("file", io.BytesIO(data), filename=name, content_type="application/octet-stream")
    async with person.world.http.post(f"{person.world.sandbox.url}/page/api/file", data=form) as answer:
        return str((await answer.json())["file"]["id"])


async def hand_in(
    person: Person, name: str, data: bytes | None = None, *, valid: str | None = None, to: str = "prod-swc"
) -> None:
    """Send a file (or a pair) through the upload modal."""
    before = len(person.pushed)
    await person.command("/finetune upload")
    view = await shown(person, "upload", before)
    bytes_ = data if data is not None else samples.read(name)
    given = {"connection": to, "training": await attach(person, name, bytes_)}
    if valid is not None:
        given["validation"] = await person.attach(valid, samples.read(valid))
    answer = await person.submit(view, filled(view, **given))
    assert answer == {"ok": True}, answer


async def ready(person: Person, *names: str) -> dict[str, Any]:
    """The card of the last of these files, once all are at the service."""
    direct = await person.direct()
    card: dict[str, Any] = {}
    for name in names:

        async def look(name: str = name) -> dict[str, Any] | None:
            for one in (await person.world.history(person.user, direct))[::-1]:
                if f"{name} · D" in words(one) and ": ready there" in words(one):
                    return one
            return None

        card = await until(look, f"{name} to be ready")
    return card


async def open_train(person: Person, text: str = "train") -> dict[str, Any]:
    """Type a command that opens the training modal."""
    before = len(person.pushed)
    await person.command(f"/finetune {text}")
    return await shown(person, "train", before)


async def start(
    person: Person, *, data: str = "D1", text: str = "train", name: str = NANO, **more: Any
) -> None:
    """Order a training through both modals."""
    view = await open_train(person, text)
    given = {
        "connection": "prod-swc",
        "training_type": "GlobalStandard",
        "train": data,
        "model": await model(person, view, name),
        **more,
    }
    before = len(person.pushed)
    answer = await person.submit(view, filled(view, **given))
    assert answer == {"ok": True}, answer
    answer = await person.submit(await shown(person, "train_summary", before), {})
    assert answer == {"ok": True}, answer


async def press(person: Person, view: Mapping[str, Any], action_id: str) -> None:
    """Press the first such button of a modal or of the Home tab."""
    for block in view["blocks"]:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("action_id") == action_id:
                action = {
                    "type": "button",
                    "action_id": action_id,
                    "block_id": block["block_id"],
                    "value": element.get("value", ""),
                }
                home = view["type"] == "home"
                container = {"type": "home"} if home else {"type": "view", "view_id": view["id"]}
                call = person.world.page("action", user=person.user, container=container, action=action)
                answer = await call
                assert answer["ok"], answer
                return
    raise AssertionError(action_id)


async def card(person: Person, part: str, job: str = "J1") -> dict[str, Any]:
    """The job's card, once it says this."""

    async def look() -> dict[str, Any] | None:
        for message in await person.world.history(person.user, FINETUNE):
            said = words(message)
            if f"{job} " in said.split("\n", 1)[0] and part in said:
                return message
        return None

    found: dict[str, Any] = await until(look, f"{part!r} on the card of {job}")
    return found


async def thread(person: Person, card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stands below a card, ephemeral answers included."""
    return (await person.world.history(person.user, FINETUNE, card["ts"]))[1:]


async def told(person: Person, part: str, *, channel: str | None = None, thread_ts: str | None = None) -> str:
    """Wait for a message with this part; all it says, without escapes of JSON."""
    where = channel or await person.direct()
    return plain(await person.sees(where, part, thread_ts=thread_ts))


def plain(message: Mapping[str, Any]) -> str:
    """Every text of a message, one to a line."""
    found = [message.get("text", "")]

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                found.append(part["text"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(message.get("blocks", []))
    return "\n".join(found)


def view_text(view: Mapping[str, Any]) -> str:
    """Everything that a view says."""
    return json.dumps(view["blocks"], ensure_ascii=False)


async def ephemeral(
    person: Person,
    part: str,
    channel: str = FINETUNE,
    thread_ts: str | None = None,
    new: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The newest answer with this part that only this person sees; with `new` not one of these (by ts)."""

    async def look() -> dict[str, Any] | None:
        for one in (await person.world.history(person.user, channel, thread_ts))[::-1]:
            if one.get("ephemeral") and part in words(one) and one["ts"] not in new:
                return one
        return None

    found: dict[str, Any] = await until(look, f"{part!r} for {person.user} alone")
    return found


async def answer_to(person: Person, text: str, part: str = "", channel: str = FINETUNE) -> dict[str, Any]:
    """Type a command; the answer with this part."""
    known = frozenset(
        one["ts"] for one in await person.world.history(person.user, channel) if one.get("ephemeral")
    )
    await person.command(f"/finetune {text}".strip(), channel)
    return await ephemeral(person, part, channel, None, known)


async def rin_of(made: World) -> Person:
    """The requester, with Slack's rate limits off."""
    await calm(made)
    return await made.person(RIN)
