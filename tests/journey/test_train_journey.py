"""Point 2, train: a form that explains itself, errors at their fields, a summary with the cost, one Start."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.journey.steps import (
    BIG,
    MINI,
    NANO,
    VERSION,
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
    option,
    options,
    plain,
    press,
    ready,
    rin_of,
    shown,
    start,
    told,
    view_text,
)
from tests.patience import until
from tests.world import FINETUNE, Person, World, words, world

pytestmark = pytest.mark.usefixtures("brisk")


async def test_the_form_its_errors_and_the_summary(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        nothing = await open_train(rin)
        assert "There is no data to train with yet" in view_text(nothing)
        before = len(rin.pushed)
        await press(rin, nothing, "launch_upload")
        await shown(rin, "upload", before)

        await hand_in(rin, "support_train.jsonl", valid="support_valid.jsonl")
        await ready(rin, "support_train.jsonl", "support_valid.jsonl")
        view = await open_train(rin)
        said = view_text(view)
        assert "Where the data may be processed, and at which price." in said
        assert "Letters, digits, - and _, no dots; 40 characters at most. Above 18" in said
        assert not inputs(view)["training_type"].get("optional")
        assert len(options(view, "training_type")) == 4
        assert (
            chosen(view, "training_type") is None
        )  # no guess: a wrong one ends in misleading words of the service
        assert options(view, "train") == ["D2", "D1"]
        assert inputs(view)["hp:n_epochs"]["optional"]
        offered = [one["value"] for one in await models(rin, view, "gpt-4.1")]
        assert {NANO, MINI, BIG} <= set(offered)
        assert not await models(rin, view, "turbo 0613")
        nano = await model(rin, view, NANO)
        assert "training ends 2027-04-14" in nano["description"]["text"]

        # another connection: the form is built anew, and keeps what was typed
        typed = filled(view, suffix="night-shift", hp_n_epochs="2", train="D1", connection="dev-eus2")
        before = len(rin.pushed)
        await rin.choose(view, "connection", option(view, "connection", "dev-eus2"), typed)
        rebuilt = await shown(rin, "train", before)
        values = rebuilt["state"]["values"]
        assert values["suffix"]["suffix"]["value"] == "night-shift"
        assert values["hp:n_epochs"]["n_epochs"]["value"] == "2"
        assert chosen(rebuilt, "connection") == "dev-eus2"
        assert {one["value"] for one in await models(rin, rebuilt, "nano")} >= {NANO}

        # back again with a model: its fields, and errors where they belong
        before = len(rin.pushed)
        back = filled(view, connection="prod-swc", model=nano)
        await rin.choose(rebuilt, "connection", option(view, "connection", "prod-swc"), back)
        view = await shown(rin, "train", before)
        blank = {"valid": None, "suffix": None, "hp_n_epochs": "2", "hp_learning_rate_multiplier": None}
        blank["hp_batch_size"] = None
        good = {"connection": "prod-swc", "model": nano, "training_type": "GlobalStandard", "train": "D1"}
        for change, field, part in (
            ({"valid": "D1"}, "valid", "This is the training data"),
            ({"suffix": "no.dots"}, "suffix", "Use letters, digits, - and _ only; no dots"),
            ({"hp_n_epochs": "0"}, "hp:n_epochs", ""),
            ({"hp_n_epochs": "2.5"}, "hp:n_epochs", ""),
            ({"hp_batch_size": "257"}, "hp:batch_size", ""),
            ({"hp_learning_rate_multiplier": "-1"}, "hp:learning_rate_multiplier", ""),
        ):
            answer = await rin.submit(view, filled(view, **{**blank, **good, **change}))
            assert list(answer.get("errors", {})) == [field], (change, answer)
            assert part in answer["errors"][field], answer
            assert "…" not in answer["errors"][field], answer
        assert await asked(made, "POST", "/openai/fine_tuning/jobs") == 0

        # batch size -1 is the service's choice; the summary says what it costs
        before = len(rin.pushed)
        answer = await rin.submit(
            view,
            filled(
                view,
                **{
                    **blank,
                    **good,
                    "valid": "D2",
                    "hp_batch_size": "-1",
                    "suffix": "a-name-of-23-characters",
                },
            ),
        )
        assert answer == {"ok": True}, answer
        summary = await shown(rin, "train_summary", before)
        text = plain(summary)
        for part in (
            "*Cost:* about $0.03 (price: sandbox price list, invented",
            "support_train.jsonl · D1 · 120 examples",
            "support_valid.jsonl · D2 · 30 examples",
            "tokens × epochs",
            "Global",
            "Batch size chosen by the service",
            "above 18 some of the service's tools refuse the name",
        ):
            assert part in text, (part, text)
        assert "Please note:" not in text
        # a double click on Start, and a second window with the same summary: one job
        answers = await asyncio.gather(
            rin.submit(summary, {}), rin.submit(summary, {}), return_exceptions=True
        )
        assert {"ok": True} in answers
        await card(rin, "Trained")
        assert await made.count("POST", "/openai/fine_tuning/jobs") == 1
        ordered = await _job(made)
        assert ordered["suffix"] == "a-name-of-23-characters"
        told_of = [one for one in await made.history(rin.user, FINETUNE) if "J2" in words(one)]
        assert not told_of

        await _like(made, rin)


async def _like(made: World, rin: Person) -> None:
    """Once more like the first, from what it made: prefilled, with the new model and its checkpoints to choose from."""
    view = await open_train(rin, "train like J1")
    assert "Settings of J1" in view_text(view)
    assert (chosen(view, "connection"), chosen(view, "training_type")) == ("prod-swc", "GlobalStandard")
    assert (chosen(view, "train"), chosen(view, "valid")) == ("D1", "D2")
    assert inputs(view)["model"]["element"]["initial_option"]["value"] == NANO
    assert inputs(view)["hp:n_epochs"]["element"]["initial_value"] == "2"
    assert inputs(view)["suffix"]["element"]["initial_value"] == "a-name-of-23-characters"
    assert inputs(view)["seed"]["element"]["initial_value"]

    async def tuned() -> list[Any]:
        return [one for one in await models(rin, view, "a-name-of-23") if ".ft-" in one["value"]]

    offered = await until(tuned, "the trained model in the list")
    kinds = [one["description"]["text"].split(" · ")[:2] for one in offered]
    assert kinds[0] == ["J1", "fine-tuned"]
    assert ["J1", "checkpoint"] in kinds
    assert all(len(one["text"]["text"]) < 60 for one in offered), offered
    before = len(rin.pushed)
    again = filled(
        view,
        connection="prod-swc",
        training_type="GlobalStandard",
        train="D1",
        model=offered[0],
        suffix="second",
    )
    answer = await rin.submit(view, again)
    assert answer == {"ok": True}, answer
    summary = await shown(rin, "train_summary", before)
    await rin.submit(summary, {})
    done = await card(rin, "Trained", "J2")
    assert "(J1:" in words(done)
    said = await told(rin, "is trained", channel=FINETUNE, thread_ts=done["ts"])
    assert "J2 second" in said


async def test_data_for_another_connection_is_trained_there(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "tiny_overfit_train.jsonl", to="dev-eus2")
        there = await ready(rin, "tiny_overfit_train.jsonl")
        before = len(rin.pushed)
        await rin.click(there, "data_train", await rin.direct())
        view = await shown(rin, "train", before)
        assert (chosen(view, "connection"), chosen(view, "train")) == ("dev-eus2", "D1")
        view = await open_train(rin, "train d1")
        assert (chosen(view, "connection"), chosen(view, "train")) == ("dev-eus2", "D1")
        # trained elsewhere, the file goes there first: once
        await start(rin, suffix="moved")
        await card(rin, "Trained")
        async with azure(made) as client:
            files = (await client.get("openai/files", params=VERSION)).json()["data"]
        assert len([one for one in files if one["purpose"] == "fine-tune"]) == 1


async def _job(made: World) -> dict[str, Any]:
    async with azure(made) as client:
        found: list[dict[str, Any]] = (await client.get("openai/fine_tuning/jobs", params=VERSION)).json()[
            "data"
        ]
        return found[0]
