"""What the tests of killed programs share at Azure AI Studio and Databricks: a quick world, and what is left there."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sandbox import samples
from tests.breaking.child import child_world
from tests.breaking.evidence import rows
from tests.journey.azure_ai_steps import LLAMA, ml
from tests.journey.databricks_steps import DBX, databricks
from tests.journey.steps import hand_in, ready
from tests.patience import until
from tests.world import Person, World

LLAMA_FILE, PHI_FILE, DBX_FILE = (
    "llama_chat_train.jsonl",
    "phi_chat_train.jsonl",
    "databricks_chat_train.jsonl",
)


@asynccontextmanager
async def others_world(folder: Path) -> AsyncIterator[World]:
    """The program as a child, beside services that train at once; a request needs one approval."""

    def quick(text: str) -> str:
        text = text.replace("count = 2", "count = 1").replace("training_above = 20", "")
        return text.replace("monthly_cap = 500", "").replace("look_minutes = 0.03", "look_minutes = 0.02")

    async with child_world(folder, config=quick) as made:
        await ml(made, speed=100)
        await databricks(made, speed=100, idle_seconds=1e9)
        yield made


async def with_sample(person: Person, sample: str, to: str, name: str = "") -> str:
    """Hand a sample in for a connection; the dataset's label once it is there.

    With a `name` of its own it has bytes of its own: the same bytes are not sent twice.
    """
    name, data = name or sample, samples.read(sample)
    if name != sample:
        turns = [{"role": "user", "content": f"Is this {name}?"}, {"role": "assistant", "content": "It is."}]
        data += json.dumps({"messages": turns}).encode() + b"\n"
    await hand_in(person, name, data, to=to)
    await ready(person, name)
    found = rows(person.world, "SELECT max(id) AS id FROM dataset WHERE name = ?", name)
    return f"D{found[0]['id']}"


def place(made: World, name: str = LLAMA) -> Any:
    """One project of the simulated Azure AI Studio."""
    return next(one for one in made.sandbox.ml.workspaces if one.facts.name == name)


async def sent(made: World, service: str, method: str, path: str) -> int:
    """How many such requests reached a service, faults included."""
    totals = (await made.get(f"/panel/api/requests?service={service}"))["totals"]
    pattern = re.compile(f"{method} .*{path}", re.IGNORECASE)
    return sum(int(n) for one, n in totals.items() if pattern.match(one))


def newest_job(made: World) -> dict[str, Any]:
    """Our newest job."""
    return rows(made, "SELECT * FROM job ORDER BY id DESC LIMIT 1")[0]


async def job_in(made: World, *states: str) -> dict[str, Any]:
    """Our newest job, once it is in one of these states and all of its end is read."""

    def look() -> dict[str, Any] | None:
        found = newest_job(made)
        return found if found["state"] in states else None

    found: dict[str, Any] = await until(look, f"the newest job {states}")
    return found


def at_databricks(made: World) -> list[Any]:
    """The runs that somebody started in the workspace."""
    state: Any = made.sandbox.databricks.state()
    return list(state["runs"])


__all__ = [
    "DBX", "DBX_FILE", "LLAMA", "LLAMA_FILE", "PHI_FILE", "at_databricks", "job_in", "newest_job", "others_world",
    "place", "sent", "with_sample",
]  # fmt: skip
