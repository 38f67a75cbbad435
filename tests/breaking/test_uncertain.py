"""A job whose creation had no answer and that cannot be found: after two minutes the starter decides."""

import itertools
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app import build_providers, create_app, identify
from bot.store.engine import open_store
from bot.training.submit import LOOK_FOR
from handlers.slack.web import web_client
from tests.breaking.evidence import (
    FILES,
    JOBS,
    NANO,
    VERSION,
    ended,
    fault,
    hand_in,
    job_row,
    jobs_named,
    one_file,
    posted,
    ready,
    rows,
    told_once,
)
from tests.breaking.evidence import start as order
from tests.clocks import ShiftedClock
from tests.journey.steps import azure
from tests.patience import until
from tests.world import RIN, World, words, world

TWO_MINUTES = LOOK_FOR.total_seconds() + 10
_NUMBERS = itertools.count(1)


@dataclass
class Stage:
    """A program whose clock can jump, with data at the service."""

    made: World
    clock: ShiftedClock
    data: str


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A program of its own for each test: a clock that has jumped is ahead of the service's from then on."""
    async with world(tmp_path, speed=80.0, start=False) as made:
        clock = ShiftedClock()
        client = web_client(made.settings)
        made.application = await create_app(
            made.settings,
            clock=clock,
            store=open_store(made.settings.store.path),
            providers=build_providers(made.settings, clock),
            client=client,
            identity=await identify(client, made.settings),
            rng=random.Random(7),  # noqa: S311  jitter
        )
        await made.post("/panel/api/service", {"service": "slack", "set": {"rate_limits": False}})
        await made.application.start()
        rin = await made.person(RIN)
        data = await hand_in(rin, "uncertain.jsonl")
        await ready(rin, data)
        yield Stage(made, clock, data)


async def asked(stage: Stage, kind: str = "cut") -> tuple[str, dict[str, Any]]:
    """Order a job whose creation is lost before anything is done; its suffix, and the question to the starter."""
    made = stage.made
    rin = await made.person(RIN)
    suffix = f"lost-{next(_NUMBERS)}"
    await fault(made, "azure", "POST", JOBS, kind, times=1, status=500)
    await order(rin, stage.data, suffix)
    row = await until(lambda: in_state(made, suffix, "submitting"), "the intent")
    stage.clock.forward(TWO_MINUTES)
    await until(lambda: in_state(made, suffix, "uncertain"), "the doubt")
    direct = await rin.direct()

    async def question() -> dict[str, Any] | None:
        label = f"J{row['id']} "
        for message in await made.history(RIN, direct):
            if "uncertain_again" in words(message) and label in words(message):
                return message
        return None

    found: dict[str, Any] = await until(question, "the question")
    assert sum(key.startswith(f"job:J{row['id']}:uncertain:") for key in posted(made)) == 1
    assert await jobs_named(made, suffix) == []
    return suffix, found


def in_state(made: World, suffix: str, state: str) -> dict[str, Any] | None:
    row = job_row(made, suffix)
    return row if row and row["state"] == state and row["intent_at"] else None


async def create_there(stage: Stage, suffix: str) -> str:
    """What arrives late: the very job that was asked for."""
    row = job_row(stage.made, suffix)
    assert row is not None
    copies = rows(stage.made, "SELECT remote_id FROM dataset_copy WHERE dataset = ?", row["train"])
    body = {
        "model": NANO,
        "training_file": copies[0]["remote_id"],
        "seed": row["seed"],
        "suffix": suffix,
        "trainingType": "GlobalStandard",
    }
    async with azure(stage.made) as client:
        answer = await client.post("openai/fine_tuning/jobs", params=VERSION, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("kind", ["cut", "status"])
async def test_create_it_again(stage: Stage, kind: str) -> None:
    suffix, question = await asked(stage, kind)
    rin = await stage.made.person(RIN)
    await rin.click(question, "uncertain_again", await rin.direct())
    await ended(stage.made, suffix, picture=False)


async def test_it_is_there_after_all(stage: Stage) -> None:
    suffix, question = await asked(stage)
    stage.clock.forward(3600)  # the starter takes an hour to look
    await create_there(stage, suffix)
    rin = await stage.made.person(RIN)
    await rin.click(question, "uncertain_found", await rin.direct())
    await ended(stage.made, suffix, picture=False)


async def test_it_comes_late_and_is_taken_over_without_an_answer(stage: Stage) -> None:
    suffix, _ = await asked(stage)
    remote_id = await create_there(stage, suffix)
    stage.clock.forward(600)  # the next look at the connection is due
    await ended(stage.made, suffix, picture=False)
    assert rows(stage.made, "SELECT * FROM foreign_job WHERE remote_id = ?", remote_id) == []


async def test_give_it_up(stage: Stage) -> None:
    suffix, question = await asked(stage)
    rin = await stage.made.person(RIN)
    await rin.click(question, "uncertain_giveup", await rin.direct())
    row = await until(lambda: in_state(stage.made, suffix, "cancelled"), "the end")
    await told_once(stage.made, f"job:J{row['id']}:ended")
    assert await jobs_named(stage.made, suffix) == []


@pytest.mark.parametrize("kind", ["cut", "status"])
async def test_an_upload_that_was_lost_is_looked_for_and_then_sent_again(stage: Stage, kind: str) -> None:
    rin = await stage.made.person(RIN)
    await fault(stage.made, "azure", "POST", FILES, kind, times=1, status=500)
    label = await hand_in(rin, f"again-{kind}.jsonl")

    def looked() -> bool:
        copies = rows(stage.made, "SELECT * FROM dataset_copy WHERE dataset = ?", int(label[1:]))
        return bool(copies) and copies[0]["state"] == "uncertain"

    await until(looked, "the look for the file")
    stage.clock.forward(20)
    await ready(rin, label)
    await one_file(stage.made, label)
