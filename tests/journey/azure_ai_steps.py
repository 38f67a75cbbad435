"""Steps around Azure AI Studio: two projects, data for them, trainings with the service's own settings."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.store import connections
from bot.work import queue
from sandbox import samples
from sandbox.azure_openai import AzureOptions
from tests.journey.deploy_steps import govern
from tests.journey.hosted_steps import messages
from tests.journey.steps import (
    calm,
    chosen,
    filled,
    hand_in,
    model,
    open_train,
    option,
    ready,
    rin_of,
    shown,
)
from tests.patience import until
from tests.world import ADA, BRUNO, RIN, Person, World, words, world

PHI, LLAMA = "phi-eus2", "llama-wus3"
PHI_4 = "azureml://registries/azureml/models/Phi-4"
PHI_MINI = "azureml://registries/azureml/models/Phi-4-mini-instruct"
PHI_3 = "azureml://registries/azureml/models/Phi-3-mini-4k-instruct"
LLAMA_8B = "azureml://registries/azureml-meta/models/Meta-Llama-3.1-8B-Instruct"
LLAMA_70B = "azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct"


@asynccontextmanager
async def studio(
    folder: Path,
    *,
    marketplace: bool = True,
    subscribed: bool = False,
    keys: list[str] | None = None,
    **approvals: Any,
) -> AsyncIterator[World]:
    """A world whose Azure AI Studio is quick, with the program in it, which never says a key of an endpoint.

    Args:
        folder: for the bot's files.
        marketplace: whether the configuration lets the bot buy subscriptions.
        subscribed: the project at `LLAMA` is subscribed to `LLAMA_70B` already.
        keys: of endpoints that are gone by the end, to be looked for as well.
        approvals: changes of `[approvals]`, by name.
    """
    async with world(folder, speed=400.0, start=False) as made:
        await ml(made, speed=100)
        await calm(made)
        govern(made, **approvals)
        if not marketplace:
            _never_buy(made)
        await made.start()
        if subscribed:
            await _subscribe(made)
        with _logged() as logged:
            yield made
            await _no_keys(made, folder, logged.getvalue(), [*keys_of(made), *(keys or ())])


@contextmanager
def _logged() -> Iterator[io.StringIO]:
    """All that the bot logs, as text."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield text
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


async def ml(made: World, **changes: Any) -> None:
    """Set switches of the simulated Azure AI Studio."""
    answer = await made.post("/panel/api/service", {"service": "ml", "set": changes})
    assert answer["ok"], answer


async def bought(made: World) -> int:
    """How many subscriptions of the Marketplace were asked for."""
    found = await made.requests("ml")
    return sum(one["method"] == "PUT" and "/marketplaceSubscriptions/" in one["path"] for one in found)


async def stands(made: World, standing: str, at: str = LLAMA, model: str = LLAMA_70B) -> None:
    """Wait until the bot remembers that the subscription to a model stands so."""
    assert made.application is not None
    store = made.application.deps.store

    async def known() -> bool:
        found = await store.read(lambda c: connections.model(c, at, model))
        return found is not None and found.subscription == standing

    await until(known, f"{standing} in the catalogue")


async def read_again(made: World, at: str = LLAMA) -> None:
    """Have the catalogue read now and not in an hour."""
    assert made.application is not None
    deps = made.application.deps

    def plant(connection: Connection) -> None:
        now = deps.clock.now()
        payload = {"connection": at}
        queue.enqueue(connection, "catalogue.refresh", f"catalogue:{at}", payload, now=now, corr="test")

    await deps.store.write(plant)


def _never_buy(made: World) -> None:
    changed = tuple(
        one.model_copy(update={"options": {**one.options, "allow_marketplace": False}})
        if one.provider == "azure_ai_studio"
        else one
        for one in made.settings.connections
    )
    made.settings = made.settings.model_copy(update={"connections": changed})


async def bearer(made: World) -> dict[str, str]:
    """The header of somebody who may do everything in Azure."""
    asked = {"api-version": "2019-08-01", "resource": "https://management.azure.com"}
    identity = {"X-IDENTITY-HEADER": AzureOptions().identity_header}
    url = f"{made.sandbox.url}/azure/identity/token"
    async with made.http.get(url, params=asked, headers=identity) as answer:
        return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


async def _subscribe(made: World) -> None:
    """Somebody subscribes the project in the portal, without the bot."""
    place = next(one.resource_id for one in made.settings.connections if one.name == LLAMA)
    headers = await bearer(made)
    url = f"{made.sandbox.url}/ml/arm{place}/marketplaceSubscriptions/llama"
    body, version = {"properties": {"modelId": LLAMA_70B}}, {"api-version": "2024-10-01-preview"}
    async with made.http.put(url, json=body, params=version, headers=headers) as answer:
        assert answer.status == 201, await answer.text()

    async def ready() -> bool:
        async with made.http.get(url, params=version, headers=headers) as answer:
            return bool((await answer.json())["properties"]["provisioningState"] == "Succeeded")

    await until(ready, "the subscription")


def keys_of(made: World) -> list[str]:
    """The keys of all endpoints that are there."""
    stood = [one for workspace in made.sandbox.ml.workspaces for one in workspace.endpoints.values()]
    return [key for endpoint in stood for key in endpoint.keys.values()]


async def _no_keys(made: World, folder: Path, logged: str, keys: list[str]) -> None:
    """None of these stands in a message, a modal, a log or anything that the bot keeps."""
    said = [words(one) for user in (RIN, ADA, BRUNO) for one in await messages(made, user)]
    said += [str(event.get("view", "")) for person in made.people.values() for event in person.pushed]
    kept = await asyncio.to_thread(_bytes_below, folder)
    for key in keys:
        assert not any(key in one for one in said)
        assert key not in logged
        assert key.encode() not in kept


def _bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def with_data(made: World, to: str = PHI, *, name: str = "", data: bytes | None = None) -> Person:
    """The requester, with D1 at one of the projects."""
    rin = await rin_of(made)
    name = name or ("phi_chat_train.jsonl" if to == PHI else "llama_chat_train.jsonl")
    await hand_in(rin, name, samples.read(name) if data is None else data, to=to)
    await ready(rin, name)
    return rin


async def form(person: Person, at: str, text: str = "train") -> dict[str, Any]:
    """The training form of a connection."""
    view = await open_train(person, text)
    if chosen(view, "connection") == at:
        return view
    before = len(person.pushed)
    await person.choose(view, "connection", option(view, "connection", at), filled(view, connection=at))
    return await shown(person, "train", before)


async def order(person: Person, at: str, name: str, **more: Any) -> dict[str, Any]:
    """Fill the form of a connection and send it; the summary that comes."""
    view = await form(person, at)
    view = await of_model(person, view, name)
    before = len(person.pushed)
    given = {"train": "D1", "model": await model(person, view, name), **more}
    answer = await person.submit(view, filled(view, **given))
    assert answer == {"ok": True}, answer
    return await shown(person, "train_summary", before)


async def of_model(person: Person, view: dict[str, Any], name: str) -> dict[str, Any]:
    """The form after a model was chosen: its settings are the model's own."""
    found = await model(person, view, name)
    before = len(person.pushed)
    await person.choose(view, "model", found, filled(view, model=found))
    return await shown(person, "train", before)


async def trained(person: Person, at: str, name: str, **more: Any) -> None:
    """Order a training and press Start."""
    summary = await order(person, at, name, **more)
    answer = await person.submit(summary, {})
    assert answer == {"ok": True}, answer
