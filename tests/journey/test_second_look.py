"""What a fresh pair of eyes found; each was wrong once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import jobs, records
from bot.store.engine import open_store
from providers.base import JobEvent
from sandbox import samples
from tests.journey.steps import (
    attach,
    calm,
    card,
    ephemeral,
    filled,
    hand_in,
    model,
    models,
    open_train,
    plain,
    ready,
    rin_of,
    start,
    switch,
)
from tests.patience import until
from tests.world import BRUNO, FINETUNE, RIN, World, world

pytestmark = pytest.mark.usefixtures("brisk")
NANO = "gpt-4.1-nano-2025-04-14"


async def test_a_lost_receipt_is_not_told_as_a_failure(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        rin = await rin_of(made)
        direct = await rin.direct()
        fault = {"service": "slack", "match": {"path": "chat.postMessage"}, "kind": "lost_answer", "times": 1}
        await made.post("/panel/api/fault", fault)
        file_id = await attach(rin, "support_train.jsonl", samples.read("support_train.jsonl"))
        await rin.say(direct, "", files=(file_id,))
        await ready(rin, "support_train.jsonl")
        said = "\n".join(plain(message) for message in await made.history(RIN, direct))
        assert "Slack did not answer" not in said
        assert "Slack has trouble" not in said


async def test_only_what_can_be_ordered_is_offered_and_own_models_go_by_their_job(tmp_path: Path) -> None:
    async with world(tmp_path, speed=400.0) as made:
        await calm(made)
        rin = await rin_of(made)
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await ready(rin, "tiny_overfit_train.jsonl")
        view = await open_train(rin)
        offered = [one["value"] for one in await models(rin, view, "")]
        assert NANO in offered
        assert not [name for name in offered if name.startswith(("o4-mini", "gpt-5"))], "only reinforcement"
        await start(rin, suffix="mine")
        await card(rin, "Trained")
        view = await open_train(rin)
        found = await until(lambda: models(rin, view, "J1"), "the model of J1")
        assert any("ft-" in one["value"] for one in found)


async def test_more_tokens_than_the_service_trains_are_refused_at_the_field(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        rin = await rin_of(made)
        await hand_in(rin, "support_train.jsonl")
        await ready(rin, "support_train.jsonl")
        view = await open_train(rin)
        state = filled(
            view,
            connection="prod-swc",
            training_type="GlobalStandard",
            train="D1",
            hp_n_epochs="99999999999999",
        )
        state["model"] = {
            "train_model": {"type": "external_select", "selected_option": await model(rin, view, NANO)}
        }
        answer = await rin.submit(view, state)
        assert set(answer["errors"]) == {"hp:n_epochs"}
        assert "epochs" in answer["errors"]["hp:n_epochs"]


async def test_muting_is_for_the_starter_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        rin = await rin_of(made)
        await switch(made, hold_pending=True)
        await hand_in(rin, "support_train.jsonl")
        await ready(rin, "support_train.jsonl")
        await start(rin, suffix="quiet")
        shown = await card(rin, "queue")
        bruno = await made.person(BRUNO)
        await bruno.click(shown, "job_more", FINETUNE, value="mute:J1")
        await ephemeral(bruno, "Only the person who started it can mute it")
        await rin.click(shown, "job_more", FINETUNE, value="mute:J1")
        assert made.application is not None
        store = made.application.deps.store

        async def muted() -> bool:
            job = await store.read(lambda c: jobs.get(c, 1))
            return bool(job and job.muted)

        await until(muted, "the mute")


async def test_a_job_made_elsewhere_is_looked_for_when_somebody_asks(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        rin = await rin_of(made)
        polls = await made.count("GET", "/openai/fine_tuning/jobs")
        await rin.command("/finetune jobs all")
        await until(lambda: _more(made, polls), "a look at the service")


async def _more(made: World, polls: int) -> bool:
    return await made.count("GET", "/openai/fine_tuning/jobs") > polls


async def test_the_log_keeps_the_services_order_within_a_second(tmp_path: Path) -> None:
    store = open_store(tmp_path / "log.db")
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    ids = ["zz", "aa", "mm"]
    events = [JobEvent(id=one, at=at, level="info", message=one, kind="message") for one in ids]
    values = {
        "connection": "c",
        "intent_key": "k",
        "team_id": "T",
        "requester": "U",
        "channel": "C",
        "base_model": "m",
        "model_short": "m",
        "method": "supervised",
        "hyper": {},
        "seed": 1,
        "state": "running",
    }
    number = await store.write(lambda c: jobs.add(c, values, now=at))
    assert number is not None
    await store.write(lambda c: records.add_events(c, number, events[:1]))
    await store.write(lambda c: records.add_events(c, number, events))
    lines, total = await store.read(lambda c: records.log(c, number, limit=10))
    await store.close()
    assert [line.message for line in lines] == ids
    assert total == 3
