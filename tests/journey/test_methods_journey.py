"""Methods on the v1 surface: preferences and graded prompts, chosen, refused at their field, trained, told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journey.deploy_steps import approve, request_card
from tests.journey.method_steps import EXACT, MINI, REASONING, form_for
from tests.journey.steps import (
    asked,
    azure,
    card,
    chosen,
    filled,
    hand_in,
    inputs,
    model,
    models,
    open_train,
    options,
    plain,
    ready,
    rin_of,
    shown,
    switch,
    thread,
)
from tests.patience import until
from tests.world import FINETUNE, World, world

pytestmark = pytest.mark.usefixtures("brisk")


async def jobs_there(made: World) -> list[dict[str, Any]]:
    """The jobs at dev-eus2 as somebody sees them who does not use the bot."""
    async with azure(made, "dev-eus2") as client:
        found: list[dict[str, Any]] = (await client.get("openai/v1/fine_tuning/jobs")).json()["data"]
        return found


async def test_preferences_are_recognised_ordered_and_trained(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "preference_train.jsonl", to="dev-eus2")
        there = await ready(rin, "preference_train.jsonl")
        assert "This is preference data (DPO)." in plain(there)
        assert "cannot be ordered" not in plain(there)
        await hand_in(rin, "tiny_overfit_train.jsonl", to="dev-eus2")
        await ready(rin, "tiny_overfit_train.jsonl")

        # the button on the card: the method is the one that reads this data, and its fields are there
        before = len(rin.pushed)
        await rin.click(there, "data_train", await rin.direct())
        view = await shown(rin, "train", before)
        assert (chosen(view, "connection"), chosen(view, "train")) == ("dev-eus2", "D1")
        assert chosen(view, "method") == "dpo"
        assert "hp:beta" in inputs(view)

        # the model decides which methods there are, the method which fields
        view = await form_for(rin, MINI, "supervised", "D1")
        assert options(view, "method") == ["supervised", "dpo"]
        assert "hp:beta" not in inputs(view)
        wanted = await model(rin, view, MINI)
        good = {"connection": "dev-eus2", "model": wanted, "training_type": "GlobalStandard"}
        assert options(view, "train") == ["D2"]
        view = await form_for(rin, MINI, "dpo", "D2")
        assert {"hp:beta", "hp:l2_multiplier"} <= set(inputs(view))
        assert options(view, "train") == ["D1"]
        answer = await rin.submit(view, filled(view, **good, method="dpo", train="D1", hp_beta="-2"))
        assert list(answer["errors"]) == ["hp:beta"], answer
        assert await asked(made, "POST", "/fine_tuning/jobs") == 0

        before = len(rin.pushed)
        order = filled(view, **good, method="dpo", train="D1", hp_beta="0.2", suffix="kinder")
        answer = await rin.submit(view, order)
        assert answer == {"ok": True}, answer
        summary = await shown(rin, "train_summary", before)
        assert "Preference (DPO)" in plain(summary)
        assert "Beta 0.2" in plain(summary)
        await rin.submit(summary, {})
        done = await card(rin, "Trained")
        assert "Preference (DPO)" in plain(done)
        [job] = await jobs_there(made)
        assert job["method"]["type"] == "dpo"
        assert job["method"]["dpo"]["hyperparameters"]["beta"] == 0.2
        assert job["metadata"]["tunesmith_job"] == "J1"

        # the same settings once more
        view = await open_train(rin, "train like J1")
        assert chosen(view, "method") == "dpo"
        assert inputs(view)["hp:beta"]["element"]["initial_value"] == "0.2"


async def test_graded_prompts_wait_for_approval_and_are_trained(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "graded_train.jsonl", valid="graded_valid.jsonl", to="dev-eus2")
        there = await ready(rin, "graded_train.jsonl", "graded_valid.jsonl")
        assert "This is data for reinforcement fine-tuning." in plain(there)
        view = await open_train(rin, "train D1")
        assert chosen(view, "method") == "reinforcement"
        offered = [one["value"] for one in await models(rin, view, "o4-mini")]
        assert offered == [REASONING], "the models are those of the connection that was preset"
        view = await form_for(rin, REASONING, "reinforcement", "D1")
        assert {"hp:grader", "hp:reasoning_effort", "hp:compute_multiplier"} <= set(inputs(view))
        assert inputs(view)["hpf:grader"]["element"]["type"] == "file_input"
        wanted = await model(rin, view, REASONING)
        good = {
            "connection": "dev-eus2",
            "model": wanted,
            "method": "reinforcement",
            "training_type": "GlobalStandard",
            "train": "D1",
            "valid": "D2",
            "suffix": "router",
        }

        # what is wrong with a grader is told at its field, with where, before anything is sent
        for text, parts in (
            ("say yes", ("grader", "JSON")),
            ('{"type": "string_check", ', ("grader", "JSON")),
            (json.dumps({**EXACT, "operation": "is"}), ("operation", "documented")),
            (json.dumps({"type": "string_check", "name": "exact"}), ("input is missing",)),
            ("", ("is needed",)),
        ):
            answer = await rin.submit(view, filled(view, **good, hp_grader=text))
            assert list(answer.get("errors", {})) == ["hp:grader"], (text, answer)
            assert all(part in answer["errors"]["hp:grader"] for part in parts), answer
        answer = await rin.submit(
            view, filled(view, **good, hp_grader=json.dumps(EXACT), hp_response_format="[]")
        )
        assert list(answer["errors"]) == ["hp:response_format"], answer

        # an order that is longer than a view can carry; hours are billed, so people are asked
        described = {"type": "object", "description": "The team that answers. " * 110}
        shape = {"type": "json_schema", "json_schema": {"name": "team", "schema": described}}
        before = len(rin.pushed)
        given = {"hp_grader": json.dumps(EXACT), "hp_response_format": json.dumps(shape)}
        answer = await rin.submit(view, filled(view, **good, **given, hp_n_epochs="2"))
        assert answer == {"ok": True}, answer
        summary = await shown(rin, "train_summary", before)
        said = plain(summary)
        assert "Reinforcement (RFT)" in said
        assert "bills this method by the hour" in said
        assert "the approvers decide" in said
        assert "$0" not in said
        assert json.loads(summary["private_metadata"])["kept"], "it is kept by the bot"
        await rin.submit(summary, {})
        request = await request_card(rin, "A1")
        assert "billed by the hour" in plain(request)
        assert await asked(made, "POST", "/fine_tuning/jobs") == 0
        await approve(made)
        done = await card(rin, "Trained")
        [job] = await jobs_there(made)
        assert job["method"]["reinforcement"]["grader"] == EXACT
        assert job["method"]["reinforcement"]["response_format"] == shape
        assert "Reinforcement (RFT)" in plain(done)
        assert "reward" in plain(done)
        assert "$" not in plain(done)

        async def below(part: str) -> bool:
            return any(part in plain(one) for one in await thread(rin, done))

        async def pictured() -> bool:
            return any(one.get("files") for one in await thread(rin, done))

        await until(lambda: below("is trained"), "the message that it is trained")
        await until(pictured, "the chart")


async def test_pause_and_resume_on_the_newest_surface(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "preference_train.jsonl", to="dev-eus2")
        await ready(rin, "preference_train.jsonl")
        view = await form_for(rin, MINI, "dpo", "D1")
        good = {
            "connection": "dev-eus2",
            "model": await model(rin, view, MINI),
            "method": "dpo",
            "training_type": "GlobalStandard",
            "train": "D1",
        }
        await switch(made, speed=2)
        before = len(rin.pushed)
        answer = await rin.submit(view, filled(view, **good, suffix="kinder"))
        assert answer == {"ok": True}, answer
        await rin.submit(await shown(rin, "train_summary", before), {})
        running = await card(rin, "train loss")
        await rin.click(running, "job_pause", FINETUNE)

        async def asked_to_pause() -> bool:
            return await made.count("POST", "/pause") == 1

        await until(asked_to_pause, "the request to pause")
        await switch(made, speed=60)
        paused = await card(rin, "Paused")
        await rin.click(paused, "job_resume", FINETUNE)
        await card(rin, "Trained")
        asked_for = [one["path"] for one in await made.requests() if one["method"] == "POST"]
        assert sum("/openai/v1/fine_tuning/jobs" in path for path in asked_for) == 3
        assert not any("/openai/fine_tuning/" in path for path in asked_for)
