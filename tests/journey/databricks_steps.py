"""Steps around Databricks: a quick workspace, data for it, trainings with the service's own settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.config.approvals import AutoApproval
from sandbox import samples
from tests.journey.azure_ai_steps import form, of_model
from tests.journey.deploy_steps import govern
from tests.journey.steps import calm, filled, hand_in, model, option, ready, rin_of, shown
from tests.world import Person, World, world

DBX = "dbx-eus"
LLAMA_8B = "meta-llama/Meta-Llama-3.1-8B-Instruct"
CHAT, CHAT_VALID = "databricks_chat_train.jsonl", "databricks_chat_valid.jsonl"
RULE = AutoApproval(name="everything in this test")


@asynccontextmanager
async def workspace(folder: Path, *, config: str = "", **approvals: Any) -> AsyncIterator[World]:
    """A world whose Databricks is quick and whose endpoints stay awake; `approvals` change `[approvals]`."""
    async with world(folder, speed=400.0, start=False, config=config) as made:
        await databricks(made, speed=100, idle_seconds=1e9)
        await calm(made)
        if approvals:
            govern(made, **approvals)
        await made.start()
        yield made


async def databricks(made: World, **changes: Any) -> None:
    """Set switches of the simulated Databricks."""
    answer = await made.post("/panel/api/service", {"service": "databricks", "set": changes})
    assert answer["ok"], answer


async def with_data(made: World, *names: str, to: str = DBX) -> Person:
    """The requester, with these samples at the workspace, D1 first."""
    rin = await rin_of(made)
    for name in names or (CHAT,):
        await hand_in(rin, name, samples.read(name), to=to)
        await ready(rin, name)
    return rin


async def filled_in(
    person: Person, name: str = LLAMA_8B, *, method: str = "", text: str = "train", **more: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form for a model (and method) at the workspace, and the state of its inputs."""
    view = await of_model(person, await form(person, DBX, text), name)
    state = {"train": more.pop("train", "D1"), "model": await model(person, view, name)}
    if method:
        before = len(person.pushed)
        await person.choose(
            view, "method", option(view, "method", method), filled(view, **state, method=method)
        )
        view = await shown(person, "train", before)
        state |= {"model": await model(person, view, name), "method": method}
    return view, filled(view, **state, **more)


async def order(person: Person, name: str = LLAMA_8B, **more: Any) -> dict[str, Any]:
    """Fill the form and send it; the summary that comes."""
    view, state = await filled_in(person, name, **more)
    before = len(person.pushed)
    answer = await person.submit(view, state)
    assert answer == {"ok": True}, answer
    return await shown(person, "train_summary", before)


async def trained(person: Person, name: str = LLAMA_8B, **more: Any) -> None:
    """Order a training and press Start."""
    answer = await person.submit(await order(person, name, **more), {})
    assert answer == {"ok": True}, answer
